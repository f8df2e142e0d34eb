package render

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A formula is TeX: source with its delimiters, tex without (an environment keeps its own).
type formula struct {
	source, tex string
	display     bool
	drawn       bool
	ref         string // the label that \ref or \eqref names: the formula is a link
}

// delimiters are TeX's, longer ones first; doubled backslashes are for Jupyter's Markdown.
var delimiters = []struct {
	open, close string
	display     bool
}{
	{"$$", "$$", true}, {"$", "$", false}, {`\\[`, `\\]`, true}, {`\\(`, `\\)`, false},
	{`\[`, `\]`, true}, {`\(`, `\)`, false},
}

var environment = regexp.MustCompile(`^\\begin\{([a-zA-Z]+\*?)\}`)

// formulaAt returns the formula that s starts with, without empty lines; before precedes it. For
// one dollar see [isFormula].
func formulaAt(s, before string) (formula, bool) {
	if m := environment.FindStringSubmatch(s); m != nil {
		end := `\end{` + m[1] + `}`
		n := strings.Index(paragraph(s), end)
		if n < 0 {
			return formula{}, false
		}
		source := s[:n+len(end)]
		return formula{source: source, tex: source, display: true}, true
	}
	for _, d := range delimiters {
		if !strings.HasPrefix(s, d.open) {
			continue
		}
		rest := paragraph(s[len(d.open):])
		n := -1
		if d.open == "$" {
			n = closingDollar(rest, before)
		} else {
			n = closing(rest, d.close)
		}
		if n < 0 || strings.TrimSpace(rest[:n]) == "" {
			return formula{}, false
		}
		return formula{
			source:  s[:len(d.open)+n+len(d.close)],
			tex:     rest[:n],
			display: d.display,
		}, true
	}
	return formula{}, false
}

func paragraph(s string) string {
	s = s[:min(len(s), maxTeX)]
	if m := emptyLine.FindStringIndex(s); m != nil {
		s = s[:m[0]]
	}
	return s
}

var emptyLine = regexp.MustCompile(`\n[ \t\r]*\n`)

func closing(s, delimiter string) int {
	for i := 0; i < len(s); i++ {
		if strings.HasPrefix(s[i:], delimiter) {
			return i
		}
		if s[i] == '\\' {
			i++ // an escaped character closes nothing
		}
	}
	return -1
}

// closingDollar returns the end of a formula of one dollar, or -1. Dollars in braces belong to it,
// those in a code span do not.
func closingDollar(s, before string) int {
	depth, inner := 0, -1
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			depth--
		case '`':
			run := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
			if strings.Contains(s[i+run:], s[i:i+run]) {
				return -1
			}
			i += run - 1
		case '$':
			switch {
			case depth > 0:
				if inner < 0 {
					inner = i
				}
			case !isFormula(s[:i], before, s[i+1:]):
				return -1
			default:
				return i
			}
		}
	}
	if inner > 0 && isFormula(s[:inner], before, s[inner+1:]) {
		return inner // its braces are not closed: MathJax will report that
	}
	return -1
}

var (
	texSign  = regexp.MustCompile(`\\[a-zA-Z,;!:]|[\^_={}<>+|]`)
	texMark  = regexp.MustCompile(`\\[a-zA-Z]|[\^_{]`)
	texWords = regexp.MustCompile(`\\(text|mathrm|operatorname|mbox)\*?\s*\{[^{}]*\}|\\[a-zA-Z]+`)
	word     = regexp.MustCompile(`[\p{L}]{2,}`)
)

// isFormula reports whether text between single dollars is a formula. In Jupyter all is; here
// prices ("$5 and $6") and shell variables are not. Without spaces inside, as in Pandoc, all but
// prices is; with spaces, it must look like TeX or have no words.
func isFormula(content, before, after string) bool {
	if content == "" || strings.HasPrefix(after, "$") {
		return false
	}
	space := func(c byte) bool { return strings.IndexByte(" \t\r\n", c) >= 0 }
	digit := func(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
	tex := strings.TrimSpace(content)
	if tex == "" {
		return false
	}
	first, last := space(content[0]), space(content[len(content)-1])
	words := word.MatchString(texWords.ReplaceAllString(tex, " "))
	sign, mark := texSign.MatchString(tex), texMark.MatchString(tex)
	price := digit(tex) && words && !mark
	letterNext := after != "" && word.MatchString("x"+after[:1])
	before = strings.TrimRight(before, " ")
	switch {
	case price:
		return false
	case digit(after):
		return mark
	case !first && !last:
		return !letterNext || !strings.ContainsAny(content[len(content)-1:], ":/;,=\"'(")
	case first && last:
		return (sign || !words) && (before == "" || !digit(before[len(before)-1:]))
	}
	return (sign || !words && len(tex) <= 3) && !letterNext && (!digit(tex) || mark)
}

type mathNode struct {
	ast.BaseInline
	formula
	index int // among the text's formulas
}

type mathBlock struct {
	ast.BaseBlock
	formula
	end   int // where it ends in the text
	index int
}

var kindMath, kindMathBlock = ast.NewNodeKind("Math"), ast.NewNodeKind("MathBlock")

func (n *mathNode) Kind() ast.NodeKind            { return kindMath }
func (n *mathNode) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

func (n *mathBlock) Kind() ast.NodeKind            { return kindMathBlock }
func (n *mathBlock) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }
func (n *mathBlock) IsRaw() bool                   { return true }

