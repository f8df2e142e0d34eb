package render

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/styles"

	"gopets/kernelext/notebook"
)

// Options are options for a page. The zero value is right.
type Options struct {
	Title string   // "" takes the first heading
	Trust bool     // let the notebook's HTML through as it is
	Files *os.Root // the notebook's folder: pictures in it are embedded; nil leaves them out
}

// page is what the template sees.
type page struct {
	Title, Lang string
	Policy      string // the browser's, "" for a trusted notebook
	CSS         template.CSS
	Script      template.JS
	Cells       []cell
	Contents    []heading
}

type cell struct {
	ID      string
	Code    template.HTML // of a code cell
	Count   string
	Text    template.HTML // of a Markdown cell
	Raw     string        // of a raw cell
	Outputs []output
	Failed  bool
	Show    visibility
}

// heading is an entry of the table of contents.
type heading struct {
	Level    int
	ID, Text string
}

//go:embed page.gohtml
var pageText string

//go:embed page.css
var pageCSS string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// HTML makes the page.
func HTML(nb *notebook.Notebook, o Options) ([]byte, error) {
	language := nb.Kernel().Language
	if language == "" {
		language = "go"
	}
	m := newMarkdown(o.Trust, language)
	m.folder = o.Files
	p := page{CSS: css(), Script: script()}
	if !o.Trust {
		p.Policy = contentPolicy()
	}
	for i, c := range nb.Cells() {
		view := cell{ID: fmt.Sprintf("cell-%d", i+1), Show: visibilityOf(c)}
		if view.Show.Gone {
			continue
		}
		switch c.Type() {
		case notebook.Markdown:
			view.Text = m.cell(c)
		case notebook.Code:
			if strings.TrimSpace(c.Source()) == "" && len(c.Outputs()) == 0 {
				continue
			}
			view.Code = highlight(language, strings.TrimRight(c.Source(), "\n"))
			if n := c.ExecutionCount(); n > 0 {
				view.Count = fmt.Sprint(n)
			}
			for _, out := range joined(c.Outputs()) {
				if view.Show.NoOutput {
					break
				}
				v := m.output(out)
				view.Failed = view.Failed || v.Kind == "error"
				if v.HTML != "" {
					view.Outputs = append(view.Outputs, v)
				}
			}
		default:
			view.Raw = c.Source()
		}
		p.Cells = append(p.Cells, view)
	}
	p.Contents = m.headings
	p.Title = o.Title
	if len(p.Contents) > 0 && p.Title == "" {
		p.Title = p.Contents[0].Text
	}
	if p.Title == "" {
		p.Title = "Notebook"
	}
	p.Lang = pageLanguage(nb)
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("rendering the notebook: %w", err)
	}
	return b.Bytes(), nil
}

// pageLanguage is the human language of the text, which a notebook may name in its metadata
// ("lang"); English if not.
func pageLanguage(nb *notebook.Notebook) string {
	var lang string
	if raw, ok := nb.Metadata("lang"); ok && json.Unmarshal(raw, &lang) == nil && len(lang) < 20 && lang != "" {
		return lang
	}
	return "en"
}

// css is the page's style sheet with the colours of code for both themes.
var css = sync.OnceValue(func() template.CSS {
	var b strings.Builder
	b.WriteString(pageCSS)
	f := html.New(html.WithClasses(true))
	write := func(style string) {
		// Writing into a strings.Builder does not fail.
		_ = f.WriteCSS(&b, styles.Get(style))
	}
	// Each alone: where one style is silent, the other's colour would be read on the wrong ground.
	b.WriteString("@media print, (prefers-color-scheme: light) {\n")
	write("github")
	b.WriteString("}\n@media screen and (prefers-color-scheme: dark) {\n")
	write("github-dark")
	b.WriteString("}\n.chroma, .bg { background: var(--code) !important; }\n")
	return template.CSS(b.String())
})
