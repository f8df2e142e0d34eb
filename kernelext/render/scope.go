package render

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

const maxCSS = 1 << 20

// scoped returns the known rules of a foreign style sheet, limited to the element with an id.
// Selectors have names, classes, ids, attributes and structural pseudo-classes; declarations pass
// the sanitiser. At-rules, pseudo-elements and display: none, which a script would undo, are
// dropped.
func (m *markdown) scoped(css, id string) string {
	if len(css) > maxCSS {
		css = css[:maxCSS]
	}
	css = cssComment.ReplaceAllString(css, " ")
	var b strings.Builder
	for {
		head, rest, ok := strings.Cut(css, "{")
		if !ok {
			return b.String()
		}
		if i := strings.LastIndexAny(head, ";}"); i >= 0 {
			head = head[i+1:]
		}
		head = strings.TrimSpace(head)
		if strings.HasPrefix(head, "@") {
			css = afterBlock(rest)
			continue
		}
		body, after, ok := strings.Cut(rest, "}")
		css = after
		if !ok {
			return b.String()
		}
		selectors := scopedSelectors(head, id)
		declarations := m.declarations(body)
		if selectors != "" && declarations != "" {
			b.WriteString(selectors + " {" + declarations + "}\n")
		}
	}
}

var cssComment = regexp.MustCompile(`(?s)/\*.*?(\*/|$)`)

func afterBlock(s string) string {
	depth := 1
	for i := range len(s) {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return s[i+1:]
			}
		}
	}
	return ""
}

var (
	compound = regexp.MustCompile(
		`^(\*|[a-zA-Z][\w-]*)?([#.][A-Za-z_][\w-]*|\[[\w-]+(="[\w -]*")?\]|` +
			`:(first-child|last-child|only-child|first-of-type|last-of-type|only-of-type|hover|empty|` +
			`nth-(last-)?(child|of-type)\(\)|not\(\)))*$`,
	)
	bracketed  = regexp.MustCompile(`\([.#]?[\w+ -]*\)`)
	combinator = regexp.MustCompile(`\s*[>+~]\s*|\s+`)
	idSelector = regexp.MustCompile(`#([A-Za-z_][\w-]*)`)
)

// maxSelectors bounds a rule's selectors; pandas writes one a cell.
const maxSelectors = 10_000

func scopedSelectors(list, id string) string {
	var kept []string
	for selector := range strings.SplitSeq(list, ",") {
		selector = strings.TrimSpace(selector)
		ok := selector != "" && len(kept) < maxSelectors
		for _, part := range combinator.Split(bracketed.ReplaceAllString(selector, "()"), -1) {
			ok = ok && part != "" && compound.MatchString(part)
		}
		if ok {
			kept = append(kept, "#"+id+" "+idSelector.ReplaceAllString(selector, "#u-$1"))
		}
	}
	return strings.Join(kept, ", ")
}

func (m *markdown) declarations(body string) string {
	if strings.ContainsAny(body, "<>") {
		return ""
	}
	clean := m.policy.Sanitize(`<span style="` + html.EscapeString(body) + `">x</span>`)
	root, err := fragment(clean)
	if err != nil || root.FirstChild == nil {
		return ""
	}
	style := strings.Trim(displayNone.ReplaceAllString(attr(root.FirstChild, "style"), "$1"), "; ")
	if ink := textColorFor(style); ink != "" && !colorOnly.MatchString(style) {
		style += "; " + ink
	}
	if strings.ContainsAny(style, "<>{}@\\") {
		return ""
	}
	return style
}

var displayNone = regexp.MustCompile(`(?i)(^|;)\s*display:\s*none[^;]*`)
