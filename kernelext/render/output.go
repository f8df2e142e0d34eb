package render

import (
	"bytes"
	"encoding/json"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopets/kernelext/notebook"
)

type output struct {
	Kind string // class: "stdout", "stderr", "error", "display"
	HTML template.HTML
}

func (m *markdown) output(o notebook.Output) output {
	switch o.Type {
	case notebook.StreamOutput:
		kind := "stdout"
		if o.Name == "stderr" {
			kind = "stderr"
		}
		return output{kind, terminalText(o.Text)}
	case notebook.ErrorOutput:
		return output{"error", terminalText(errorText(o))}
	}
	return output{"display", m.display(o)}
}

var imageTypes = []string{"image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"}

// display returns the richest form that a page can show. A form that needs a script leaves a note,
// unless another form says as much.
func (m *markdown) display(o notebook.Output) template.HTML {
	var lost string         // what is said of a form that cannot be shown
	var notes template.HTML // the same, in place of its parts
	broken := false
	if text, ok := o.Mime("text/html"); ok {
		shown, note, bare := m.html(text)
		if shown != "" && !bare {
			return shown + noted(note)
		}
		notes, lost = shown, note
	}
	for _, mime := range imageTypes {
		if text, ok := o.Mime(mime); ok {
			if img, why := m.image(o, mime, text); img != "" {
				return img
			} else if lost == "" {
				lost, broken = why, true
			}
		}
	}
	if text, ok := o.Mime("text/markdown"); ok && strings.TrimSpace(text) != "" {
		return m.render(text, nil)
	}
	text, plain := o.Mime("text/plain")
	plain = plain && strings.TrimSpace(text) != ""
	unnamed := plain && objectName.MatchString(strings.TrimSpace(text))
	if tex, ok := o.Mime("text/latex"); ok && strings.TrimSpace(tex) != "" {
		if shown, drawn := m.latex(tex); drawn || !plain || unnamed {
			return shown
		}
	}
	if lost == "" && notes == "" {
		for mime := range o.Data {
			// The text says as much for types that editors add to tables and texts.
			if strings.HasPrefix(mime, "application/vnd.") && (unnamed || knownForm(mime) != "") {
				lost = otherForm(o)
			}
		}
	}
	if plain {
		if (lost != "" || notes != "") && !broken && unnamed {
			return notes + noted(lost)
		}
		return terminalText(text) + notes + noted(lost)
	}
	if notes != "" {
		return notes + noted(lost)
	}
	if raw, ok := o.Data["application/json"]; ok {
		return terminalText(indented(raw))
	}
	for _, mime := range slices.Sorted(maps.Keys(o.Data)) {
		text, _ := o.Mime(mime)
		if strings.HasPrefix(mime, "text/") && !slices.Contains(richTexts, mime) &&
			strings.TrimSpace(text) != "" {
			return terminalText(text)
		}
	}
	if lost == "" && !slices.ContainsFunc(slices.Collect(maps.Keys(o.Data)), isRich) {
		lost = otherForm(o)
	}
	return noted(lost)
}

var richTexts = []string{
	"text/html",
	"text/markdown",
	"text/latex",
	"text/plain",
	"text/javascript",
}

func isRich(mime string) bool {
	return mime != "text/javascript" && slices.Contains(richTexts, mime)
}

var objectName = regexp.MustCompile(
	`(?s)^(<[^\n]*>(\n\nIf you see this message.*)?|(Figure|FigureWidget|alt\.\w+|\w*Chart)\(.*\))$`,
)

func noted(note string) template.HTML {
	if note == "" {
		return ""
	}
	return template.HTML(`<p class="note"><em>` + printable(note) + "</em></p>")
}

// html returns an output's HTML ("" if nothing is visible), what is missing, and whether it has
// only notes.
func (m *markdown) html(text string) (shown template.HTML, note string, bare bool) {
	text, cut := cutHTML(text)
	if m.policy == nil {
		if strings.TrimSpace(text) == "" {
			return "", "", false
		}
		return template.HTML(text) + cut, "", false
	}
	m.formulas = nil
	defer func() { m.formulas = nil }()
	f := &foreign{m: m}
	clean, err := f.prepare(m.markMath(withoutMarks.Replace(text)))
	if err != nil {
		return "", "HTML not shown: " + err.Error(), false
	}
	if !f.shown && !f.noted {
		return cut, f.note(), false
	}
	return m.styled(template.HTML(m.sanitize(clean))+cut, f), f.note(), !f.shown
}

