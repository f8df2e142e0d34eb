package notebook

import (
	"fmt"
	"strconv"
	"strings"
)

// warnings are about a file; the same warning of several cells is one line.
type warnings struct {
	lines []string
	cells map[string][]int
}

// add adds a line about a cell, from 1; 0 is the notebook.
func (w *warnings) add(cell int, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if w.cells == nil {
		w.cells = map[string][]int{}
	}
	if _, seen := w.cells[line]; !seen {
		w.lines = append(w.lines, line)
	}
	if at := w.cells[line]; len(at) == 0 || at[len(at)-1] != cell {
		w.cells[line] = append(at, cell)
	}
}

const namedCells = 3 // of those that a line is about

func (w *warnings) list() []string {
	var all []string
	for _, line := range w.lines {
		cells := w.cells[line]
		if cells[0] == 0 {
			all = append(all, line)
			continue
		}
		var names []string
		for _, c := range cells[:min(len(cells), namedCells)] {
			names = append(names, strconv.Itoa(c))
		}
		where := "cell " + names[0]
		if len(cells) > 1 {
			where = "cells " + strings.Join(names, ", ")
		}
		if more := len(cells) - namedCells; more > 0 {
			where += fmt.Sprintf(" and %d more", more)
		}
		all = append(all, where+": "+line)
	}
	return all
}
