package render

import (
	"encoding/xml"
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/d2lang/mathjax-go"
	"golang.org/x/net/html"
)

const maxTeX, maxDrawing = 4096, 1 << 20

// maxDepth bounds a drawing's nesting, well below what browsers take.
const maxDepth = 150

var withoutMarks = strings.NewReplacer(markStart, "", markEnd, "")

const maxDrawings = 16 << 20

type drawings struct {
	svg  map[string]string
	size int
	full bool // maxDrawings is reached
}

// draw returns a drawing in the text's colour, named by the TeX, or the TeX as code if MathJax
// cannot read it. A formula that only defines macros is invisible.
func (m *markdown) draw(f formula) string {
	class := "math"
	if f.display {
		class = "math display"
	}
	if f.ref != "" {
		number := m.labels[f.ref]
		name := number
		if strings.HasPrefix(f.source, `\eq`) {
			name = "(" + number + ")"
		}
		return `<a href="#eq-` + html.EscapeString(
			url.PathEscape(number),
		) + `">` + printable(
			name,
		) + `</a>`
	}
	asCode := `<code class="` + class + `">` + printable(f.source) + `</code>`
	tex, err := m.macros.apply(f.tex)
	if err != nil {
		return asCode
	}
	if strings.TrimSpace(tex) == "" && strings.TrimSpace(f.tex) != "" {
		return ""
	}
	tex, anchors := m.numbered(tex, f.display)
	key := fmt.Sprint(f.display, tex)
	svg, ok := m.drawn.svg[key]
	if !ok {
		if m.drawn.full {
			return asCode
		}
		name := f.tex
		if f.tex = tex; len(f.source) <= maxTeX {
			svg, err = typeset(f, name)
		}
		if err != nil {
			svg = ""
		}
		if m.drawn.svg == nil {
			m.drawn.svg = map[string]string{}
		}
		m.drawn.svg[key] = svg
	}
	if svg == "" {
		return asCode
	}
	if m.drawn.size += len(svg); m.drawn.size > maxDrawings {
		m.drawn.full = true
		return asCode
	}
	return `<span class="` + class + `">` + anchors + svg + `</span>`
}

func typeset(f formula, name string) (svg string, err error) {
	if len(f.source) > maxTeX || strings.TrimSpace(f.tex) == "" {
		return "", fmt.Errorf("a formula of %d bytes", len(f.source))
	}
	// A formula at which the library panics is shown as written.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("MathJax: %v", r)
		}
	}()
	drawn, err := mathjax.RenderWithOptions(
		f.tex,
		mathjax.Options{Em: 16, Ex: 8, Display: f.display},
	)
	if err != nil {
		return "", err
	}
	if len(drawn) > maxDrawing {
		return "", fmt.Errorf("a drawing of %d bytes", len(drawn))
	}
	return cleanSVG(drawn, name)
}

var (
	svgElements = []string{
		"svg", "g", "path", "rect", "line", "ellipse", "circle", "polygon", "polyline", "text",
	}
	svgNumber = regexp.MustCompile(`^[-+0-9.eE, ()a-zA-Z%#]*$`)
	svgAlign  = regexp.MustCompile(`vertical-align: *(-?[0-9.]+(?:ex|em|px)?)`)
	svgPlain  = []string{
		"width", "height", "viewBox", "transform", "d", "x", "y", "x1", "y1", "x2", "y2", "cx",
		"cy", "rx", "ry", "r", "points", "fill", "stroke", "stroke-width", "stroke-dasharray",
		"stroke-linecap", "preserveAspectRatio", "font-size", "font-family", "font-style",
		"font-weight", "text-anchor",
	}
)

// cleanSVG writes a drawing from known elements and attributes: no scripts, links, or styles except
// the baseline. Anything else, or a drawn error, is an error.
func cleanSVG(drawn, name string) (string, error) {
	d := xml.NewDecoder(strings.NewReader(drawn))
	var b strings.Builder
	depth := 0
	for {
		token, err := d.Token()
		if err != nil && depth == 0 && b.Len() > 0 {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if !slices.Contains(svgElements, t.Name.Local) ||
				depth == 0 && t.Name.Local != "svg" || depth > maxDepth {
				return "", fmt.Errorf("a <%s> in a formula", t.Name.Local)
			}
			b.WriteString("<" + t.Name.Local)
			for _, a := range t.Attr {
				switch {
				case a.Name.Local == "data-mml-node" && a.Value == "merror":
					return "", fmt.Errorf("MathJax cannot read it")
				case slices.Contains(svgPlain, a.Name.Local) && svgNumber.MatchString(a.Value) &&
					!strings.Contains(strings.ToLower(a.Value), "url"):
					b.WriteString(" " + a.Name.Local + `="` + template.HTMLEscapeString(a.Value) +
						`"`)
				}
			}
			if depth == 0 {
				for _, a := range t.Attr {
					if m := svgAlign.FindStringSubmatch(a.Value); a.Name.Local == "style" &&
						m != nil {
						b.WriteString(` style="vertical-align:` + m[1] + `"`)
					}
				}
				label := printable(strings.Join(strings.Fields(name), " "))
				b.WriteString(` role="img" aria-label="` + label + `"`)
			}
			b.WriteString(">")
			depth++
		case xml.EndElement:
			b.WriteString("</" + t.Name.Local + ">")
			depth--
		case xml.CharData:
			b.WriteString(printable(string(t)))
		}
	}
}