func (m *markdown) styled(s template.HTML, f *foreign) template.HTML {
	if f.css.Len() == 0 {
		return s
	}
	id := "s-" + strconv.Itoa(m.scopes+1)
	rules := m.scoped(f.css.String(), id)
	if rules == "" {
		return s
	}
	m.scopes++
	m.styles.WriteString(rules)
	return template.HTML(`<div id="`+id+`">`) + s + "</div>"
}

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

// image embeds an image in its metadata's size; why reports different content.
func (m *markdown) image(o notebook.Output, mime, text string) (img template.HTML, why string) {
	data := []byte(text)
	if mime != "image/svg+xml" {
		var err error
		if data, err = decodeBase64(text); err != nil {
			return "", "image not shown: its base64 is broken"
		}
	}
	if !canShow(mime, data) {
		return "", "image not shown: it is not a " + strings.TrimSuffix(
			strings.ToUpper(mime[len("image/"):]),
			"+XML",
		)
	}
	width, height, alt, light := imageMetadata(o.Metadata, mime)
	if text, ok := o.Mime("text/plain"); ok && alt == "" && text != "" && len(text) < 300 {
		alt = strings.Join(strings.Fields(text), " ")
	}
	if alt == "" {
		alt = "output"
	}
	attributes := ""
	if width > 0 {
		attributes += ` width="` + strconv.Itoa(width) + `"`
	}
	if height > 0 {
		attributes += ` height="` + strconv.Itoa(height) + `"`
	}
	if light {
		attributes += ` class="onlight"`
	}
	return template.HTML(
		`<img src="` + dataURI(mime, data) + `" alt="` + printable(alt) + `"` + attributes + `>`,
	), ""
}

// imageMetadata reads an image's size, text and whether it needs a light background, for its type,
// as IPython and IRkernel write it, or for the output. Numbers may be fractions or strings.
func imageMetadata(
	metadata json.RawMessage,
	mime string,
) (width, height int, alt string, light bool) {
	var all map[string]json.RawMessage
	// Other shapes are ignored.
	if json.Unmarshal(metadata, &all) != nil {
		return 0, 0, "", false
	}
	own := map[string]json.RawMessage{}
	_ = json.Unmarshal(all[mime], &own)
	get := func(key string) json.RawMessage {
		if v, ok := own[key]; ok {
			return v
		}
		return all[key]
	}
	text := func(key string) string {
		var s string
		_ = json.Unmarshal(get(key), &s)
		return s
	}
	number := func(key string) int {
		s := strings.TrimSuffix(text(key), "px")
		if s == "" {
			s = string(get(key))
		}
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil || f < 1 || f > 1e5 {
			return 0
		}
		return int(f + .5)
	}
	return number("width"), number("height"), text("alt"), text("needs_background") == "light"
}

// Texts above foldAbove lines show shownLines before the fold.
const foldAbove, shownLines = 40, 20

func terminalText(s string) template.HTML {
	s, left := cutText(s, maxText)
	cut := ""
	if left > 0 {
		cut = "\n" + string(cutLine(left))
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
	head, p := ansi(text, textStyle{})
	if rest == "" {
		return template.HTML(`<pre tabindex="0">` + head + cut + `</pre>`)
	}
	tail, _ := ansi(rest, p)
	return template.HTML(
		`<pre tabindex="0">` + head + `</pre><details class="more"><summary>` + strconv.Itoa(
			strings.Count(rest, "\n")+1,
		) +
			` more lines</summary><pre tabindex="0">` + tail + cut + `</pre></details>`,
	)
}

func joined(outputs []notebook.Output) []notebook.Output {
	var all []notebook.Output
	var texts []string // of the last stream
	flush := func() {
		if len(texts) > 1 {
			all[len(all)-1] = notebook.Stream(all[len(all)-1].Name, strings.Join(texts, ""))
		}
		texts = nil
	}
	for _, o := range outputs {
		if n := len(all); n > 0 && o.Type == notebook.StreamOutput && all[n-1].Type == o.Type &&
			all[n-1].Name == o.Name {
			texts = append(texts, o.Text)
			continue
		}
		flush()
		all = append(all, o)
		if o.Type == notebook.StreamOutput {
			texts = []string{o.Text}
		}
	}
	flush()
	return all
}
