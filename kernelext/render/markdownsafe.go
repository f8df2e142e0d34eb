package render

import (
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

type sanitizer struct {
	md     goldmark.Markdown
	policy *bluemonday.Policy // nil for a trusted notebook
}

func newSanitizer(trust bool) *sanitizer {
	g := &sanitizer{md: goldmark.New(goldmark.WithExtensions(extension.GFM))}
	if !trust {
		g.policy = newPolicy()
		// an image beside the text
		g.policy.AllowAttrs(
			"src",
		).Matching(
			regexp.MustCompile(`^[^:/\\][^:\\]*$`),
		).OnElements(
			"img",
		)
	}
	return g
}

// safe returns Markdown with sanitised HTML that leaves nothing open; otherwise it is put in a
// fence.
func (g *sanitizer) safe(s string) string {
	s = strings.Trim(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"), "\n")
	// Dropping elements may create new HTML.
	for range 8 {
		next := g.sanitize(s)
		if next == s {
			for _, end := range append([]string{""}, g.closers(s)...) {
				if t := s + end; g.closed(t) && g.sanitize(t) == t {
					return t
				}
			}
			break
		}
		s = next
	}
	return fence("markdown", s)
}

func (g *sanitizer) sanitize(s string) string {
	if g.policy == nil {
		return s
	}
	src := []byte(s)
	var pieces []text.Segment
	_ = ast.Walk(
		g.md.Parser().Parse(text.NewReader(src)),
		func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			var lines *text.Segments
			switch n := n.(type) {
			case *ast.HTMLBlock:
				lines = n.Lines()
				if n.HasClosure() {
					lines.Append(n.ClosureLine)
				}
			case *ast.RawHTML:
				lines = n.Segments
			default:
				return ast.WalkContinue, nil
			}
			if lines.Len() == 0 {
				return ast.WalkContinue, nil
			}
			pieces = append(
				pieces,
				text.NewSegment(lines.At(0).Start, lines.At(lines.Len()-1).Stop),
			)
			return ast.WalkContinue, nil
		},
	)
	var b strings.Builder
	end := 0
	for _, p := range pieces {
		if p.Start < end {
			continue
		}
		b.WriteString(s[end:p.Start])
		b.WriteString(g.policy.Sanitize(s[p.Start:p.Stop]))
		end = p.Stop
	}
	b.WriteString(s[end:])
	return b.String()
}

var fenceLine = regexp.MustCompile("(?m)^[ \t>]*(`{3,}|~{3,})")

func (g *sanitizer) closers(s string) []string {
	var all []string
	for _, m := range fenceLine.FindAllStringSubmatch(s, -1) {
		all = append(all, "\n"+m[1])
		if len(all) == 50 {
			break
		}
	}
	return append(
		all,
		"\n-->",
		"\n</pre>",
		"\n</script>",
		"\n</style>",
		"\n</textarea>",
		"\n?>",
		"\n]]>",
		"\n>",
	)
}

// closed reports whether a paragraph after s is a paragraph of its own.
func (g *sanitizer) closed(s string) bool {
	const next = "the next cell"
	src := []byte(s + "\n\n" + next + "\n")
	last := g.md.Parser().Parse(text.NewReader(src)).LastChild()
	p, ok := last.(*ast.Paragraph)
	return ok && string(p.Lines().Value(src)) == next+"\n" ||
		ok && strings.TrimSpace(string(p.Lines().Value(src))) == next
}
