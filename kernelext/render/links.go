package render

import (
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

var scheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:`)

// link prepares a link: one within the page is resolved at the end; a relative one starts from the
// notebook's folder.
func (f *foreign) link(n *html.Node) {
	href := strings.TrimSpace(attr(n, "href"))
	switch {
	case strings.HasPrefix(href, "#"):
		fragment := href[1:]
		if plain, err := url.PathUnescape(fragment); err == nil {
			fragment = plain
		}
		setAttr(n, "href", unresolved+url.PathEscape(fragment))
	case href == "" || scheme.MatchString(href):
	case strings.HasPrefix(href, "/") || strings.ContainsAny(href, "\\\x00\t\n\r"):
		removeAttr(n, "href")
	default:
		setAttr(n, "href", relative(f.m.base, href))
	}
}

func relative(base, href string) string {
	if strings.Contains(strings.SplitN(href, "/", 2)[0], ":") {
		href = "./" + href
	}
	if base == "" || base == "." {
		return href
	}
	return (&url.URL{Path: base}).EscapedPath() + "/" + href
}

const unresolved = "#~"

var unresolvedLink = regexp.MustCompile(` href="#~([^"]*)"`)

// resolve points links to a heading, as named by Jupyter or GitHub, or to an author's anchor. A
// link to nothing becomes text.
func (m *markdown) resolve(s template.HTML) template.HTML {
	if !strings.Contains(string(s), unresolved) {
		return s
	}
	return template.HTML(unresolvedLink.ReplaceAllStringFunc(string(s), func(link string) string {
		fragment := html.UnescapeString(unresolvedLink.FindStringSubmatch(link)[1])
		if plain, err := url.PathUnescape(fragment); err == nil {
			fragment = plain
		}
		id := ""
		switch {
		case m.anchors[anchorID(fragment)]:
			id = anchorID(fragment)
		case m.used[fragment]:
			id = fragment
		case m.used["h-"+slug(fragment)]:
			id = "h-" + slug(fragment)
		case fragment == "" || fragment == "top":
			return ` href="#"`
		default:
			return ""
		}
		return ` href="#` + html.EscapeString(url.PathEscape(id)) + `"`
	}))
}
