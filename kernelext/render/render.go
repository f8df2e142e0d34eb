package render

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/styles"

	"gopets/kernelext/notebook"
)

// Options are options for a page. The zero value is right.
type Options struct {
	Title string   // "" takes the first heading
	Trust bool     // keep the notebook's HTML unsanitised
	Files *os.Root // the notebook's folder, whose images are embedded; may be nil
	// the notebook's folder relative to the page, with slashes
	Base string
}

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

type heading struct {
	Level    int
	ID, Text string
}

//go:embed page.gohtml
var pageText string

//go:embed page.css
var pageCSS string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// HTML returns a notebook's page.
func HTML(nb *notebook.Notebook, o Options) ([]byte, error) {
	language := languageOf(nb)
	m := newMarkdown(o.Trust, language)
	m.folder, m.base = o.Files, o.Base
	m.number(nb.Cells())
	p := page{CSS: css(), Script: script(), Title: o.Title, Lang: pageLanguage(nb)}
	if !o.Trust {
		p.Policy = contentPolicy()
	}
	size := 0
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
			view.Code = code(language, strings.TrimRight(c.Source(), "\n"))
			if n := c.ExecutionCount(); n > 0 {
				view.Count = fmt.Sprint(n)
			}
			if !view.Show.NoOutput {
				view.Outputs, view.Failed = m.outputs(c, &size)
			}
		default:
			if i == 0 && p.Title == "" {
				p.Title = frontMatterTitle(c.Source())
			}
			view.Text, view.Raw = m.raw(c, i == 0)
		}
		p.Cells = append(p.Cells, view)
	}
	for i, c := range p.Cells {
		p.Cells[i].Text = m.resolve(c.Text)
		for k, out := range c.Outputs {
			c.Outputs[k].HTML = m.resolve(out.HTML)
		}
	}
	p.CSS += template.CSS(m.styles.String())
	p.Contents = m.headings
	if len(p.Contents) > 0 && p.Title == "" {
		p.Title = p.Contents[0].Text
	}
	if p.Title == "" {
		p.Title = "Notebook"
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("rendering the notebook: %w", err)
	}
	return b.Bytes(), nil
}

func (m *markdown) outputs(c *notebook.Cell, size *int) (all []output, failed bool) {
	left := 0
	for _, out := range joined(c.Outputs()) {
		failed = failed || out.Type == notebook.ErrorOutput
		if *size > maxPage {
			left++
			continue
		}
		v := m.output(out)
		*size += len(v.HTML)
		if v.HTML != "" {
			all = append(all, v)
		}
	}
	if left > 0 {
		note := fmt.Sprintf(
			"%d outputs are left out: the page has %s of them.",
			left,
			kilobytes(*size),
		)
		all = append(all, output{"display", noted(note)})
	}
	return all, failed
}

func languageOf(nb *notebook.Notebook) string {
	k := nb.Kernel()
	if k.Language != "" {
		return k.Language
	}
	switch name := strings.ToLower(k.Name); {
	case strings.HasPrefix(name, "gonb"), strings.HasPrefix(name, "gophernotes"):
		return "go"
	case name == "ir":
		return "r"
	default:
		return strings.TrimRight(name, "0123456789.-")
	}
}

// raw returns a raw cell in its format; front matter at the beginning is for other programs.
func (m *markdown) raw(c *notebook.Cell, first bool) (text template.HTML, raw string) {
	source, left := cutText(c.Source(), maxText)
	if first && frontMatter.MatchString(source) {
		return "", ""
	}
	if left > 0 {
		source += "\n… " + kilobytes(left) + " more in the notebook"
	}
	format := ""
	for _, key := range []string{"raw_mimetype", "format"} {
		if value, ok := c.Metadata(key); ok && format == "" {
			// Another kind of value names no format.
			_ = json.Unmarshal(value, &format)
		}
	}
	switch format {
	case "text/html":
		if shown, note, _ := m.html(source); shown != "" {
			return shown + noted(note), ""
		}
	case "text/markdown":
		return m.render(source, nil), ""
	case "text/latex":
		if shown, _ := m.latex(source); !strings.HasPrefix(string(shown), "<pre") {
			return shown, ""
		}
	}
	return "", source
}

var (
	frontMatter = regexp.MustCompile(`(?s)^\s*---[ \t]*\r?\n.*\n(---|\.\.\.)\s*$`)
	frontTitle  = regexp.MustCompile(`(?m)^title:[ \t]*["']?(.*?)["']?[ \t]*\r?$`)
)

func frontMatterTitle(source string) string {
	if !frontMatter.MatchString(source) {
		return ""
	}
	if m := frontTitle.FindStringSubmatch(source); m != nil {
		return m[1]
	}
	return ""
}

func pageLanguage(nb *notebook.Notebook) string {
	var lang string
	if raw, ok := nb.Metadata("lang"); ok && json.Unmarshal(raw, &lang) == nil && len(lang) < 20 &&
		lang != "" {
		return lang
	}
	return "en"
}

var css = sync.OnceValue(func() template.CSS {
	var b strings.Builder
	b.WriteString(pageCSS)
	f := html.New(html.WithClasses(true))
	write := func(style string) {
		// A strings.Builder does not fail.
		_ = f.WriteCSS(&b, styles.Get(style))
	}
	// Apart: where one style has no colour, the other's would be unreadable.
	b.WriteString("@media print, (prefers-color-scheme: light) {\n")
	write("github")
	b.WriteString("}\n@media screen and (prefers-color-scheme: dark) {\n")
	write("github-dark")
	b.WriteString("}\n.chroma, .bg { background: var(--code) !important; }\n")
	return template.CSS(b.String())
})
