package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopets/kernelext/internal/junit"
	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// writeReport writes the results as JUnit XML: a suite for each notebook, a case for each code
// cell.
func writeReport(path string, books []*testedBook) error {
	r := junit.Report{Name: "nb test"}
	for _, b := range books {
		r.Suites = append(r.Suites, b.suite())
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("the test report's folder: %w", err)
	}
	return r.WriteFile(path)
}

func (b *testedBook) suite() junit.Suite {
	class := strings.TrimLeft(strings.ReplaceAll(strings.TrimSuffix(filepath.ToSlash(b.path), ".ipynb"), "/", "."), ".")
	s := junit.Suite{Name: b.path, File: filepath.ToSlash(b.path), Begun: b.report.Begun, Elapsed: b.report.Elapsed}
	if name := b.kernel.spec.DisplayName; name != "" {
		s.Properties = []junit.Property{{Name: "kernel", Value: name}}
	}
	if b.problem != nil {
		s.Cases = []junit.Case{{Class: class, Name: "notebook", Outcome: junit.Error, Type: "Error", Message: b.problem.Error()}}
		return s
	}
	for _, c := range b.cells {
		jc := junit.Case{Class: class, Name: c.name(), Elapsed: c.elapsed}
		if c.verdict != skipped {
			for _, o := range c.cell.Outputs() {
				switch {
				case o.Type == notebook.StreamOutput && o.Name == "stderr":
					jc.Err += o.Text
				case o.Type == notebook.StreamOutput:
					jc.Out += o.Text
				}
			}
		}
		c.tell(&jc)
		s.Cases = append(s.Cases, jc)
	}
	return s
}

// tell fills in the outcome.
func (c *testedCell) tell(jc *junit.Case) {
	switch c.verdict {
	case skipped:
		jc.Outcome, jc.Message = junit.Skipped, "by its mark"
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
		jc.Outcome, jc.Type, jc.Message = junit.Failure, c.failureType(), clip(c.differences[0].String(), 500)
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
