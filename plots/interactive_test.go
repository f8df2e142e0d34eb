package plots_test

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gopets/plots"
)

func interactive(t *testing.T) string {
	t.Helper()
	m := confusion(9, plots.Figure{})
	m.Labels = append([]string{`</script><script>document.title="broken"</script>`},
		m.Labels[1:]...)
	page, err := plots.InteractiveMatrix{Matrix: m, Examples: []plots.Example{
		{Actual: 8, Predicted: 2, Image: creature(300, 200, furs[2]), Title: "Ragdoll_12.jpg"},
		{Actual: 8, Predicted: 2, Image: creature(200, 300, furs[0]),
			Title: `<img src=x onerror="document.title='broken'">`},
		{Actual: 2, Predicted: 8, Image: creature(200, 300, furs[1]), Title: "Birman_1.jpg"},
	}}.HTML()
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestInteractiveEscapes(t *testing.T) {
	page := interactive(t)
	if n := strings.Count(page, "<script"); n != 2 {
		t.Errorf("%d <script>; want the data and the program", n)
	}
	if n := strings.Count(page, "</script"); n != 2 {
		t.Errorf("%d </script>; want 2", n)
	}
	for _, outside := range []string{"http:", "https:", "//cdn"} {
		if strings.Contains(page, outside) {
			t.Errorf("refers to something outside: %s", outside)
		}
	}
}

func TestInteractiveRefuses(t *testing.T) {
	m := plots.InteractiveMatrix{Matrix: confusion(3, plots.Figure{})}
	m.Examples = []plots.Example{{Actual: 3}}
	if _, err := m.HTML(); err == nil ||
		!strings.Contains(err.Error(), "cell (3, 0)") {
		t.Errorf("an example outside the matrix: %v", err)
	}
	m.Examples = []plots.Example{{Title: "a"}}
	if _, err := m.HTML(); err == nil ||
		!strings.Contains(err.Error(), "no image") {
		t.Errorf("an example without an image: %v", err)
	}
}

// TestInteractiveInBrowser points at a cell and clicks it in a real browser, where there is one.
func TestInteractiveInBrowser(t *testing.T) {
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
		}
	}
	if browser == "" {
		t.Skip("no Chromium here: apt-get install chromium to run this test")
	}
	// Ragdoll taken for Birman is row 8, column 2. The page's own geometry says where that is on
	// the screen.
	act := `<script>
addEventListener("load", function () {
  var root = document.querySelector("[id^=plots-matrix]"), img = root.querySelector("img");
  var d = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  var r = img.getBoundingClientRect(), k = r.width / d.width;
  var at = {bubbles: true, clientX: r.left + (d.x + 2.5 * d.cell) * k, clientY: r.top + (d.y + 8.5 * d.cell) * k};
  img.dispatchEvent(new MouseEvent("mousemove", at));
  img.dispatchEvent(new MouseEvent("click", at));
  document.title = document.title || "intact";
});
</script>`
	dir := t.TempDir()
	file := filepath.Join(dir, "page.html")
	if err := os.WriteFile(file, []byte("<!doctype html><meta charset=\"utf-8\">"+interactive(t)+
		act), 0o644); err != nil {
		t.Fatal(err)
	}
	dom, err := exec.Command(browser, "--headless=new", "--no-sandbox", "--disable-gpu",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--dump-dom", "file://"+file).Output()
	if err != nil {
		t.Skipf("%s does not run here: %v", browser, err)
	}
	for _, want := range []string{">Ragdoll taken for Birman: 8</p>",
		"<figcaption>Ragdoll_12.jpg</figcaption>", "<title>intact</title>", "&lt;img src=x"} {
		if !strings.Contains(string(dom), want) {
			t.Errorf("after the click the page lacks %s", want)
		}
	}
	if strings.Contains(string(dom), "<figcaption>Birman_1.jpg") {
		t.Error("an image of another cell is shown")
	}
}

func ExampleInteractiveMatrix() {
	m := plots.Matrix{Labels: []string{"Birman", "Ragdoll"}, Counts: [][]int{{38, 2}, {8, 31}}}
	html, err := plots.InteractiveMatrix{Matrix: m, Examples: []plots.Example{{Actual: 1,
		Title: "Ragdoll_12.jpg", Image: image.NewGray(image.Rect(0, 0, 224, 224))}}}.HTML()
	fmt.Println(strings.HasPrefix(html, `<div id="plots-matrix-`), err)
	// Output: true <nil>
}