func (m *markdown) placeFormulas(n *html.Node) {
	for i := range n.Attr {
		n.Attr[i].Val = written(n.Attr[i].Val, m.formulas)
	}
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type != html.TextNode:
			m.placeFormulas(c)
		case slices.Contains(rawText, n.Data):
			c.Data = written(c.Data, m.formulas)
		case strings.Contains(c.Data, markStart):
			m.drawMarks(c)
		}
		c = next
	}
}

var rawText = []string{
	"script", "style", "iframe", "noembed", "noframes", "noscript", "plaintext", "xmp",
	"textarea", "title",
}

// drawMarks replaces marks in a text, each once, so that forged ones do nothing.
func (m *markdown) drawMarks(n *html.Node) {
	s, end, formulas := n.Data, 0, m.formulas
	for _, at := range marks.FindAllStringSubmatchIndex(s, -1) {
		n.Parent.InsertBefore(
			&html.Node{Type: html.TextNode, Data: withoutMarks.Replace(s[end:at[0]])},
			n,
		)
		end = at[1]
		if i, err := strconv.Atoi(s[at[2]:at[3]]); err == nil && i < len(formulas) &&
			!formulas[i].drawn {
			formulas[i].drawn = true
			n.Parent.InsertBefore(&html.Node{Type: html.RawNode, Data: m.draw(formulas[i])}, n)
		}
	}
	n.Data = withoutMarks.Replace(s[end:])
}

func written(s string, formulas []formula) string {
	return marks.ReplaceAllStringFunc(s, func(m string) string {
		i, err := strconv.Atoi(m[len(markStart) : len(m)-len(markEnd)])
		if err != nil || i >= len(formulas) {
			return ""
		}
		return formulas[i].source
	})
}

func (m *markdown) latex(s string) (shown template.HTML, drawn bool) {
	s = strings.TrimSpace(s)
	if f, ok := formulaAt(s, ""); ok && f.source == s {
		shown := m.draw(f)
		return template.HTML("<p>" + shown + "</p>"), !strings.HasPrefix(shown, "<code")
	}
	return terminalText(s), false
}

// maxMisses bounds the dollars and backslashes of a text that begin no formula.
const maxMisses = 10_000

var notMath = []string{
	"code", "pre", "kbd", "samp", "script", "style", "textarea", "svg", "math", "title",
}

func (m *markdown) markMath(s string) string {
	if !strings.ContainsAny(s, `$\`) {
		return s
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	inside, depth, misses := "", 0, 0 // of an element without formulas
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return b.String()
		}
		raw := string(z.Raw())
		name, hasAttr := z.TagName()
		tag := string(name)
		switch {
		case kind == html.TextToken && inside == "":
			raw = m.markText(raw, &misses)
		case kind == html.StartTagToken && inside == "":
			if slices.Contains(notMath, tag) || hasAttr && strings.Contains(raw, "_ignore") {
				inside, depth = tag, 1
			}
		case kind == html.StartTagToken && tag == inside:
			depth++
		case kind == html.EndTagToken && tag == inside:
			if depth--; depth == 0 {
				inside = ""
			}
		}
		b.WriteString(raw)
	}
}

func (m *markdown) markText(raw string, misses *int) string {
	var b strings.Builder
	end := 0
	for i := 0; i < len(raw) && *misses < maxMisses; i++ {
		if raw[i] != '$' && raw[i] != '\\' {
			continue
		}
		f, ok := m.formulaAt(raw[i:], raw[max(0, i-8):i])
		if !ok {
			*misses++
			if strings.HasPrefix(raw[i:], `\$`) || strings.HasPrefix(raw[i:], "$$") {
				i++
			}
			continue
		}
		b.WriteString(raw[end:i] + mark(len(m.formulas)))
		end = i + len(f.source)
		i = end - 1
		f.source, f.tex = html.UnescapeString(f.source), html.UnescapeString(f.tex)
		m.formulas = append(m.formulas, f)
	}
	return b.String() + raw[end:]
}
