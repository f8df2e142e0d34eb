package render

import (
	"html/template"
	"net/url"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// newPolicy allows text, tables, lists, layout, embedded images and links; no scripts, style
// sheets, forms, frames, or anything that is fetched. foreign.go has adapted ids and links.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(
		"h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "br", "hr", "wbr", "b", "strong",
		"i", "em", "u", "s", "del", "ins", "mark", "small", "sub", "sup", "code", "pre", "kbd",
		"samp", "var", "q", "blockquote", "cite", "abbr", "dfn", "time", "figure", "figcaption",
		"center", "dl", "dt", "dd", "ul", "ol", "li", "table", "thead", "tbody", "tfoot", "tr",
		"th", "td", "caption", "colgroup", "col", "details", "summary", "progress", "meter",
		"section", "article", "header", "footer", "img", "a", "input", "font", "tt", "label",
	)
	p.AllowNoAttrs().OnElements("span", "div", "img", "a", "font", "label")
	p.AllowAttrs("class", "title", "lang", "dir", "role", "aria-label", "aria-hidden").Globally()
	p.AllowAttrs("id").Matching(ownID).Globally()
	p.AllowAttrs("colspan", "rowspan", "scope", "align", "valign").
		OnElements("td", "th", "tr", "col", "colgroup", "table", "p", "div")
	p.AllowAttrs("border", "cellpadding", "cellspacing", "width", "height").
		Matching(bluemonday.NumberOrPercent).OnElements("table", "td", "th", "img", "col")
	p.AllowAttrs("start", "value").Matching(bluemonday.Integer).OnElements("ol", "li")
	p.AllowAttrs("open").OnElements("details")
	p.AllowAttrs("value", "max", "min", "low", "high", "optimum").Matching(bluemonday.Number).
		OnElements("progress", "meter")
	p.AllowAttrs("type").Matching(regexp.MustCompile("^checkbox$")).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.AllowAttrs("color").Matching(regexp.MustCompile(`^(#[0-9a-fA-F]{3,8}|[a-z]+)$`)).
		OnElements("font")
	p.AllowAttrs("alt", "loading").OnElements("img")
	p.AllowAttrs("src").Matching(embedded).OnElements("img")
	p.AllowAttrs("href").Matching(linkTarget).OnElements("a")
	p.RequireNoReferrerOnLinks(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowURLSchemeWithCustomPolicy("data", func(u *url.URL) bool {
		return embedded.MatchString("data:" + u.Opaque)
	})
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	for property, check := range styleProperties {
		p.AllowStyles(property).MatchingHandler(check).Globally()
	}
	return p
}

var (
	ownID      = regexp.MustCompile(`^(h-[\p{L}\p{N}_-]+|u-[^\s]+)$`)
	linkTarget = regexp.MustCompile(
		`^(?i:https?://|mailto:|#)|^[^\s:/\\#][^\s:\\]*$|^\.\.?/[^\s\\]*$`,
	)
	embedded = regexp.MustCompile(
		`^data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*$`,
	)
)

// balanced closes what sanitised HTML opens, and drops closing tags without an opening one, so that
// it stays in its place. place, unless nil, replaces the marks of formulas.
func balanced(s string, place func(*html.Node)) string {
	root, err := fragment(s)
	if err != nil {
		return template.HTMLEscapeString(s)
	}
	if place != nil {
		place(root)
	}
	readableColours(root)
	if s, err = inner(root); err != nil {
		return template.HTMLEscapeString(s)
	}
	return s
}
