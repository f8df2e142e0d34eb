package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"gopets/kernelext/internal/junit"
	"gopets/kernelext/runner"
)

func writeReport(path string, books []*testedBook) error {
	r := junit.Report{Name: "nb test"}
	for _, b := range books {
		r.Suites = append(r.Suites, b.suite())
	}
	return r.WriteFile(path)
}

func (b *testedBook) suite() junit.Suite {
	class := strings.TrimLeft(strings.ReplaceAll(strings.TrimSuffix(filepath.ToSlash(b.path),
		".ipynb"), "/", "."), ".")
	s := junit.Suite{Name: b.path, File: filepath.ToSlash(b.path), Begun: b.report.Begun,
		Elapsed: b.report.Elapsed}
	if name := b.kernel.spec.DisplayName; name != "" {
		s.Properties = []junit.Property{{Name: "kernel", Value: name}}
	}
	if text := b.masks(); text != "" {
		s.Properties = append(s.Properties, junit.Property{Name: "masked", Value: text})
	}
	if n := len(b.failed); n > 0 {
		s.Properties = append(s.Properties, junit.Property{Name: "tries", Value: fmt.Sprint(n + 1)})
		for i, why := range b.failed {
			s.Err += fmt.Sprintf("try %d failed: %s\n", i+1, why)
		}
	}
	if b.problem != nil {
		s.Cases = []junit.Case{{Class: class, Name: "notebook", Outcome: junit.Error, Type: "Error",
			Message: b.problem.Error()}}
		return s
	}
	for _, c := range b.cells {
		jc := junit.Case{Class: class, Name: c.name(), Elapsed: c.elapsed}
		if c.result != skipped {
			jc.Out, jc.Err = streams(c.cell)
		}
		c.outcome(&jc)
		s.Cases = append(s.Cases, jc)
	}
	return s
}

func (c *testedCell) outcome(jc *junit.Case) {
	switch c.result {
	case skipped:
		jc.Outcome, jc.Message = junit.Skipped, "by its mark"
	case afterExit:
		jc.Outcome, jc.Message = junit.Skipped,
			"after the cell that ended the notebook by sys.exit(0)"
	case notReached:
		jc.Outcome, jc.Type = junit.Skipped, ""
		jc.Message = "the run ended before"
	case failed:
		jc.Outcome, jc.Type, jc.Message = junit.Failure, c.failureType(), clip(c.reason(), 500)
		jc.Detail = errorText(runner.CellReport{Place: runner.Place{Cell: c.cell}})
		if jc.Detail == "" {
			jc.Detail = c.reason()
		}
	case differs:
		jc.Outcome, jc.Type, jc.Message = junit.Failure, c.failureType(),
			clip(c.differences[0].String(), 500)
		if n := len(c.differences); n > 1 {
			jc.Message += fmt.Sprintf(" (and %d more differences)", n-1)
		}
		var detail strings.Builder
		for _, d := range c.differences {
			fmt.Fprintf(&detail, "%v\n%s\n", d, d.Unified())
		}
		jc.Detail = detail.String()
	}
}

type differenceLine struct {
	Place   string `json:"place"`
	Message string `json:"message"`
	Saved   string `json:"saved,omitempty"`
	Now     string `json:"now,omitempty"`
}

type maskLine struct {
	Place string `json:"place"`
	Rule  string `json:"rule"`
	Saved string `json:"saved"`
	Now   string `json:"now"`
}

func (c *testedCell) line() cellLine {
	line := cellLine{Index: c.index, Number: c.number, ID: c.cell.ID(), Status: string(c.result),
		Seconds: c.elapsed.Seconds()}
	if !c.begun.IsZero() {
		line.Begun = &c.begun
	}
	if n := len(c.tries); n > 0 {
		line.Tries = n + 1
	}
	if c.err != nil {
		line.Error = newErrorLine(c.err)
	}
	for _, d := range c.differences {
		line.Differences = append(line.Differences, differenceLine{d.Place, d.Message, d.Want,
			d.Got})
	}
	for _, m := range c.masked {
		line.Masked = append(line.Masked, maskLine{m.Place, m.Rule, m.Want, m.Got})
	}
	return line
}

func (b *testedBook) status() int {
	switch {
	case b.problem != nil, b.kept != nil:
		return 2
	case b.bad():
		return 1
	}
	return 0
}

func (l *jsonLog) tested(b *testedBook) {
	status, seconds := b.status(), b.report.Elapsed.Seconds()
	line := eventLine{Event: "notebook", Source: b.path, Kernel: b.kernel.spec.Name,
		Status: &status, Seconds: &seconds,
		Tries: len(b.failed) + 1, Notebook: b.keepAt}
	if !b.report.Begun.IsZero() {
		line.Begun = &b.report.Begun
	}
	if err := errors.Join(b.problem, b.kept); err != nil {
		line.Message = err.Error()
	}
	for _, c := range b.cells {
		line.Cells = append(line.Cells, c.line())
	}
	l.put(line)
}

func (l *jsonLog) testEnd(books []*testedBook, err error) {
	status := 0
	var exit exitError
	if errors.As(err, &exit) {
		status = int(exit)
	}
	passed := 0
	for _, b := range books {
		if b.status() == 0 {
			passed++
		}
	}
	l.put(eventLine{Event: "end", Version: jsonVersion, Status: &status,
		Message: fmt.Sprintf("%d of %d notebooks passed", passed, len(books))})
}
