package lab

import (
	"flag"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

var (
	ask  = flag.Bool("lab", false, "run the notebook in JupyterLab (minutes)")
	venv = flag.String("venv", "", "virtual environment with JupyterLab")

	update = flag.Bool("update", false, "take the README's image anew")
)

// small are parameters with which the whole notebook takes a minute on two cores. Both learners are
// alike, so that XLA compiles once.
var small = []runner.Setting{{Name: "source", Value: "sample-small"},
	{Name: "arch2", Value: "petnet10"}, {Name: "size1", Value: "48"}, {Name: "size2", Value: "48"},
	{Name: "bs1", Value: "16"}, {Name: "bs2", Value: "16"}, {Name: "epochs1", Value: "1"},
	{Name: "epochs2", Value: "1"}, {Name: "epochs3", Value: "1"}, {Name: "epochs4", Value: "1"}}

// patience is for all cells together, on a busy machine without XLA.
const patience = 20 * time.Minute

func TestNotebookInJupyterLab(t *testing.T) {
	if !*ask {
		t.Skip("the real JupyterLab in a real browser takes minutes: ask for it with -lab")
	}
	lab := python(t)
	dir := t.TempDir()
	nb, err := notebook.ReadFile("../pets.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := runner.SetParameters(nb, "go", small); err != nil {
		t.Fatal(err)
	}
	// Beyond the blog: the matrix that answers needs scripts, which run only in a trusted notebook.
	nb.Insert(len(nb.Cells()), notebook.NewCell(notebook.Code, "%%\ninterp2.Interactive()"))
	path := filepath.Join(dir, "pets.ipynb")
	if err := nb.WriteFile(path); err != nil {
		t.Fatal(err)
	}

	first := openBrowser(t, 1280, 1000)
	v := openNotebook(t, first, startLab(t, lab, dir, installKernel(t)), "pets.ipynb")
	if moved := v.runAll(); moved < 4 {
		t.Errorf("bars were seen in %d states: they do not move", moved)
	}
	v.noErrors()
	there := v.images("trusted")
	v.interactive()
	v.save()

	saved := inFile(t, path)
	if want := saved.images; want < 14 || there.images != want {
		t.Errorf(
			"JupyterLab shows %d images, the saved file holds %d; the notebook draws 14 at least",
			there.images, want)
	}
	if there.tables < saved.tables {
		t.Errorf("JupyterLab shows %d tables, the saved file holds %d", there.tables, saved.tables)
	}

	second := openBrowser(t, 1280, 1000)
	u := openNotebook(t, second, startLab(t, lab, dir, ""), "pets.ipynb")
	if u.trusted() {
		t.Error("a JupyterLab with another secret trusts the notebook: the test tests nothing")
	}
	if again := u.images("untrusted"); again != there {
		t.Errorf("untrusted, JupyterLab shows %+v, trusted %+v", again, there)
	}
	u.eval(nil, `jupyterapp.commands.execute("apputils:change-theme", {theme: "JupyterLab Dark"})`)
	u.wait("the dark theme", 20*time.Second, `document.body.dataset.jpThemeLight === "false"`)
	if again := u.images("dark"); again != there {
		t.Errorf("in the dark theme JupyterLab shows %+v, in the light one %+v", again, there)
	}
}

// The page of the executed notebook, light and dark, with nothing fetched.
func TestPageOfExecutedNotebook(t *testing.T) {
	if !*ask {
		t.Skip("a real browser takes a while: ask for it with -lab")
	}
	path, err := filepath.Abs("../executed/pets.html")
	if err != nil {
		t.Fatal(err)
	}
	want := inFile(t, "../executed/pets.ipynb")
	p := openBrowser(t, 1100, 1000)
	for _, scheme := range []string{"light", "dark"} {
		p.do("Emulation.setEmulatedMedia",
			map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme",
				"value": scheme}}}, nil)
		p.open("file://" + path)
		p.wait("the page", time.Minute, `document.readyState === "complete"`)
		var found struct {
			Images, Broken int
			Fetched        []string
			Background     string
			Faint          []string
		}
		p.eval(&found,
			`(() => { const rgb = c => c.match(/[\d.]+/g).slice(0, 3).map(v => v / 255), channel = v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
			const light = c => { const [r, g, b] = rgb(c).map(channel); return .2126 * r + .7152 * g + .0722 * b };
			const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (c !== "rgba(0, 0, 0, 0)") return c } return "rgb(255, 255, 255)" };
			const faint = [...document.querySelectorAll("pre, pre span, td, th, p")].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).filter(e => {
				const a = light(getComputedStyle(e).color), b = light(ground(e)); return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4 }).map(e => e.textContent);
			const imgs = [...document.querySelectorAll("img")];
			return {Images: imgs.length, Broken: imgs.filter(i => !(i.complete && i.naturalWidth > 0)).length, Faint: faint.slice(0, 5), Background: getComputedStyle(document.body).backgroundColor,
				Fetched: performance.getEntriesByType("resource").map(e => e.name).filter(n => !n.startsWith("data:"))} })()`)
		if found.Images < want.images || found.Broken > 0 || len(found.Fetched) > 0 {
			t.Errorf("%s: %d images of %d, %d broken, fetched %v", scheme, found.Images,
				want.images, found.Broken, found.Fetched)
		}
		if len(found.Faint) > 0 {
			t.Errorf("%s: text that can hardly be read on its ground: %q", scheme, found.Faint)
		}
		t.Logf("%s: %d images on %s", scheme, found.Images, found.Background)
		for i, what := range []string{"table", "img[alt^='prediction/']", "img[alt^='Confusion']"} {
			p.eval(nil, fmt.Sprintf(`document.querySelector(%q)?.scrollIntoView({block: "center"})`,
				what))
			p.shot(fmt.Sprintf("page-%s-%d.png", scheme, i+1))
		}
	}
}

