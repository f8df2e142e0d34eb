package render

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	kernelterm "gopets/kernelext/internal/terminal"
	"gopets/kernelext/notebook"
)

// MarkdownOptions are options for [Markdown]. The zero value embeds images as data URIs.
type MarkdownOptions struct {
	// the images' folder relative to the text; "" embeds
	Folder string
	Trust  bool // keep the notebook's HTML unsanitised
}

type Document struct {
	Text  []byte
	Files []File // images, to be written into the options' folder
}

// File is an image of a Document, named output_CELL_OUTPUT.png or attachment_CELL_NUMBER.png,
// counted from 0; names never come from the notebook.
type File struct {
	Name string
	Data []byte
}

// Markdown returns Markdown cells as they are, code and text outputs in fences, tables as sanitised
// HTML, images and attachments as files, TeX as written. No cell or output leaves a fence, a
// comment or HTML open.
func Markdown(nb *notebook.Notebook, o MarkdownOptions) Document {
	language := languageOf(nb)
	e := &exporter{
		options:   o,
		sanitizer: newSanitizer(o.Trust),
		page:      newMarkdown(o.Trust, language),
	}
	var blocks []string
	for i, c := range nb.Cells() {
		show := visibilityOf(c)
		if show.Gone {
			continue
		}
		switch c.Type() {
		case notebook.Markdown:
			blocks = append(blocks, e.sanitizer.safe(e.attachments(i, c)))
		case notebook.Code:
			blocks = append(blocks, e.code(i, c, language, show)...)
		default:
			blocks = append(blocks, fence("", c.Source()))
		}
	}
	blocks = slices.DeleteFunc(blocks, func(s string) bool { return strings.TrimSpace(s) == "" })
	return Document{[]byte(strings.Join(blocks, "\n\n") + "\n"), e.files}
}

type exporter struct {
	options   MarkdownOptions
	sanitizer *sanitizer
	page      *markdown // what HTML would be part of
	files     []File
}

func (e *exporter) code(i int, c *notebook.Cell, language string, show visibility) []string {
	var blocks []string
	if !show.NoInput && strings.TrimSpace(c.Source()) != "" {
		code := fence(language, c.Source())
		blocks = append(blocks, folded(code, "code", show.FoldInput))
	}
	if show.NoOutput {
		return blocks
	}
	for k, o := range joined(c.Outputs()) {
		if out := e.output(fmt.Sprintf("output_%d_%d", i, k), o); out != "" {
			blocks = append(blocks, folded(out, "output", show.FoldOutput))
		}
	}
	return blocks
}

func folded(block, what string, fold bool) string {
	if !fold {
		return block
	}
	return "<details><summary>" + what + "</summary>\n\n" + block + "\n\n</details>"
}

func (e *exporter) output(name string, o notebook.Output) string {
	switch o.Type {
	case notebook.StreamOutput:
		return fenceText(o.Text)
	case notebook.ErrorOutput:
		return fenceText(errorText(o))
	}
	lost := ""
	if text, ok := o.Mime("text/html"); ok {
		block, note := e.html(name, text)
		if block != "" && note != "" {
			block += "\n\n*" + note + "*"
		}
		if block != "" {
			return block
		}
		lost = note
	}
	for _, mime := range imageTypes {
		text, ok := o.Mime(mime)
		if !ok {
			continue
		}
		if data, ok := imageData(mime, text); ok {
			return "![" + altText(o) + "](" + e.keep(name, mime, data) + ")"
		}
	}
	if text, ok := o.Mime("text/markdown"); ok {
		return e.sanitizer.safe(text)
	}
	if text, ok := o.Mime("text/latex"); ok {
		if f, ok := formulaAt(strings.TrimSpace(text), ""); ok &&
			f.source == strings.TrimSpace(text) {
			return e.sanitizer.safe(f.source)
		}
		return fence("latex", text)
	}
	if text, ok := o.Mime("text/plain"); ok &&
		(lost == "" || !objectName.MatchString(strings.TrimSpace(text))) {
		return fenceText(text)
	}
	if raw, ok := o.Data["application/json"]; ok {
		return fence("json", indented(raw))
	}
	if _, ok := o.Data["text/html"]; !ok && lost == "" {
		lost = otherForm(o)
	}
	if lost != "" {
		return "*" + lost + "*"
	}
	return ""
}

