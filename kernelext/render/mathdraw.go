package render

import (
	"encoding/xml"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/d2lang/mathjax-go"
	"golang.org/x/net/html"
)

// maxTeX is how long a formula may be, in bytes, and maxDrawing how long its drawing: drawing takes
// a time that grows with both.
const maxTeX, maxDrawing = 4096, 1 << 20

// maxDepth is how deep a drawing may nest, well below what browsers and other readers of HTML take.
const maxDepth = 150

// withoutMarks drops the runes of marks from foreign text.
var withoutMarks = strings.NewReplacer(markStart, "", markEnd, "")

// draw makes HTML of a formula: a picture in the text's colour with the TeX as its name, or the TeX
// as code if MathJax cannot read it.
func draw(f formula) string {
	class := "math"
	if f.display {
		class = "math display"
	}
	svg, err := typeset(f)
	if err != nil {
		return `<code class="` + class + `">` + printable(f.source) + `</code>`
	}
	return `<span class="` + class + `">` + svg + `</span>`
}

func typeset(f formula) (svg string, err error) {
	if len(f.source) > maxTeX || strings.TrimSpace(f.tex) == "" {
		return "", fmt.Errorf("a formula of %d bytes", len(f.source))
	}
	// A formula that brings the library down is shown as it is written, like any other that it
	// cannot read.
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("MathJax: %v", r)
		}
	}()
	drawn, err := mathjax.RenderWithOptions(f.tex, mathjax.Options{Em: 16, Ex: 8, Display: f.display})
	if err != nil {
		return "", err
	}
	if len(drawn) > maxDrawing {
		return "", fmt.Errorf("a drawing of %d bytes", len(drawn))
	}
	return cleanSVG(drawn, f.tex)
}

var (
	svgElements = []string{"svg", "g", "path", "rect", "line", "ellipse", "circle", "polygon", "polyline", "text"}
	svgNumber   = regexp.MustCompile(`^[-+0-9.eE, ()a-zA-Z%#]*$`)
	svgAlign    = regexp.MustCompile(`vertical-align: *(-?[0-9.]+(?:ex|em|px)?)`)
	svgPlain    = []string{"width", "height", "viewBox", "transform", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "rx", "ry", "r", "points", "fill", "stroke",
		"stroke-width", "stroke-dasharray", "stroke-linecap", "preserveAspectRatio", "font-size", "font-family", "font-style", "font-weight", "text-anchor"}
)

// cleanSVG writes a drawing anew from the elements and attributes that formulas are drawn with, so
// that nothing else can be in it: no script, no link, no style but where it stands on the line. A
// drawing that needs something else, or that shows an error, is an error.
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
			if !slices.Contains(svgElements, t.Name.Local) || depth == 0 && t.Name.Local != "svg" || depth > maxDepth {
				return "", fmt.Errorf("a <%s> in a formula", t.Name.Local)
			}
			b.WriteString("<" + t.Name.Local)
			for _, a := range t.Attr {
				switch {
				case a.Name.Local == "data-mml-node" && a.Value == "merror":
					return "", fmt.Errorf("MathJax cannot read it")
				case slices.Contains(svgPlain, a.Name.Local) && svgNumber.MatchString(a.Value) && !strings.Contains(strings.ToLower(a.Value), "url"):
					b.WriteString(" " + a.Name.Local + `="` + template.HTMLEscapeString(a.Value) + `"`)
				}
			}
			if depth == 0 {
				for _, a := range t.Attr {
					if m := svgAlign.FindStringSubmatch(a.Value); a.Name.Local == "style" && m != nil {
						b.WriteString(` style="vertical-align:` + m[1] + `"`)
					}
				}
				b.WriteString(` role="img" aria-label="` + printable(strings.Join(strings.Fields(name), " ")) + `"`)
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

// placeFormulas replaces the marks below a node.
func placeFormulas(n *html.Node, formulas []formula) {
	for i := range n.Attr {
		n.Attr[i].Val = written(n.Attr[i].Val, formulas)
	}
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type != html.TextNode:
			placeFormulas(c, formulas)
		case slices.Contains(rawText, n.Data):
			c.Data = written(c.Data, formulas)
		case strings.Contains(c.Data, markStart):
			drawMarks(c, formulas)
		}
		c = next
	}
}

// rawText are the elements whose text is not HTML.
var rawText = []string{"script", "style", "iframe", "noembed", "noframes", "noscript", "plaintext", "xmp", "textarea", "title"}

// drawMarks puts drawings between the pieces of a text, each once: a mark that the notebook forged
// brings nothing.
func drawMarks(n *html.Node, formulas []formula) {
	s, end := n.Data, 0
	for _, m := range marks.FindAllStringSubmatchIndex(s, -1) {
		n.Parent.InsertBefore(&html.Node{Type: html.TextNode, Data: withoutMarks.Replace(s[end:m[0]])}, n)
		end = m[1]
		if i, err := strconv.Atoi(s[m[2]:m[3]]); err == nil && i < len(formulas) && !formulas[i].drawn {
			formulas[i].drawn = true
			n.Parent.InsertBefore(&html.Node{Type: html.RawNode, Data: draw(formulas[i])}, n)
		}
	}
	n.Data = withoutMarks.Replace(s[end:])
}

// written puts the formulas as they were written in place of their marks.
func written(s string, formulas []formula) string {
	return marks.ReplaceAllStringFunc(s, func(m string) string {
		i, err := strconv.Atoi(m[len(markStart) : len(m)-len(markEnd)])
		if err != nil || i >= len(formulas) {
			return ""
		}
		return formulas[i].source
	})
}

// latex shows an output that is TeX: a formula is drawn, anything else is text.
func latex(s string) template.HTML {
	s = strings.TrimSpace(s)
	if f, ok := formulaAt(s); ok && f.source == s {
		return template.HTML("<p>" + draw(f) + "</p>")
	}
	return terminal(s)
}