// mathSyntax hides TeX from Markdown, where _ and * mean something else. It renders marks; the page
// puts formulas there after the sanitiser, which would drop SVG.
type mathSyntax struct{ m *markdown }

// Extend implements goldmark.Extender.
func (x mathSyntax) Extend(md goldmark.Markdown) {
	md.Parser().AddOptions(
		parser.WithInlineParsers(util.Prioritized(inlineMath(x), 90)),
		parser.WithBlockParsers(util.Prioritized(blockMath{}, 90)))
	md.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(x, 90)))
}

// RegisterFuncs implements goldmark's renderer.NodeRenderer.
func (x mathSyntax) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(
		kindMath,
		func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering {
				_, _ = w.WriteString(mark(n.(*mathNode).index))
			}
			return ast.WalkContinue, nil
		},
	)
	reg.Register(
		kindMathBlock,
		func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering {
				_, _ = w.WriteString("<p>" + mark(n.(*mathBlock).index) + "</p>\n")
			}
			return ast.WalkSkipChildren, nil
		},
	)
	reg.Register(
		ast.KindHTMLBlock,
		func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering {
				block := n.(*ast.HTMLBlock)
				html := string(block.Lines().Value(src))
				if block.HasClosure() {
					html += string(block.ClosureLine.Value(src))
				}
				_, _ = w.WriteString(x.m.markMath(html))
			}
			return ast.WalkContinue, nil
		},
	)
}

// By Unicode's definition these are not characters, so no text has them.
const markStart, markEnd = "\uFDD0", "\uFDD1"

func mark(i int) string { return fmt.Sprintf("%s%d%s", markStart, i, markEnd) }

var marks = regexp.MustCompile(markStart + `([0-9]{1,9})` + markEnd)

type inlineMath struct{ m *markdown }

// formulaAt is the function of that name for a text that may refer to a label.
func (m *markdown) formulaAt(s, before string) (formula, bool) {
	if r := reference.FindStringSubmatch(s); r != nil && m.labels[r[2]] != "" {
		return formula{source: r[0], tex: r[0], ref: r[2]}, true
	}
	return formulaAt(s, before)
}

var reference = regexp.MustCompile(`^\\(eq)?ref\{([^{}]{1,100})\}`)

func (inlineMath) Trigger() []byte { return []byte{'$', '\\'} }

func (x inlineMath) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	// A dollar after another dollar opens nothing.
	line, _ := block.PeekLine()
	if line[0] == '$' && block.PrecendingCharacter() == '$' {
		return nil
	}
	// The formula may continue on later lines of its paragraph, whose indents the reader knows.
	row, position := block.Position()
	var ahead strings.Builder
	for ; line != nil && ahead.Len() < maxTeX; line, _ = block.PeekLine() {
		ahead.Write(line[:min(len(line), 2*maxTeX)])
		if len(line) > 2*maxTeX {
			break // longer than any formula
		}
		block.AdvanceLine()
	}
	block.SetPosition(row, position)
	_, from := block.Position()
	before := string(block.Source()[max(0, from.Start-8):from.Start])
	f, ok := x.m.formulaAt(ahead.String(), before)
	if !ok || inCode(parent, block) {
		return nil
	}
	// A part of the text would keep it in memory.
	f.source, f.tex = strings.Clone(f.source), strings.Clone(f.tex)
	for n := len(f.source); n > 0; {
		line, _ := block.PeekLine()
		if n < len(line) {
			block.Advance(n)
			break
		}
		n -= len(line)
		block.AdvanceLine()
	}
	return &mathNode{formula: f}
}

type blockMath struct{}

func (blockMath) Trigger() []byte             { return []byte{'$', '\\'} }
func (blockMath) CanInterruptParagraph() bool { return true }
func (blockMath) CanAcceptIndentedLine() bool { return false }

func (blockMath) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	_, segment := reader.PeekLine()
	start := segment.Start + pc.BlockOffset()
	if pc.BlockOffset() < 0 || segment.Padding > 0 {
		return nil, parser.NoChildren
	}
	source := string(reader.Source()[start:min(start+2*maxTeX, len(reader.Source()))])
	f, ok := formulaAt(source, "")
	if !ok || !f.display {
		return nil, parser.NoChildren
	}
	// With text after it on its line it is part of a paragraph.
	if behind, _, _ := strings.Cut(source[len(f.source):], "\n"); strings.TrimSpace(behind) != "" {
		return nil, parser.NoChildren
	}
	n := &mathBlock{end: start + len(f.source)}
	n.Lines().Append(text.NewSegment(start, segment.Stop))
	reader.AdvanceToEOL()
	return n, parser.NoChildren
}

func (blockMath) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	n := node.(*mathBlock)
	if n.Lines().At(n.Lines().Len()-1).Stop >= n.end {
		return parser.Close
	}
	_, segment := reader.PeekLine()
	n.Lines().Append(segment)
	reader.AdvanceToEOL()
	return parser.Continue | parser.NoChildren
}

// Close reads the formula again without the marks of lists and quotes; if these ended before it, it
// is not a formula.
func (blockMath) Close(node ast.Node, reader text.Reader, _ parser.Context) {
	n := node.(*mathBlock)
	source := strings.TrimSpace(string(n.Lines().Value(reader.Source())))
	var ok bool
	if n.formula, ok = formulaAt(source, ""); !ok {
		n.formula = formula{source: source, display: true}
	}
}
