package render

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"os"
	"strings"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"gopets/kernelext/notebook"
)

type attachments map[string]map[string]json.RawMessage

type markdown struct {
	md       goldmark.Markdown
	policy   *bluemonday.Policy // nil for a trusted notebook
	folder   *os.Root           // of the notebook, with images; or nil
	formulas []formula          // of the text that is being rendered
	headings []heading
	used     map[string]bool // heading ids
	again    map[string]int  // how many of them a number was added to
	anchors  map[string]bool // ids of the notebook's own
	base     string          // the notebook's folder as seen from the page
	cells    int             // rendered so far
	styles   strings.Builder // rules of foreign style sheets
	scopes   int             // elements that those rules are kept to
	macros   macros
	labels   map[string]string // numbers of formulas
	drawn    drawings
}

func newMarkdown(trust bool, language string) *markdown {
	m := &markdown{used: map[string]bool{}, again: map[string]int{}, anchors: map[string]bool{}}
	if !trust {
		m.policy = newPolicy()
	}
	m.md = goldmark.New(
		goldmark.WithExtensions(extension.GFM, extension.NewFootnote(
			extension.WithFootnoteIDPrefixFunction(func(ast.Node) []byte {
				return fmt.Appendf(nil, "c%d-", m.cells)
			})), mathSyntax{m}),
		// The sanitiser gets the whole, raw HTML too.
		goldmark.WithRendererOptions(
			html.WithUnsafe(),
			renderer.WithNodeRenderers(util.Prioritized(codeBlocks{language}, 100)),
		),
	)
	return m
}

func (m *markdown) sanitize(s string) string {
	switch {
	case m.policy != nil:
		s = m.policy.Sanitize(s)
	case len(m.formulas) == 0:
		return s
	}
	return balanced(s, m.placeFormulas)
}

func (m *markdown) cell(c *notebook.Cell) template.HTML {
	m.cells++
	files := attachments{}
	if raw, ok := c.Attachments(); ok {
		// Invalid attachments are not shown.
		_ = json.Unmarshal(raw, &files)
	}
	return m.render(c.Source(), files)
}

func (m *markdown) render(source string, files attachments) template.HTML {
	source, left := cutText(source, maxMarkdown)
	src := []byte(tableBars(withoutMarks.Replace(source)))
	m.formulas = nil
	defer func() { m.formulas = nil }()
	doc := m.md.Parser().Parse(text.NewReader(src), parser.WithContext(parser.NewContext()))
	var images []*ast.Image
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			m.heading(n, src)
		case *ast.Image:
			images = append(images, n)
		case *ast.Link:
			if m.policy == nil {
				n.Destination = anchor(n.Destination)
			}
		case *mathNode:
			n.index = len(m.formulas)
			m.formulas = append(m.formulas, n.formula)
		case *mathBlock:
			n.index = len(m.formulas)
			m.formulas = append(m.formulas, n.formula)
		}
		return ast.WalkContinue, nil
	})
	if err == nil {
		for _, p := range images {
			m.markdownImage(p, files)
		}
		var b bytes.Buffer
		if err = m.md.Renderer().Render(&b, src, doc); err == nil {
			if shown, ok := m.finish(b.String(), files); ok {
				return shown + cutLine(left)
			}
		}
	}
	return terminalText(source)
}

// finish sanitises the Markdown's HTML and draws formulas; too deep nesting fails.
func (m *markdown) finish(s string, files attachments) (template.HTML, bool) {
	full := m.drawn.full
	if m.policy == nil {
		return template.HTML(m.sanitize(m.embedImages(s, files))), true
	}
	f := &foreign{m: m, files: files}
	clean, err := f.prepare(s)
	if err != nil {
		return "", false
	}
	shown := m.styled(template.HTML(m.sanitize(clean)), f) + noted(f.note())
	if !full && m.drawn.full {
		shown += noted(
			"From here on formulas are left as they are written: the page has " + kilobytes(
				maxDrawings,
			) + " of drawings.",
		)
	}
	return shown, true
}

// heading sets a heading's unique id, numbered as by GitHub, and adds it to the table of contents.
func (m *markdown) heading(n *ast.Heading, src []byte) {
	title := strings.TrimSpace(plainText(n, src))
	name := "h-" + slug(title)
	id := name
	for m.used[id] {
		m.again[name]++
		id = fmt.Sprintf("%s-%d", name, m.again[name])
	}
	m.used[id] = true
	n.SetAttributeString("id", []byte(id))
	if n.Level <= 3 && title != "" {
		m.headings = append(m.headings, heading{n.Level, id, title})
	}
}

// anchor converts a link in Jupyter's form, #My-Heading, to the heading's id.
func anchor(dest []byte) []byte {
	fragment, ok := strings.CutPrefix(string(dest), "#")
	if !ok || fragment == "" || strings.HasPrefix(fragment, "h-") ||
		strings.HasPrefix(fragment, "cell-") {
		return dest
	}
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	return []byte("#h-" + slug(fragment))
}

func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Segment.Value(src))
			if c.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *mathNode:
			b.WriteString(c.tex)
		default:
			b.WriteString(plainText(c, src))
		}
	}
	return string(
		util.UnescapePunctuations(
			util.ResolveEntityNames(util.ResolveNumericReferences([]byte(b.String()))),
		),
	)
}

func slug(s string) string {
	s = strings.Join(
		strings.FieldsFunc(
			strings.ToLower(s),
			func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) },
		),
		"-",
	)
	if s == "" {
		return "section"
	}
	return s
}

// markdownImage embeds an attachment or a local image; a remote one becomes a link.
func (m *markdown) markdownImage(n *ast.Image, files attachments) {
	dest := string(n.Destination)
	if strings.HasPrefix(dest, "data:") {
		return
	}
	if uri, note := m.local(dest, files); uri != "" || note != "" {
		if uri != "" {
			n.Destination = []byte(uri)
		}
		return // a note takes its place
	}
	link := ast.NewLink()
	link.Destination, link.Title = n.Destination, n.Title
	for c := n.FirstChild(); c != nil; c = n.FirstChild() {
		link.AppendChild(link, c)
	}
	if link.ChildCount() == 0 {
		link.AppendChild(link, ast.NewString([]byte(template.HTMLEscapeString(dest))))
	}
	n.Parent().ReplaceChild(n.Parent(), n, link)
}

type codeBlocks struct{ language string }

func (r codeBlocks) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindFencedCodeBlock, r.render)
}

func (r codeBlocks) render(
	w util.BufWriter,
	src []byte,
	n ast.Node,
	entering bool,
) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	block := n.(*ast.FencedCodeBlock)
	var code strings.Builder
	for i := range block.Lines().Len() {
		line := block.Lines().At(i)
		code.Write(line.Value(src))
	}
	_, err := fmt.Fprintf(
		w,
		"<pre class=\"chroma\"><code>%s</code></pre>\n",
		highlight(string(block.Language(src)), strings.TrimSuffix(code.String(), "\n")),
	)
	return ast.WalkSkipChildren, err
}

func dataURI(mime string, data []byte) string {
	return "data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(data)
}
