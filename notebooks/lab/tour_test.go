package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The tour on the live kernel: it runs, a cell that does not end is interrupted with all variables
// kept, and after a restart it runs again.
func TestTourInJupyterLab(t *testing.T) {
	if !*ask {
		t.Skip("the real JupyterLab in a real browser takes minutes: ask for it with -lab")
	}
	lab := python(t)
	dir := t.TempDir()
	text, err := os.ReadFile("../tour.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tour.ipynb"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	v := openNotebook(t, openBrowser(t, 1280, 1000), startLab(t, lab, dir, installKernel(t)),
		"tour.ipynb")
	v.runTour()
	v.shot("tour.png")

	v.cell(`kept := map[string]int{"cat": 1}`, "ok")
	v.cell("kept[\"dog\"] = 2", "ok")
	v.begin("for {}")
	v.eval(nil, `jupyterapp.commands.execute("notebook:interrupt-kernel")`)
	v.ends("error")
	v.cell(`if len(kept) != 2 { panic("lost") }`, "ok")

	v.eval(nil, kernelOf+".restart()")
	v.cell("kept", "error")
	v.runTour()
}

// runTour runs all cells. JupyterLab stops at a cell that fails, as two should; the others are run
// after that.
func (v view) runTour() {
	v.t.Helper()
	v.runAll()
	v.wait("the last cells", 2*time.Minute, current+
		`.content.widgets.every(c => c.model.type !== "code" || c.model.executionCount)`)
	v.noErrors()
}

const kernelOf = current + ".sessionContext.session.kernel"

// begin sends the kernel a cell, ends waits for its reply.
func (v view) begin(code string) {
	v.t.Helper()
	v.eval(nil, fmt.Sprintf(`void (window.reply = "", %s.requestExecute({code: %q, `+
		`stop_on_error: false}).done.then(m => { window.reply = m.content.status }))`, kernelOf,
		code))
	v.wait("the kernel to be busy, or a reply", time.Minute, kernelOf+
		`.status === "busy" || window.reply !== ""`)
}

func (v view) ends(status string) {
	v.t.Helper()
	v.wait("the end of a cell", 2*time.Minute, `window.reply !== ""`)
	var got string
	v.eval(&got, "window.reply")
	if got != status {
		v.t.Errorf("a cell ends with %q, want %q", got, status)
	}
}

func (v view) cell(code, status string) {
	v.t.Helper()
	v.begin(code)
	v.ends(status)
}