// readmeImage is the README's image: JupyterLab with the executed notebook.
const readmeImage = "../executed/jupyterlab.jpg"

func TestReadmeImage(t *testing.T) {
	if *ask && *update {
		p := openBrowser(t, 1200, 1060)
		dir := t.TempDir()
		nb, err := notebook.ReadFile("../executed/pets.ipynb")
		if err != nil {
			t.Fatal(err)
		}
		if err := nb.WriteFile(filepath.Join(dir, "pets.ipynb")); err != nil {
			t.Fatal(err)
		}
		v := openNotebook(t, p, startLab(t, python(t), dir, installKernel(t)), "pets.ipynb")
		v.images("executed") // all are rendered
		v.eval(nil, `(async () => { const n = `+current+
			`.content, i = n.widgets.findIndex(c => c.model.id === "top-losses"); n.activeCellIndex = i; await n.scrollToItem(i, "start") })()`)
		time.Sleep(time.Second) // the page comes to rest
		if err := os.WriteFile(readmeImage, p.capture("jpeg"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(readmeImage)
	if err != nil {
		t.Fatalf("%v: make it with -lab -update", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.Size() > 400<<10 {
		t.Errorf("the README's image has %d kB (%v); wanted 400 at most", info.Size()>>10, err)
	}
	if size, err := jpeg.DecodeConfig(file); err != nil || size.Width < 1000 {
		t.Errorf("the README's image: %v, %d pixels wide; wanted 1000 at least", err, size.Width)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil || !strings.Contains(string(readme), "(notebooks/executed/jupyterlab.jpg)") {
		t.Errorf("the README does not show its image (%v)", err)
	}
}

// A view is a notebook open in JupyterLab.
type view struct {
	*page
	t *testing.T
}

// current is the open notebook's widget; JupyterLab shows its parts to scripts when asked to with
// expose_app_in_browser.
const current = "jupyterapp.shell.currentWidget"

func openNotebook(t *testing.T, p *page, s server, name string) view {
	t.Helper()
	p.open(s.URL + "lab/tree/" + name + "?token=" + s.Token)
	v := view{p, t}
	v.wait("the notebook's cells", 2*time.Minute, `window.jupyterapp && `+current+
		`?.content?.widgets?.length && document.querySelector(".jp-Notebook .jp-Cell")`)
	// A server without our kernel asks which one to take: none.
	time.Sleep(2 * time.Second)
	v.wait("the end of all questions", time.Minute,
		`(document.querySelector(".jp-Dialog .jp-mod-reject")?.click(), `+
			`!document.querySelector(".jp-Dialog"))`)
	v.eval(nil, `jupyterapp.shell.collapseLeft()`)
	return v
}

// bars is what was seen of progress bars: each value that one had, in order.
type bars struct {
	Values []float64 `json:"values"`
	Done   bool      `json:"done"`
	Cell   int       `json:"cell"`
}

// runAll is the menu's "Restart Kernel and Run All Cells…". It looks at the bars all the while, and
// returns in how many states they were seen.
func (v view) runAll() (moved int) {
	v.t.Helper()
	v.eval(nil, `window.allRan = false`)
	v.wait("a kernel", 2*time.Minute, current+
		`.sessionContext.session?.kernel?.connectionStatus === "connected"`)
	v.shot("01-open.png")
	v.eval(nil,
		`void jupyterapp.commands.execute("runmenu:restart-and-run-all").then(() => { window.allRan = true })`)
	v.wait("the question whether to restart", 10*time.Second,
		`document.querySelector(".jp-Dialog .jp-mod-accept")`)
	v.shot("02-restart.png")
	v.eval(nil, `document.querySelector(".jp-Dialog .jp-mod-accept").click()`)
	begun := time.Now()
	last := -1.0
	for {
		var b bars
		v.eval(&b,
			`({done: window.allRan === true, values: [...document.querySelectorAll(".jp-OutputArea-output progress")].map(p => p.value / p.max)})`)
		if b.Done {
			break
		}
		if n := len(b.Values); n > 0 && b.Values[n-1] != last {
			last = b.Values[n-1]
			moved++
			if moved == 4 || moved == 20 {
				v.eval(nil, `(async () => { const n = `+current+
					`.content, i = n.widgets.findIndex(c => c.node.querySelector("progress")); if (i >= 0) await n.scrollToItem(i, "center") })()`)
				v.shot(fmt.Sprintf("03-bar-%d.png", moved))
			}
		}
		if time.Since(begun) > patience {
			v.shot("too-slow.png")
			v.t.Fatalf("the cells did not end within %v", patience)
		}
		time.Sleep(100 * time.Millisecond)
	}
	v.t.Logf("all cells ran in %v; bars were seen in %d states",
		time.Since(begun).Round(time.Second), moved)
	return moved
}

// noErrors looks for failed cells and for cells that did not run.
func (v view) noErrors() {
	v.t.Helper()
	var bad []string
	v.eval(&bad, `(() => { const bad = []; for (const c of `+current+
		`.content.widgets) { const m = c.model; if (m.type !== "code") continue;
		const id = m.id, text = m.sharedModel.getSource(), fails = (m.getMetadata("tags") || []).includes("raises-exception");
		if (!m.executionCount && text.trim()) bad.push(id + " did not run");
		for (let i = 0; i < m.outputs.length; i++) if (m.outputs.get(i).type === "error" && !fails) bad.push(id + " failed: " + JSON.stringify(m.outputs.get(i).toJSON().evalue)); } return bad })()`)
	for _, b := range bad {
		v.t.Error("cell ", b)
	}
	if len(bad) > 0 {
		v.shot("failed.png")
	}
}

func (v view) trusted() bool {
	var yes bool
	v.eval(&yes, `[...`+current+
		`.content.widgets].every(c => c.model.type !== "code" || c.model.trusted)`)
	return yes
}

// seen counts what outputs hold.
type seen struct{ images, tables int }

// images goes from cell to cell, since JupyterLab renders what comes near, waits for each image,
// and takes a screenshot of each cell that has one.
func (v view) images(label string) seen {
	v.t.Helper()
	var cells []int
	v.eval(&cells, `[...`+current+
		`.content.widgets].flatMap((c, i) => c.model.type === "code" && c.model.outputs.length ? [i] : [])`)
	var all seen
	for _, i := range cells {
		v.eval(nil,
			fmt.Sprintf(
				`(async () => { const n = %s.content; n.activeCellIndex = %d; await n.scrollToItem(%d, "start"); })()`, current, i, i))
		cell := fmt.Sprintf("%s.content.widgets[%d]", current, i)
		v.wait(fmt.Sprintf("cell %d", i), 20*time.Second, cell+".node.isConnected && "+cell+
			".outputArea.node.children.length")
		var found struct{ Images, Broken, Tables int }
		look := `(() => { const o = ` + cell +
			`.outputArea.node, imgs = [...o.querySelectorAll("img")];
			return {Images: imgs.length, Broken: imgs.filter(i => !(i.complete && i.naturalWidth > 0)).length, Tables: o.querySelectorAll("table").length} })()`
		for range 50 {
			if v.eval(&found, look); found.Broken == 0 {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		if found.Broken > 0 {
			v.t.Errorf("%s: cell %d: %d of %d images are not shown", label, i, found.Broken,
				found.Images)
		}
		all.images += found.Images
		all.tables += found.Tables
		if found.Images+found.Tables > 0 {
			v.shot(fmt.Sprintf("%s-%02d.png", label, i))
		}
	}
	v.t.Logf("%s: %d images, %d tables", label, all.images, all.tables)
	return all
}

// interactive clicks a cell of the last matrix and looks for its images.
func (v view) interactive() {
	v.t.Helper()
	v.wait("the matrix to answer", 10*time.Second,
		`document.querySelector("[id^=plots-matrix] p")?.textContent`)
	var text string
	v.eval(&text,
		`(() => { const root = document.querySelector("[id^=plots-matrix]"), img = root.querySelector("img");
		const d = JSON.parse(root.querySelector("script[type='application/json']").textContent), r = img.getBoundingClientRect(), k = r.width / d.width, e = d.examples[0];
		const at = {bubbles: true, clientX: r.left + (d.x + (e.predicted + .5) * d.cell) * k, clientY: r.top + (d.y + (e.actual + .5) * d.cell) * k};
		img.dispatchEvent(new MouseEvent("mousemove", at));
		img.dispatchEvent(new MouseEvent("click", at));
		root.querySelector("figure").scrollIntoView({block: "end"});
		return root.querySelector("p").textContent + " / " + root.querySelectorAll("figure img").length })()`)
	v.t.Logf("the interactive matrix says: %s", text)
	v.shot("interactive.png")
	// Back to the image alone, so that trusted and untrusted are counted alike.
	v.eval(nil, `document.querySelector("[id^=plots-matrix] div").textContent = ""`)
}

func (v view) save() {
	v.t.Helper()
	v.eval(nil, current+`.context.save()`)
	v.wait("the file to be saved", 30*time.Second, "!"+current+".context.model.dirty")
}

// inFile counts what the outputs of a saved notebook hold.
func inFile(t *testing.T, path string) seen {
	t.Helper()
	nb, err := notebook.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all seen
	for _, c := range nb.Cells() {
		if c.Type() != notebook.Code {
			continue
		}
		for _, o := range c.Outputs() {
			if text, ok := o.Mime("text/html"); ok {
				all.images += strings.Count(text, "<img ")
				all.tables += strings.Count(text, "<table ")
			}
		}
	}
	return all
}
