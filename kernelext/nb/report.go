package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"gopets/kernelext/internal/junit"
	"gopets/kernelext/internal/terminal"
	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

func (h *headless) suite() junit.Suite {
	s := junit.Suite{Name: h.name(), File: filepath.ToSlash(h.path), Begun: h.report.Begun,
		Elapsed: h.report.Elapsed}
	if n := len(h.failed); n > 0 {
		s.Properties = append(s.Properties, junit.Property{Name: "tries", Value: fmt.Sprint(n + 1)})
		for i, err := range h.failed {
			s.Err += fmt.Sprintf("try %d failed: %v\n", i+1, err)
		}
	}
	for _, c := range h.report.Cells {
		s.Cases = append(s.Cases, testCase(s.Name, c, h.report.Exit))
	}
	switch end := h.err; {
	case end != nil && !reported(h.report, end):
		s.Cases = append(s.Cases, junit.Case{Class: s.Name, Name: "the run", Outcome: junit.Error,
			Type: errorType(end), Message: end.Error()})
	case end == nil && h.view == nil:
		s.Cases = append(s.Cases, junit.Case{Class: s.Name, Name: "the run", Outcome: junit.Skipped,
			Message: "stopped before it began"})
	}
	return s
}

func testCase(class string, c runner.CellReport, exit *runner.Place) junit.Case {
	k := junit.Case{Class: class, Name: caseName(c), Elapsed: c.Elapsed}
	var failed *runner.CellError
	switch {
	case errors.As(c.Err, &failed):
		k.Outcome, k.Type, k.Message, k.Detail = junit.Failure, failed.EName, c.Err.Error(),
			errorText(c)
	case c.Err != nil:
		k.Outcome, k.Type, k.Message, k.Detail = junit.Error, errorType(c.Err), c.Err.Error(),
			errorText(c)
	case c.Status == runner.NotRun && exit != nil && exit.Index < c.Index:
		k.Outcome, k.Message = junit.Skipped, fmt.Sprintf("%v ended the notebook by sys.exit(0)",
			exit)
	case c.Status == runner.NotRun:
		k.Outcome, k.Message = junit.Skipped, "the run ended before it"
	case c.Status == runner.Skipped:
		k.Outcome, k.Message = junit.Skipped, "not selected"
	}
	if c.Status != runner.NotRun && c.Status != runner.Skipped {
		k.Out, k.Err = streams(c.Cell)
	}
	for i, err := range c.Tries {
		k.Err += fmt.Sprintf("try %d failed: %v\n", i+1, err)
	}
	return k
}

func errorType(err error) string {
	var slow *runner.TimeoutError
	var dead *runner.DeadKernelError
	var input *runner.InputError
	var save *runner.SaveError
	var by stopped
	switch {
	case errors.As(err, &slow), errors.Is(err, runner.ErrRunTimeout):
		return "Timeout"
	case errors.As(err, &dead):
		return "DeadKernel"
	case errors.As(err, &input):
		return "InputNeeded"
	case errors.As(err, &save):
		return "NotSaved"
	case errors.As(err, &by):
		return "Stopped"
	}
	return "Error"
}

// caseName is the same from run to run: the cell's id, else its position.
func caseName(c runner.CellReport) string {
	if id := c.Cell.ID(); id != "" && !machineID(id) {
		return id
	}
	return fmt.Sprintf("cell %d", c.Index+1)
}

func streams(c *notebook.Cell) (out, err string) {
	for _, o := range c.Outputs() {
		switch {
		case o.Type == notebook.StreamOutput && o.Name == "stderr":
			err = junit.Clip(err + junit.Clip(o.Text))
		case o.Type == notebook.StreamOutput:
			out = junit.Clip(out + junit.Clip(o.Text))
		}
	}
	return terminal.Text(out), terminal.Text(err)
}
