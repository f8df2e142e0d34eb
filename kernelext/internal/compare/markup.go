package compare

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// markup writes HTML or SVG with one indented element a line, attributes sorted, ids numbered. Text
// that does not parse is unchanged.
func (r Rules) markup(text string, matches *[]match) (string, error) {
	nodes, err := html.ParseFragment(strings.NewReader(text),
		&html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return r.sanitize("", text, false, matches)
	}
	w := markupWriter{rules: r, ids: map[string]string{}, matches: matches}
	for _, n := range nodes {
		w.collect(n)
		if r.masksTimings() {
			maskTimeCells(n, matches)
		}
	}
	for _, n := range nodes {
		w.node(n, "")
	}
	return w.b.String(), w.err
}

type markupWriter struct {
	rules Rules
	ids   map[string]string // their replacements
	b     strings.Builder
	err   error

	matches *[]match
}

func (w *markupWriter) collect(n *html.Node) {
	for _, a := range n.Attr {
		if a.Key == "id" && a.Val != "" && w.ids[a.Val] == "" {
			w.ids[a.Val] = "id" + strconv.Itoa(len(w.ids)+1)
		}
	}
	for c := range n.ChildNodes() {
		w.collect(c)
	}
}

// invisible reports whether an element only says how and when an image was made.
func invisible(n *html.Node) bool {
	return n.Type == html.CommentNode || n.Type == html.DoctypeNode || n.Type == html.ElementNode &&
		n.Data == "metadata"
}

func (w *markupWriter) node(n *html.Node, indent string) {
	if invisible(n) {
		return
	}
	if n.Type == html.TextNode {
		w.text(n, indent)
		return
	}
	open := "<" + n.Data + w.attributes(n)
	var children []*html.Node
	for c := range n.ChildNodes() {
		if !invisible(c) && (c.Type != html.TextNode || strings.TrimSpace(c.Data) != "") {
			children = append(children, c)
		}
	}
	switch {
	case len(children) == 0:
		w.line(indent, open+"/>")
	case len(children) == 1 && children[0].Type == html.TextNode && !keepsLines(n):
		w.line(indent, open+">"+w.clean(collapse(children[0].Data))+"</"+n.Data+">")
	default:
		w.line(indent, open+">")
		for _, c := range children {
			w.node(c, indent+" ")
		}
		w.line(indent, "</"+n.Data+">")
	}
}

func keepsLines(n *html.Node) bool {
	return slices.Contains([]string{"pre", "textarea", "script", "style"}, n.Data)
}

func (w *markupWriter) text(n *html.Node, indent string) {
	if n.Parent == nil || !keepsLines(n.Parent) {
		if text := collapse(n.Data); text != "" {
			w.line(indent, w.clean(text))
		}
		return
	}
	text := n.Data
	isCode := n.Parent.Data == "script" || n.Parent.Data == "style"
	if isCode {
		text = w.rename(text)
	}
	for line := range strings.Lines(w.clean(text)) {
		line = strings.TrimRight(line, " \t\r\n")
		if isCode {
			line = strings.TrimSpace(line)
		}
		if line != "" {
			w.line(indent, line)
		}
	}
}

func (w *markupWriter) line(indent, s string) {
	w.b.WriteString(indent + s + "\n")
}

func (w *markupWriter) clean(s string) string {
	s, err := w.rules.sanitize("", s, false, w.matches)
	if err != nil && w.err == nil {
		w.err = err
	}
	return s
}

func collapse(s string) string { return strings.Join(strings.Fields(s), " ") }

// attributes writes an element's attributes, sorted. Rules do not apply to geometry, where "3 h 5"
// is not a duration.
func (w *markupWriter) attributes(n *html.Node) string {
	var all []string
	for _, a := range n.Attr {
		key, value := a.Key, a.Val
		if a.Namespace != "" {
			key = a.Namespace + ":" + key
		}
		switch key {
		case "id", "for", "headers", "list", "form", "aria-labelledby", "aria-describedby",
			"aria-controls", "aria-owns":
			value = w.renameList(value)
		case "class":
			names := strings.Fields(value)
			slices.Sort(names)
			value = strings.Join(names, " ")
		case "style":
			value = w.rename(style(value))
		case "d", "points", "transform", "viewBox":
			value = collapse(value)
		default:
			value = w.clean(collapse(w.rename(value)))
		}
		all = append(all, " "+key+`="`+strings.ReplaceAll(value, `"`, "&quot;")+`"`)
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

func (w *markupWriter) renameList(s string) string {
	names := strings.Fields(s)
	for i, name := range names {
		if to := w.ids[name]; to != "" {
			names[i] = to
		}
	}
	return strings.Join(names, " ")
}

// reference matches what may name an id: #id, and in scripts 'id' and "id".
var reference = regexp.MustCompile(`#[\w-]+|"[\w-]+"|'[\w-]+'`)

func (w *markupWriter) rename(s string) string {
	return reference.ReplaceAllStringFunc(s, func(m string) string {
		name := strings.Trim(m, `#"'`)
		to := w.ids[name]
		if to == "" {
			return m
		}
		return strings.Replace(m, name, to, 1)
	})
}

func style(s string) string {
	var all []string
	for d := range strings.SplitSeq(s, ";") {
		key, value, ok := strings.Cut(d, ":")
		switch {
		case ok:
			all = append(all, strings.ToLower(strings.TrimSpace(key))+": "+collapse(value))
		case strings.TrimSpace(d) != "":
			all = append(all, collapse(d))
		}
	}
	return strings.Join(all, "; ")
}
