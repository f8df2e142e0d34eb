package main

import (
	"fmt"
	"strings"
)

// A kind is a kind of cell: n makes each one different.
type kind struct {
	name   string
	before func(n int) []string // run first, and not measured
	cell   func(n int) string
	// the same for Python; nil without
	pythonBefore func(n int) []string
	python       func(n int) string
	plainNot     bool // plain GoNB has no such cell
}

func none(int) []string { return nil }

// compiled wraps a statement so that the live kernel compiles it instead of interpreting it.
func compiled(statement string) string { return "for range 1 {\n\t" + statement + "\n}" }

// kinds are the rows of the table; last is the number of the cell at which the last ones begin.
func kinds(last int) []kind {
	printed := func(n int) string { return fmt.Sprintf("fmt.Println(%d)", n) }
	python := func(n int) string { return fmt.Sprintf("print(%d)", n) }
	var declarations []string
	for i := range 50 {
		declarations = append(declarations,
			fmt.Sprintf("func declared%d(x int) int { return x + %d }", i, i))
	}
	both := func(k kind) []kind {
		loop := k
		loop.name += ", in a loop"
		loop.cell = func(n int) string { return compiled(k.cell(n)) }
		if k.python != nil {
			loop.python = func(n int) string { return "for _ in range(1):\n    " + k.python(n) }
		}
		return []kind{k, loop}
	}
	long := func(cell func(n int) string) func(int) []string {
		return func(n int) (cells []string) {
			for i := 1; i < last; i++ {
				cells = append(cells, cell(n+i))
			}
			return cells
		}
	}
	all := both(kind{name: "trivial", before: none, cell: printed, pythonBefore: none,
		python: python})
	all = append(all, kind{name: "a value", before: none,
		cell:         func(n int) string { return fmt.Sprintf("%d * 7", n) },
		pythonBefore: none, python: func(n int) string { return fmt.Sprintf("%d * 7", n) },
		plainNot: true})
	all = append(all, both(kind{name: "net/http",
		before: func(int) []string { return []string{"import \"net/http\""} },
		cell: func(n int) string {
			return fmt.Sprintf("fmt.Println(http.StatusText(404), %d)", n)
		},
		pythonBefore: func(int) []string { return []string{"import http"} },
		python: func(n int) string {
			return fmt.Sprintf("print(http.HTTPStatus(404).phrase, %d)", n)
		}})...)
	all = append(all, both(kind{name: "pets",
		before: func(int) []string { return []string{"import \"gopets/pets\""} },
		cell: func(n int) string {
			return fmt.Sprintf("fmt.Println(pets.URLs.PetsSample, %d)", n)
		}})...)
	all = append(all, both(kind{name: "50 declarations before",
		before: func(int) []string { return []string{strings.Join(declarations, "\n")} },
		cell:   func(n int) string { return fmt.Sprintf("fmt.Println(declared7(%d))", n) }})...)
	rest := both(kind{name: fmt.Sprintf("from cell %d on", last), cell: printed, python: python})
	for i := range rest {
		rest[i].before, rest[i].pythonBefore = long(rest[i].cell), long(rest[i].python)
	}
	return append(all, rest...)
}
