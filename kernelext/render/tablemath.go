package render

import (
	"regexp"
	"strings"

	"slices"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
)

var (
	delimiterRow = regexp.MustCompile(`^ {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$`)
	anyFence     = regexp.MustCompile("^ {0,3}(```+|~~~+)")
)

// tableBars writes bars in tables' formulas as TeX's commands: in Jupyter |$|x|$| is one cell.
func tableBars(source string) string {
	if !strings.Contains(source, "$") || !strings.Contains(source, "|") {
		return source
	}
	lines := strings.Split(source, "\n")
	fenced, table := "", false
	for i, line := range lines {
		switch m := anyFence.FindStringSubmatch(line); {
		case m != nil && fenced == "":
			fenced = m[1][:3]
		case m != nil && strings.HasPrefix(m[1], fenced):
			fenced = ""
		}
		header := i+1 < len(lines) && strings.Contains(line, "|") &&
			strings.Contains(lines[i+1], "|") && delimiterRow.MatchString(lines[i+1])
		if table = fenced == "" && (table && strings.TrimSpace(line) != "" || header); table {
			lines[i] = rowBars(line)
		}
	}
	return strings.Join(lines, "\n")
}

func rowBars(row string) string {
	var b strings.Builder
	end := 0
	for i := 0; i < len(row); i++ {
		switch row[i] {
		case '\\':
			i++
			continue
		case '`':
			run := len(row[i:]) - len(strings.TrimLeft(row[i:], "`"))
			if n := strings.Index(row[i+run:], row[i:i+run]); n >= 0 {
				i += 2*run + n - 1
			}
			continue
		case '$':
		default:
			continue
		}
		f, ok := formulaAt(row[i:], row[max(0, i-8):i])
		if !ok || strings.TrimSpace(f.tex) != f.tex || strings.Trim(f.tex, "| ") == "" {
			continue
		}
		b.WriteString(row[end:i])
		b.WriteString(bars.Replace(f.source))
		end = i + len(f.source)
		i = end - 1
	}
	return b.String() + row[end:]
}

var bars = strings.NewReplacer(`\\`, `\\`, `\|`, `\Vert `, "|", `\vert `)

const lookBack = 64

// inCode reports whether a node's last child is followed by text in an element without formulas, as
// <code>.
func inCode(parent ast.Node, block text.Reader) bool {
	n := parent.LastChild()
	for i := 0; n != nil && i < lookBack; i, n = i+1, n.PreviousSibling() {
		raw, ok := n.(*ast.RawHTML)
		if !ok || raw.Segments.Len() == 0 {
			continue
		}
		z := html.NewTokenizer(strings.NewReader(string(raw.Segments.Value(block.Source()))))
		kind := z.Next()
		name, _ := z.TagName()
		if slices.Contains(notMath, string(name)) {
			return kind == html.StartTagToken
		}
	}
	return false
}
