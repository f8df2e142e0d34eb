package main

import (
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// jsonVersion grows when a field of --json changes its meaning or is removed.
const jsonVersion = 1

// A jsonLog writes events as JSON lines. The nil log writes nothing.
type jsonLog struct {
	mu sync.Mutex
	to *json.Encoder
}

func newJSONLog(w io.Writer) *jsonLog {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return &jsonLog{to: e}
}

// An eventLine is a line of --json. "start" is first; "end" closes each notebook and repeats its
// results.
type eventLine struct {
	// start, kernel, resume, cell_start, output, clear, cell_retry, cell_end, warning, retry, end;
	// of nb test start, notebook, end
	Event   string    `json:"event"`
	Version int       `json:"version,omitempty"` // of start and end
	Time    time.Time `json:"time"`
	Command string    `json:"command,omitempty"` // of start
	Source  string    `json:"source,omitempty"`  // the notebook's path as given
	Kernel  string    `json:"kernel,omitempty"`
	Kept    *int      `json:"kept,omitempty"`
	Again   *int      `json:"again,omitempty"`
	Cell    *cellLine `json:"cell,omitempty"`
	Output  string    `json:"output,omitempty"` // its type, as in a notebook
	Stream  string    `json:"stream,omitempty"`
	// new text of a stream, or a display in plain text
	Text     string     `json:"text,omitempty"`
	Try      int        `json:"try,omitempty"`    // the one that failed, of retry and cell_retry
	Tries    int        `json:"tries,omitempty"`  // of end
	Status   *int       `json:"status,omitempty"` // nb's exit status for this notebook
	Message  string     `json:"message,omitempty"`
	Begun    *time.Time `json:"begun,omitempty"`
	Seconds  *float64   `json:"seconds,omitempty"`
	Notebook string     `json:"notebook,omitempty"`
	Page     string     `json:"page,omitempty"`
	Exit     *cellLine  `json:"exit,omitempty"` // the cell that ended the notebook by sys.exit(0)
	Cells    []cellLine `json:"cells,omitempty"`
}

type cellLine struct {
	Index   int        `json:"index"`            // in the notebook, from 0
	Number  int        `json:"number,omitempty"` // among the cells that can run, from 1
	ID      string     `json:"id,omitempty"`
	Status  string     `json:"status,omitempty"`
	Begun   *time.Time `json:"begun,omitempty"`
	Seconds float64    `json:"seconds,omitempty"`
	Tries   int        `json:"tries,omitempty"` // if there were several
	Error   *errorLine `json:"error,omitempty"`

	Differences []differenceLine `json:"differences,omitempty"` // of nb test
	Masked      []maskLine       `json:"masked,omitempty"`
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
	if !c.Begun.IsZero() {
		line.Begun = &c.Begun
	}
	if n := len(c.Tries); n > 0 {
		line.Tries = n + 1
	}
	if c.Err != nil {
		line.Error = newErrorLine(c.Err)
	}
	return line
}

func newErrorLine(err error) *errorLine {
	line := &errorLine{Name: errorType(err), Message: err.Error()}
	var failed *runner.CellError
	if errors.As(err, &failed) {
		line.Name = failed.EName
	}
	return line
}

func (l *jsonLog) start(command string) {
	l.put(eventLine{Event: "start", Version: jsonVersion, Command: command})
}

// event writes an event. A closed reader does not end the run.
func (l *jsonLog) event(source string, e runner.Event) {
	if l == nil {
		return
	}
	line := eventLine{Source: source}
	switch e := e.(type) {
	case runner.KernelReady:
		line.Event, line.Kernel = "kernel", e.Kernel.Spec.Name
	case runner.Resumed:
		line.Event, line.Kept, line.Again = "resume", &e.Kept, &e.Again
	case runner.CellStart:
		line.Event, line.Cell = "cell_start", placeLine(e.Place)
	case runner.Shown:
		line.Event, line.Cell = "output", placeLine(e.Place)
		line.Output, line.Stream, line.Text = string(e.Output.Type), e.Output.Name, e.Output.Text
		switch e.Output.Type {
		case notebook.StreamOutput:
		case notebook.ErrorOutput:
			line.Text = e.Output.EName + ": " + e.Output.EValue
		default:
			line.Text = outputText(e.Output)
		}
	case runner.Cleared:
		line.Event, line.Cell = "clear", placeLine(e.Place)
	case runner.CellRetry:
		line.Event, line.Cell, line.Try, line.Message = "cell_retry", placeLine(e.Place), e.Try,
			e.Err.Error()
	case runner.CellEnd:
		line.Event, line.Cell = "cell_end", reportLine(e.CellReport)
	case runner.Warning:
		line.Event, line.Message = "warning", e.Err.Error()
	default:
		return
	}
	l.put(line)
}

func (l *jsonLog) retry(source string, try int, err error) {
	l.put(eventLine{Event: "retry", Source: source, Try: try, Message: err.Error()})
}

func (l *jsonLog) end(h *headless) {
	seconds := h.report.Elapsed.Seconds()
	line := eventLine{Event: "end", Version: jsonVersion, Source: h.path, Status: &h.status,
		Seconds:  &seconds,
		Notebook: h.to.notebook, Page: h.to.page, Tries: len(h.failed) + 1}
	if !h.report.Begun.IsZero() {
		line.Begun = &h.report.Begun
	}
	if h.err != nil {
		line.Message = h.err.Error()
	}
	if h.report.Exit != nil {
		line.Exit = placeLine(*h.report.Exit)
	}
	for _, c := range h.report.Cells {
		line.Cells = append(line.Cells, *reportLine(c))
	}
	l.put(line)
}

func (l *jsonLog) put(line eventLine) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	line.Time = time.Now()
	_ = l.to.Encode(line)
}
