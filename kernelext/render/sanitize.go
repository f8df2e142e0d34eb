package render

import (
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// newPolicy says what HTML of a notebook may hold: text, tables, lists, layout, embedded pictures,
// links that the reader has to click. It may not hold scripts, style sheets, forms, frames, ids of
// its own, or anything that is fetched.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "br", "hr", "wbr", "b", "strong", "i", "em", "u", "s", "del", "ins", "mark",
		"small", "sub", "sup", "code", "pre", "kbd", "samp", "var", "q", "blockquote", "cite", "abbr", "dfn", "time", "figure", "figcaption", "center",
		"dl", "dt", "dd", "ul", "ol", "li", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col", "details", "summary",
		"progress", "meter", "section", "article", "header", "footer", "img", "a", "input", "font", "tt", "label")
	p.AllowNoAttrs().OnElements("span", "div", "img", "a", "font", "label")
	p.AllowAttrs("class", "title", "lang", "dir", "role", "aria-label", "aria-hidden").Globally()
	p.AllowAttrs("id").Matching(ourHeading).OnElements("h1", "h2", "h3", "h4", "h5", "h6")
	p.AllowAttrs("colspan", "rowspan", "scope", "align", "valign").OnElements("td", "th", "tr", "col", "colgroup", "table", "p", "div")
	p.AllowAttrs("border", "cellpadding", "cellspacing", "width", "height").Matching(bluemonday.NumberOrPercent).OnElements("table", "td", "th", "img", "col")
	p.AllowAttrs("start", "value").Matching(bluemonday.Integer).OnElements("ol", "li")
	p.AllowAttrs("open").OnElements("details")
	p.AllowAttrs("value", "max", "min", "low", "high", "optimum").Matching(bluemonday.Number).OnElements("progress", "meter")
	p.AllowAttrs("type").Matching(regexp.MustCompile("^checkbox$")).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.AllowAttrs("color").Matching(regexp.MustCompile(`^(#[0-9a-fA-F]{3,8}|[a-z]+)$`)).OnElements("font")
	p.AllowAttrs("alt", "loading").OnElements("img")
	p.AllowAttrs("src").Matching(embedded).OnElements("img")
	p.AllowAttrs("href").Matching(regexp.MustCompile(`^(?i:https?://|mailto:|#)`)).OnElements("a")
	p.RequireNoReferrerOnLinks(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowURLSchemeWithCustomPolicy("data", func(u *url.URL) bool { return embedded.MatchString("data:" + u.Opaque) })
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowStyles("color", "background", "background-color", "width", "height", "min-width", "max-width", "min-height", "max-height", "margin", "margin-top",
		"margin-bottom", "margin-left", "margin-right", "padding", "padding-top", "padding-bottom", "padding-left", "padding-right", "border", "border-top",
		"border-bottom", "border-left", "border-right", "border-color", "border-radius", "border-collapse", "border-spacing", "border-style", "border-width",
		"text-align", "vertical-align", "text-decoration", "white-space", "word-break", "overflow-wrap", "overflow", "overflow-x", "overflow-y", "line-height",
		"font", "font-family", "font-size", "font-style", "font-weight", "font-variant-numeric", "display", "flex", "flex-wrap", "flex-direction", "align-items", "justify-content", "gap",
		"grid-template-columns", "float", "clear", "opacity", "box-sizing", "list-style", "list-style-type", "table-layout", "object-fit", "aspect-ratio").MatchingHandler(plainValue).Globally()
	return p
}

var (
	ourHeading = regexp.MustCompile(`^h-[\p{L}\p{N}_-]+$`)
	embedded   = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*$`)
)

var (
	plainStyle = regexp.MustCompile(`^[\w #%.,/+*"'()-]*$`)
	functions  = regexp.MustCompile(`\b(rgba?|hsla?|calc|min|max|clamp|minmax|repeat)\(`)
)

// plainValue lets through values of style properties made of harmless characters, with none but
// harmless functions: no url(), image() or whatever else may fetch something. The sanitiser has
// decoded CSS escapes before it asks.
func plainValue(v string) bool {
	v = strings.ToLower(v)
	return plainStyle.MatchString(v) && !strings.Contains(functions.ReplaceAllString(v, ""), "(")
}

// balanced closes what a piece of sanitised HTML opens and drops what it closes without having
// opened it, so that it cannot reach beyond its place. It puts the formulas in place of their
// marks: drawn where text stands, as they were written in attributes and wherever else HTML is not
// read.
func balanced(s string, formulas []formula) string {
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return template.HTMLEscapeString(s)
	}
	root := &html.Node{Type: html.ElementNode, Data: "div"}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	placeFormulas(root, formulas)
	var b strings.Builder
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return template.HTMLEscapeString(s)
		}
	}
	return b.String()
}
