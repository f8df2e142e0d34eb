package live

import (
	"cmp"
	"fmt"
	"go/token"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopets/kernelext/eval"
	"gopets/kernelext/internal/terminal"
)

const (
	compileError     = "CompileError"
	panicError       = "Panic"
	exitError        = "ExitError"
	interruptedError = "Interrupted"
	crashError       = "Crash"
	commandError     = "CommandError"
	unsupportedError = "Unsupported"
)

type problem struct {
	at   eval.Position
	text string
}

func position(p token.Position) eval.Position {
	number, ok := strings.CutPrefix(p.Filename, "cell[")
	n, err := strconv.Atoi(strings.TrimSuffix(number, "]"))
	if !ok || err != nil {
		return eval.Position{}
	}
	return eval.Position{Cell: n, Line: p.Line, Column: p.Column}
}

var undefinedSelector = regexp.MustCompile(`^(\w+)\.\w+ undefined \(`)

// earlier says in which cell the variable was declared whose field or method is missing: perhaps
// the package of its name is meant.
func (k *checked) earlier(text string) string {
	found := undefinedSelector.FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	v := k.program.vars[found[1]]
	if v == nil ||
		slices.ContainsFunc(k.defines, func(d *define) bool { return d.name == v.name }) {
		return ""
	}
	return fmt.Sprintf("; %s is the variable of cell %d, which %%rm %[1]s removes", v.name, v.cell)
}

const maxProblems = 10

// report returns one error for all problems of a cell. lines returns the text of cells.
func report(problems []problem, lines func(cell int) []string) *eval.Error {
	slices.SortStableFunc(problems, func(a, b problem) int {
		return cmp.Or(a.at.Cell-b.at.Cell, a.at.Line-b.at.Line, a.at.Column-b.at.Column)
	})
	problems = slices.CompactFunc(problems, func(a, b problem) bool { return a == b })
	first := problems[0]
	e := &eval.Error{Name: compileError, Value: place(first), Position: first.at}
	for _, p := range problems[:min(len(problems), maxProblems)] {
		e.Traceback = append(e.Traceback, red(place(p))+excerpt(p.at, lines))
	}
	if n := len(problems) - maxProblems; n > 0 {
		e.Traceback = append(e.Traceback, fmt.Sprintf("and %d more", n))
	}
	return e
}

func place(p problem) string {
	if p.at.Line == 0 {
		return p.text
	}
	return p.at.String() + ": " + p.text
}

func red(s string) string { return terminal.Paint(true).In(terminal.Red, s) }

func excerpt(at eval.Position, lines func(cell int) []string) string {
	source := lines(at.Cell)
	if at.Line < 1 || at.Line > len(source) {
		return ""
	}
	var b strings.Builder
	for i := max(1, at.Line-1); i <= min(len(source), at.Line+1); i++ {
		arrow := "   "
		if i == at.Line {
			arrow = "-> "
		}
		fmt.Fprintf(&b, "\n%s%3d  %s", arrow, i, source[i-1])
		if i == at.Line && at.Column > 0 && at.Column <= len(source[i-1])+1 {
			indent := strings.Map(func(r rune) rune {
				if r == '\t' {
					return r
				}
				return ' '
			}, source[i-1][:at.Column-1])
			b.WriteString("\n        " + indent + "^")
		}
	}
	return b.String()
}

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }
