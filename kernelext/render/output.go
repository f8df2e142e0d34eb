package render

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"strconv"
	"strings"

	"gopets/kernelext/notebook"
)

// output is one output as the template sees it.
type output struct {
	Kind string // class: "stdout", "stderr", "error", "display"
	HTML template.HTML
}

// maxText is how many bytes of one text are shown; a page of 50 MB helps nobody.
const maxText = 200_000

func (m *markdown) output(o notebook.Output) output {
	switch o.Type {
	case notebook.StreamOutput:
		kind := "stdout"
		if o.Name == "stderr" {
			kind = "stderr"
		}
		return output{kind, terminal(o.Text)}
	case notebook.ErrorOutput:
		return output{"error", terminal(errorText(o))}
	}
	return output{"display", m.display(o)}
}

// display shows the richest form that a page can show.
func (m *markdown) display(o notebook.Output) template.HTML {
	if text, ok := o.Mime("text/html"); ok {
		return template.HTML(m.sanitize(text))
	}
	alt := "output"
	if text, ok := o.Mime("text/plain"); ok && text != "" && len(text) < 300 {
		alt = strings.Join(strings.Fields(text), " ")
	}
	if svg, ok := o.Mime("image/svg+xml"); ok {
		return m.image(o, "image/svg+xml", alt, []byte(svg))
	}
	for _, mime := range []string{"image/png", "image/jpeg", "image/gif", "image/webp"} {
		text, ok := o.Mime(mime)
		if !ok {
			continue
		}
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err == nil {
			return m.image(o, mime, alt, data)
		}
	}
	if text, ok := o.Mime("text/markdown"); ok {
		return m.render(text, nil)
	}
	if text, ok := o.Mime("text/latex"); ok {
		return latex(text)
	}
	if text, ok := o.Mime("text/plain"); ok {
		return terminal(text)
	}
	if raw, ok := o.Data["application/json"]; ok {
		return terminal(indented(raw))
	}
	if note := otherForm(o); note != "" {
		return template.HTML("<p><em>" + printable(note) + "</em></p>")
	}
	return ""
}

// errorText is an error's traceback, headed by the error where the traceback does not tell it.
func errorText(o notebook.Output) string {
	text := strings.Join(o.Traceback, "\n")
	if !strings.Contains(text, o.EValue) || text == "" {
		text = strings.TrimSpace(strings.TrimPrefix(o.EName+": "+o.EValue, ": ")) + "\n" + text
	}
	return strings.TrimSpace(text)
}

func indented(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}

// otherForm tells what an output was that has only forms which need a script.
func otherForm(o notebook.Output) string {
	for _, known := range []struct{ prefix, what string }{
		{"application/vnd.jupyter.widget", "a Jupyter widget"},
		{"application/vnd.vega", "a Vega chart"},
		{"application/vnd.plotly", "a Plotly chart"},
		{"application/vnd.bokeh", "a Bokeh chart"},
		{"application/javascript", "JavaScript"},
		{"text/javascript", "JavaScript"},
	} {
		for mime := range o.Data {
			if strings.HasPrefix(mime, known.prefix) {
				return "Here was " + known.what + ", which needs a live Jupyter."
			}
		}
	}
	return ""
}

// image embeds a picture, in the size that its metadata asks for.
func (m *markdown) image(o notebook.Output, mime, alt string, data []byte) template.HTML {
	var meta map[string]struct {
		Width  int    `json:"width"`
		Height int    `json:"height"`
		Alt    string `json:"alt"`
	}
	size := ""
	// Metadata of another shape means no size.
	if json.Unmarshal(o.Metadata, &meta) == nil {
		if w := meta[mime].Width; w > 0 {
			size += ` width="` + strconv.Itoa(w) + `"`
		}
		if h := meta[mime].Height; h > 0 {
			size += ` height="` + strconv.Itoa(h) + `"`
		}
		if meta[mime].Alt != "" {
			alt = meta[mime].Alt
		}
	}
	return template.HTML(`<img src="` + dataURI(mime, data) + `" alt="` + printable(alt) + `"` + size + `>`)
}

// foldAbove is how many lines of a text are shown whole; of a longer one the first shownLines stand
// before the fold.
const foldAbove, shownLines = 40, 20

// terminal shows text as a terminal would, a long one folded.
func terminal(s string) template.HTML {
	cut := ""
	if len(s) > maxText {
		rest := s[maxText:]
		s = strings.ToValidUTF8(s[:maxText], "")
		cut = "\n" + `<span class="cut">… ` + strconv.Itoa(len(rest)/1024+1) + ` KB more in the notebook</span>`
	}
	s = strings.TrimRight(overwrite(s), "\n")
	if strings.TrimSpace(s) == "" {
		return ""
	}
	text, rest := s, ""
	if n := strings.Count(s, "\n") + 1; n > foldAbove {
		lines := strings.SplitAfterN(s, "\n", shownLines+1)
		rest = lines[shownLines]
		text = strings.TrimSuffix(strings.Join(lines[:shownLines], ""), "\n")
	}
	head, p := ansi(text, pen{})
	if rest == "" {
		return template.HTML(`<pre tabindex="0">` + head + cut + `</pre>`)
	}
	tail, _ := ansi(rest, p)
	return template.HTML(`<pre tabindex="0">` + head + `</pre><details class="more"><summary>` + strconv.Itoa(strings.Count(rest, "\n")+1) +
		` more lines</summary><pre tabindex="0">` + tail + cut + `</pre></details>`)
}

// joined makes one of streams that follow each other, as kernels cut them at will.
func joined(outputs []notebook.Output) []notebook.Output {
	var all []notebook.Output
	for _, o := range outputs {
		if n := len(all); n > 0 && o.Type == notebook.StreamOutput && all[n-1].Type == o.Type && all[n-1].Name == o.Name {
			all[n-1] = notebook.Stream(o.Name, all[n-1].Text+o.Text)
			continue
		}
		all = append(all, o)
	}
	return all
}
