package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gopets/kernelext/internal/junit"
	"gopets/kernelext/internal/terminal"
	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// writeJUnit writes what came of the cells as a test report: a cell is a case, and whatever ended
// the run beside a cell's own failure is an error.
func writeJUnit(path, source string, report *runner.Report, end error) error {
	suite := junit.Suite{Name: strings.TrimSuffix(filepath.Base(source), ".ipynb"), File: filepath.ToSlash(source), Begun: report.Begun, Elapsed: report.Elapsed}
	for _, c := range report.Cells {
		k := junit.Case{Class: suite.Name, Name: caseName(c), Elapsed: c.Elapsed}
		var failed *runner.CellError
		switch {
		case errors.As(c.Err, &failed):
			k.Outcome, k.Type, k.Message, k.Detail = junit.Failure, failed.EName, c.Err.Error(), errorText(c)
		case c.Err != nil:
			k.Outcome, k.Type, k.Message, k.Detail = junit.Error, fmt.Sprintf("%T", c.Err), c.Err.Error(), errorText(c)
		case c.Status == runner.NotRun:
			k.Outcome, k.Message = junit.Skipped, "the run did not get there"
		case c.Status == runner.Skipped:
			k.Outcome, k.Message = junit.Skipped, "not meant to run"
		}
		k.Out, k.Err = streams(c)
		suite.Cases = append(suite.Cases, k)
	}
	if end != nil && !told(report, end) {
		suite.Cases = append(suite.Cases, junit.Case{Class: suite.Name, Name: "the run", Outcome: junit.Error, Type: fmt.Sprintf("%T", end), Message: end.Error()})
	}
	return junit.Report{Name: "nb run", Suites: []junit.Suite{suite}}.WriteFile(path)
}

// caseName is the same from run to run: by the id if somebody gave one, else by the place in the
// notebook.
func caseName(c runner.CellReport) string {
	if id := c.Cell.ID(); id != "" && !machineID(id) {
		return id
	}
	return fmt.Sprintf("cell %d", c.Index+1)
}

// streams gives what a cell wrote, as a reader of a terminal would see it.
func streams(c runner.CellReport) (out, err string) {
	if c.Status == runner.NotRun || c.Status == runner.Skipped {
		return "", ""
	}
	for _, o := range c.Cell.Outputs() {
		switch {
		case o.Type == notebook.StreamOutput && o.Name == "stderr":
			err += o.Text
		case o.Type == notebook.StreamOutput:
			out += o.Text
		}
	}
	return terminal.Text(out), terminal.Text(err)
}

// A jsonLog tells a run's events as JSON, one object a line.
type jsonLog struct{ to *json.Encoder }

func newJSONLog(w io.Writer) *jsonLog {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return &jsonLog{e}
}

// An eventLine is one line of --json. The last has the event "end" and says it all once more.
type eventLine struct {
	// kernel, resume, cell_start, output, clear, cell_end, warning, end
	Event  string    `json:"event"`
	Kernel string    `json:"kernel,omitempty"`
	Kept   *int      `json:"kept,omitempty"`
	Again  *int      `json:"again,omitempty"`
	Cell   *cellLine `json:"cell,omitempty"`
	Output string    `json:"output,omitempty"` // its type, as in a notebook
	Stream string    `json:"stream,omitempty"`
	// of a stream what is new, of a display what it is in plain text
	Text     string     `json:"text,omitempty"`
	Status   *int       `json:"status,omitempty"` // nb's exit status
	Message  string     `json:"message,omitempty"`
	Seconds  *float64   `json:"seconds,omitempty"`
	Notebook string     `json:"notebook,omitempty"`
	Page     string     `json:"page,omitempty"`
	Cells    []cellLine `json:"cells,omitempty"`
}

type cellLine struct {
	Index   int        `json:"index"`            // in the notebook, from 0
	Number  int        `json:"number,omitempty"` // among the cells that can run, from 1
	ID      string     `json:"id,omitempty"`
	Status  string     `json:"status,omitempty"`
	Seconds float64    `json:"seconds,omitempty"`
	Error   *errorLine `json:"error,omitempty"`
}

type errorLine struct {
	Name    string `json:"name,omitempty"`
	Message string `json:"message"`
}

func placeLine(p runner.Place) *cellLine {
	return &cellLine{Index: p.Index, Number: p.Number, ID: p.Cell.ID()}
}

func reportLine(c runner.CellReport) *cellLine {
	line := placeLine(c.Place)
	line.Status, line.Seconds = string(c.Status), c.Elapsed.Seconds()
	if c.Err != nil {
		line.Error = &errorLine{Message: c.Err.Error()}
		var failed *runner.CellError
		if errors.As(c.Err, &failed) {
			line.Error.Name = failed.EName
		}
	}
	return line
}

// event tells an event. A reader that went away is no reason to end the run.
func (l *jsonLog) event(e runner.Event) {
	switch e := e.(type) {
	case runner.KernelReady:
		l.put(eventLine{Event: "kernel", Kernel: e.Kernel.Spec.Name})
	case runner.Resumed:
		l.put(eventLine{Event: "resume", Kept: &e.Kept, Again: &e.Again})
	case runner.CellStart:
		l.put(eventLine{Event: "cell_start", Cell: placeLine(e.Place)})
	case runner.Shown:
		line := eventLine{Event: "output", Cell: placeLine(e.Place), Output: string(e.Output.Type), Stream: e.Output.Name, Text: e.Output.Text}
		switch e.Output.Type {
		case notebook.StreamOutput:
		case notebook.ErrorOutput:
			line.Text = e.Output.EName + ": " + e.Output.EValue
		default:
			line.Text = outputText(e.Output)
		}
		l.put(line)
	case runner.Cleared:
		l.put(eventLine{Event: "clear", Cell: placeLine(e.Place)})
	case runner.CellEnd:
		l.put(eventLine{Event: "cell_end", Cell: reportLine(e.CellReport)})
	case runner.Warning:
		l.put(eventLine{Event: "warning", Message: e.Err.Error()})
	}
}

func (l *jsonLog) end(report *runner.Report, err error, status int, d destination) {
	seconds := report.Elapsed.Seconds()
	line := eventLine{Event: "end", Status: &status, Seconds: &seconds, Notebook: d.notebook, Page: d.page}
	if err != nil {
		line.Message = err.Error()
	}
	for _, c := range report.Cells {
		line.Cells = append(line.Cells, *reportLine(c))
	}
	l.put(line)
}

func (l *jsonLog) put(line eventLine) { _ = l.to.Encode(line) }