// html returns an output's HTML as one block, without blank lines, which would end it. Embedded
// images become files. note says what is missing.
func (e *exporter) html(name, text string) (block, note string) {
	text, cut := cutHTML(text)
	if e.page.policy != nil {
		f := &foreign{m: e.page}
		clean, err := f.prepare(text)
		if err != nil || !f.shown && !f.noted {
			return "", f.note()
		}
		text, note = e.page.policy.Sanitize(clean), f.note()
	}
	count := 0
	text = balanced(text+string(cut), func(root *html.Node) {
		for n := range root.Descendants() {
			if n.Data == "img" {
				e.embedded(n, fmt.Sprintf("%s_%d", name, count))
				count++
			}
			if n.Type == html.TextNode && within(n, "pre") {
				n.Data = strings.ReplaceAll(n.Data, "\n", lineBreak)
			}
		}
	})
	if strings.Contains(text, "<textarea") { // in a trusted notebook
		return "", note
	}
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(text, "\r", "\n")) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return "", note
	}
	return "<div>\n" + strings.ReplaceAll(
		strings.Join(lines, "\n"),
		lineBreak,
		"&#10;",
	) + "\n</div>", note
}

// lineBreak is a line break that must not end a line of the block.
const lineBreak = "\uFDD2"

func within(n *html.Node, name string) bool {
	for p := range n.Ancestors() {
		if p.Data == name {
			return true
		}
	}
	return false
}

func (e *exporter) embedded(n *html.Node, name string) {
	head, body, ok := strings.Cut(strings.TrimPrefix(attr(n, "src"), "data:"), ";base64,")
	if !ok || e.options.Folder == "" {
		return
	}
	if data, err := decodeBase64(body); err == nil && isImage(head, data) {
		setAttr(n, "src", e.keep(name, head, data))
	}
}

func (e *exporter) keep(name, mime string, data []byte) string {
	if e.options.Folder == "" {
		return dataURI(mime, data)
	}
	name += extensions[mime]
	e.files = append(e.files, File{name, data})
	return url.PathEscape(e.options.Folder) + "/" + name
}

var extensions = map[string]string{
	"image/svg+xml": ".svg",
	"image/png":     ".png",
	"image/jpeg":    ".jpg",
	"image/gif":     ".gif",
	"image/webp":    ".webp",
}

func (e *exporter) attachments(i int, c *notebook.Cell) string {
	files := map[string]map[string]json.RawMessage{}
	if raw, ok := c.Attachments(); ok {
		// Invalid attachments are not shown.
		_ = json.Unmarshal(raw, &files)
	}
	source := c.Source()
	var pairs []string
	// Longer names first: one may begin with another.
	names := slices.SortedFunc(maps.Keys(files), func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	for k, name := range names {
		for _, mime := range slices.Sorted(maps.Keys(files[name])) {
			var text string
			if name == "" || json.Unmarshal(files[name][mime], &text) != nil {
				continue
			}
			data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
			if err != nil || !isImage(mime, data) {
				continue
			}
			link := e.keep(fmt.Sprintf("attachment_%d_%d", i, k), mime, data)
			pairs = append(
				pairs,
				"attachment:"+name,
				link,
				"attachment:"+url.PathEscape(name),
				link,
			)
			break
		}
	}
	return strings.NewReplacer(pairs...).Replace(source)
}

func fenceText(s string) string {
	s, left := cutText(s, maxText)
	if left > 0 {
		s += "\n… " + kilobytes(left) + " more in the notebook"
	}
	s = strings.TrimRight(kernelterm.Text(s), "\n ")
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return fence("text", s)
}

var (
	backticks    = regexp.MustCompile("`+")
	languageName = regexp.MustCompile(`^[\w.+#-]{1,40}$`)
)

// fence uses more backticks than the text has in a row.
func fence(language, s string) string {
	n := 3
	for _, run := range backticks.FindAllString(s, -1) {
		n = max(n, len(run)+1)
	}
	if !languageName.MatchString(language) {
		language = ""
	}
	bar := strings.Repeat("`", n)
	return bar + language + "\n" + strings.TrimRight(s, "\n") + "\n" + bar
}

func altText(o notebook.Output) string {
	text, _ := o.Mime("text/plain")
	if len(text) == 0 || len(text) >= 300 {
		return "output"
	}
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\\[]()<>`*_!&$~|", r) {
			return ' '
		}
		return r
	}, kernelterm.Text(text))
	return template.HTMLEscapeString(strings.Join(strings.Fields(text), " "))
}
