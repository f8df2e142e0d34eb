package lab

import (
	"path/filepath"
	"testing"
	"time"

	"gopets/kernelext/notebook"
)

// sliderCell shows one of gonbui's widgets, moves it as a user does, and waits for its value. It is
// moved again and again, for a move before the kernel listens is lost.
const sliderCell = `import (
	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/dom"
	"github.com/janpfeifer/gonb/gonbui/widgets"
)

%%
id := "slider_" + gonbui.UniqueId()
root := dom.CreateTransientDiv()
slider := widgets.Slider(0, 100, 50).WithHtmlId(id).AppendTo(root).Done()
moves := slider.Listen().WithBuffer(4)
dom.TransientJavascript(fmt.Sprintf(` + "`" + `(() => {
	const move = setInterval(() => {
		const e = document.getElementById(%q);
		if (!e) {
			clearInterval(move);
			return;
		}
		e.value = 42;
		e.dispatchEvent(new Event("change"));
	}, 300);
})()` + "`" + `, id))
for value := range moves.C {
	if value == 42 {
		fmt.Println("the slider is at", value)
		break
	}
}
`

// gonbui's widgets work in JupyterLab, on both kernels.
func TestWidgetsInJupyterLab(t *testing.T) {
	if !*ask {
		t.Skip("the real JupyterLab in a real browser takes minutes: ask for it with -lab")
	}
	lab, dir := python(t), t.TempDir()
	s := startLab(t, lab, dir, installKernel(t))
	p := openBrowser(t, 1280, 1000)
	for _, kernel := range []string{"go", "gonb"} {
		nb := notebook.New(kernel, kernel, "go")
		nb.Insert(0, notebook.NewCell(notebook.Code, sliderCell))
		if err := nb.WriteFile(filepath.Join(dir, kernel+".ipynb")); err != nil {
			t.Fatal(err)
		}
		v := openNotebook(t, p, s, kernel+".ipynb")
		v.runAll()
		const outputs = `JSON.stringify(` + current + `.content.widgets[0].model.outputs.toJSON())`
		v.wait("the slider", time.Minute, outputs+`.includes("the slider is at 42")`)
		v.noErrors()
	}
}
