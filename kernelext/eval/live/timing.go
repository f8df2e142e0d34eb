package live

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"strings"

	"gopets/kernelext/cellsrc"
)

func (e *Engine) timing(s *script, c cellsrc.CommandAt) error {
	if strings.TrimSpace(c.Args) == "" {
		if c.Name == "time" {
			s.timed = true // %time alone: the cell
			return nil
		}
		return errors.New("%timeit: no statement is given")
	}
	statement := c.Args
	if c.Name == "time" {
		s.timed = true
	} else {
		if x, err := parser.ParseExpr(statement); err == nil {
			if _, call := ast.Unparen(x).(*ast.CallExpr); !call {
				statement = "_ = " + statement
			}
		}
		statement = fmt.Sprintf(repeat, statement)
	}
	lines := strings.Split(s.source.Code, "\n")
	for i := c.Line; i <= c.Last; i++ {
		lines[i] = ""
	}
	lines[c.Line] = statement
	rest := cellsrc.Parse(strings.Join(lines, "\n"))
	s.source = rest
	return nil
}

// repeat runs a statement more often until that takes long enough to be measured.
const repeat = `{ ` + mark + `f, ` + mark + `n := func() { %s }, 1; for { ` + mark + `t := ` +
	mark + `time.Now(); for range ` + mark + `n { ` + mark + `f() }; ` +
	mark + `d := ` + mark + `time.Since(` + mark + `t); if ` + mark + `d > 200*` + mark +
	`time.Millisecond || ` + mark + `n >= 1_000_000_000 { ` +
	mark + `fmt.Printf("%%v per run, %%d runs\n", ` + mark + `d/` + mark + `time.Duration(` + mark +
	`n), ` + mark + `n); break }; ` + mark + `n *= 10 } }`

var hiddenImports = map[string]string{mark + "time": "time", mark + "fmt": "fmt"}
