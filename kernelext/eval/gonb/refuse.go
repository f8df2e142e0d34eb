package gonb

import (
	"os"
	"regexp"
	"strings"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
)

func (e *Engine) refuse(x *execution) *eval.Error {
	s, n := x.source, x.cell.Number
	if c, unknown := s.Unknown(); unknown {
		return atLine(plainError("UnknownMagic", c.Unknown()), n, s.Lines, c.Line+1)
	}
	if wrong, two := s.TwoMains(); two {
		return compileError(n, s.Lines, wrong)
	}
	if s.OnlyCallsMain() {
		return compileError(n, s.Lines, cellsrc.Mistake{Line: 1,
			Text: "the main of another cell is not kept: give the function another name"})
	}
	if wrong, ok := unsupported(s); ok {
		return compileError(n, s.Lines, wrong)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	x.plan = newPlan(s, e.memory, func(call string) bool {
		return e.mute[call] ||
			e.memory.mute(call)
	})
	x.fresh = newMemoryOf(x.plan.decls)
	x.declares = len(x.fresh.decls) > 0
	x.declaresInit = initFunc.MatchString(x.plan.decls)
	x.autoget = e.autoget(s)
	if x.dir, _ = os.Getwd(); e.cd != "" {
		x.dir = e.cd
	}
	if clash := e.memory.clash(x.plan.decls); clash != "" {
		return plainError("CompileError", clash)
	}
	return nil
}

var (
	initFunc  = regexp.MustCompile(`(?m)^func init\(`)
	directive = regexp.MustCompile(`^//go:(embed|generate|linkname|wasmimport|wasmexport)\b`)
)

func unsupported(s *cellsrc.Source) (cellsrc.Mistake, bool) {
	if s.Foreign != "" {
		return cellsrc.Mistake{}, false
	}
	inits := 0
	for i, line := range s.Lines {
		if s.Kinds[i] != cellsrc.Go || s.Within[i] {
			continue
		}
		if m := directive.FindStringSubmatch(line); m != nil {
			return cellsrc.Mistake{Line: i + 1, Text: "//go:" + m[1] +
				" has no effect in a cell of this kernel"}, true
		}
		if strings.HasPrefix(line, "func init(") {
			if inits++; inits == 2 {
				return cellsrc.Mistake{Line: i + 1,
					Text: "GoNB keeps one func init of a cell: call them init_a, init_b, which " +
						"run the same way"}, true
			}
		}
		if line == `import "C"` {
			return cellsrc.Mistake{Line: i + 1,
				Text: "cgo is unsupported, because GoNB drops its preamble: " +
					`use the kernel "Go"`}, true
		}
	}
	return cellsrc.Mistake{}, false
}
