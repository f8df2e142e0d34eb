package render_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
)

var rewrite = flag.Bool("update", false, "rewrite the golden Markdown in testdata")

const dot = pixel

func TestMarkdownGolden(t *testing.T) {
	doc := render.Markdown(book(
		text("# Pets\n\n- one\n- two"),
		code("fmt.Println(`a`)", notebook.Stream("stdout", "\x1b[1mbold\x1b[0m\b!\n")),
		code(
			"table",
			display(
				"text/html",
				"<table onclick=x>\n\n  <tr><td>1</td></tr></table><script>alert(1)</script>",
				"text/plain",
				"1",
			),
		),
		code("box", display("text/html", "<b>no table</b>", "text/plain", "plain\n````")),
		code("tex", display("text/latex", "$\\frac{1}{2}$"), display("text/latex", "\\begin")),
		code(
			"svg",
			display(
				"image/svg+xml",
				`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`,
				"text/plain",
				"hostile",
			),
		),
		code("png", display("image/png", dot, "text/plain", "a ]( b")),
		code(
			"",
			display("application/json", `{"a":1}`),
			display("application/vnd.vega.v5+json", "{}"),
		),
		text("<!-- open"),
		text("the end"),
	), render.MarkdownOptions{Folder: "my pets_files"})
	golden := filepath.Join("testdata", "pets.md")
	if *rewrite {
		if err := os.WriteFile(golden, doc.Text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(doc.Text, want) {
		t.Errorf("%s differs; got:\n%s", golden, doc.Text)
	}
	if len(doc.Files) != 1 || doc.Files[0].Name != "output_6_0.png" {
		t.Errorf("files %v, want output_6_0.png", doc.Files)
	}
}

var ourFile = regexp.MustCompile(`^(output|attachment)_\d+_\d+(_\d+)?\.(png|jpg|gif|webp|svg)$`)

// FuzzMarkdown: whatever a notebook holds, the paragraph after it is a paragraph, no script remains
// and no file leaves the folder.
func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"```", "~~~~\nx", "> ```", "- ```\n  a", "<!--",
		"<scr<script>ipt>alert(1)", "<pre>\n", "<![CDATA[", "````\n```", "a\r```\rb", "<?x",
		"![a](attachment:x)", "</table><script>alert(1)</script>", "<table><pre>", "<div",
		"$<script>alert(1)</script>$", "[a]: <b", "1. a\n\n   ```"} {
		f.Add(s, s)
	}
	md := goldmark.New(
		goldmark.WithExtensions(extension.GFM),
		goldmark.WithRendererOptions(html.WithUnsafe()),
	)
	f.Fuzz(func(t *testing.T, s, name string) {
		c := text(s)
		raw, err := json.Marshal(map[string]map[string]string{name: {"image/png": dot}})
		if err != nil {
			t.Fatal(err)
		}
		nb, err := notebook.Parse(
			fmt.Appendf(
				nil,
				`{"cells":[{"cell_type":"markdown","id":"a","metadata":{},"source":"![a](attachment:x)","attachments":%s}],"metadata":{},"nbformat":4,"nbformat_minor":5}`,
				raw,
			),
		)
		if err != nil {
			t.Skip(err)
		}
		nb.Insert(1, c)
		nb.Insert(
			2,
			code(
				s,
				notebook.Stream("stdout", s),
				display("text/html", "<table><td>"+s),
				display("text/markdown", s),
				display("text/latex", s),
				display("image/png", dot, "text/plain", s),
				display("image/svg+xml", s),
			),
		)
		nb.Insert(3, notebook.NewCell(notebook.Raw, s))
		nb.Insert(4, text("the last word"))
		doc := render.Markdown(nb, render.MarkdownOptions{Folder: name})
		var b bytes.Buffer
		if err := md.Convert(doc.Text, &b); err != nil {
			t.Fatal(err)
		}
		if page := b.String(); !strings.HasSuffix(page, "<p>the last word</p>\n") ||
			strings.Contains(strings.ToLower(page), "<script") {
			t.Errorf("the text got out:\n%s\nas\n%s", doc.Text, page)
		}
		for _, p := range doc.Files {
			if !ourFile.MatchString(p.Name) {
				t.Errorf("file %q", p.Name)
			}
		}
	})
}

func ExampleMarkdown() {
	nb := notebook.New("gonb", "Go", "go")
	nb.Insert(0, notebook.NewCell(notebook.Markdown, "# Hello"))
	nb.Insert(1, notebook.NewCell(notebook.Code, "x := 1"))
	fmt.Printf("%s", render.Markdown(nb, render.MarkdownOptions{Folder: "hello_files"}).Text)
	// Output:
	// # Hello
	//
	// ```go
	// x := 1
	// ```
}

// TestImagesBesideTheNotebook: one in the folder is embedded, one outside, through a link or by a
// path, is not.
func TestImagesBesideTheNotebook(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "book")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	png, err := base64.StdEncoding.DecodeString(pixel)
	if err != nil {
		t.Fatal(err)
	}
	for path, data := range map[string]string{"book/a b.png": string(png),
		"secret.png": string(png) + "secret", "book/text.png": "secret"} {
		if err := os.WriteFile(filepath.Join(top, path), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret.png", filepath.Join(dir, "link.png")); err != nil {
		t.Skip(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for source, shown := range map[string]bool{
		"![x](a%20b.png)": true, `<img src="a%20b.png" alt="x">`: true,
		"![x](../secret.png)": false, "![x](link.png)": false, "![x](text.png)": false,
		`<img src="link.png" alt="x">`: false, "![x](none.png)": false,
		`<p><img src="../secret.png"></p>`: false,
	} {
		page, err := render.HTML(book(text(source)), render.Options{Files: root})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(page), "base64,"+dot[:10]); got != shown {
			t.Errorf("%s: embedded %v, want %v", source, got, shown)
		}
		if noted := strings.Contains(string(page), "image not shown"); noted == shown {
			t.Errorf("%s: a note %v, want %v", source, noted, !shown)
		}
	}
}

func TestPageAppliesCursorMoves(t *testing.T) {
	for in, want := range map[string]string{"abc\b!": "ab!", "one\ntwo\x1b[A!": "one!\ntwo",
		"abc\rX": "Xbc"} {
		if got := page(t, book(code("x", notebook.Stream("stdout", in)))); !strings.Contains(
			got,
			">"+want+"</pre>",
		) {
			t.Errorf("%q is not shown as %q", in, want)
		}
	}
}
