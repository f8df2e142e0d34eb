package runner

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// A Place says which cell is meant.
type Place struct {
	Cell   *notebook.Cell
	Index  int // in the notebook, from 0
	Number int // among the code cells that are to run, from 1
	Of     int // how many these are
}

// String names the cell for people: its number, and its id where it has one.
func (p Place) String() string {
	if id := p.Cell.ID(); id != "" {
		return fmt.Sprintf("cell %d of %d (%s)", p.Number, p.Of, id)
	}
	return fmt.Sprintf("cell %d of %d", p.Number, p.Of)
}

// ErrRunTimeout is the cause when the whole run took longer than it may.
var ErrRunTimeout = errors.New("the run exceeded its time limit")

// CellError is the failure of a cell's own code.
type CellError struct {
	Place
	jupyter.ErrorContent
	// the line of its standard error that gives the reason, where the error itself says only that a
	// program ended
	Said string
}

func (e *CellError) Error() string {
	if e.Said != "" {
		return fmt.Sprintf("%s failed: %s", e.Place, e.Said)
	}
	return fmt.Sprintf("%s failed: %s", e.Place, summary(e.EName, e.EValue))
}

var (
	ended  = regexp.MustCompile(`^(exit status \d+|signal: .*)$`)
	logged = regexp.MustCompile(`^\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d`)
	reason = regexp.MustCompile(`(?m)^(panic|fatal error|runtime error|error): .*$`)
)

// said finds the reason for a program's end in what it wrote to its standard error: a panic, else
// the last line, if possible one that is not of a log.
func said(evalue, stderr string) string {
	if !ended.MatchString(strings.TrimSpace(evalue)) {
		return ""
	}
	if line := reason.FindString(stderr); line != "" {
		return strings.TrimSpace(line)
	}
	last := ""
	lines := strings.FieldsFunc(stderr, func(r rune) bool { return r == '\n' || r == '\r' })
	for _, line := range slices.Backward(lines) {
		if line = strings.TrimSpace(line); line == "" || ended.MatchString(line) {
			continue
		}
		if last == "" {
			last = line
		}
		if !logged.MatchString(line) {
			last = line
			break
		}
	}
	if last == "" {
		return ""
	}
	return last + " (" + strings.TrimSpace(evalue) + ")"
}

// summary makes one line of an error: its first line that says something, and its last one, where a
// compiler puts the reason.
func summary(ename, evalue string) string {
	var lines []string
	for line := range strings.Lines(evalue) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	switch len(lines) {
	case 0:
		return ename
	case 1:
		return lines[0]
	}
	return lines[0] + ": " + lines[len(lines)-1]
}

// TimeoutError is a cell that ran longer than it may. The kernel was interrupted, and killed if
// that did not help.
type TimeoutError struct {
	Place
	After  time.Duration
	Killed bool
}

func (e *TimeoutError) Error() string {
	how := "interrupted"
	if e.Killed {
		how = "killed, as it did not heed an interrupt"
	}
	return fmt.Sprintf("%s ran longer than %v and was %s", e.Place, e.After, how)
}

// DeadKernelError is a kernel that ended by itself. Place is zero when it did so before the first
// cell.
type DeadKernelError struct {
	Place
	Cause error
}

func (e *DeadKernelError) Error() string {
	if e.Cell == nil {
		return e.Cause.Error()
	}
	return fmt.Sprintf("%s: %v", e.Place, e.Cause)
}

func (e *DeadKernelError) Unwrap() error { return e.Cause }

// InputError is a cell that asks its user for input, where there is none.
type InputError struct {
	Place
	Prompt string
}

func (e *InputError) Error() string {
	return fmt.Sprintf("%s asks for input (%q), which a run without a user cannot give: make it a parameter", e.Place, e.Prompt)
}

// SaveError is a notebook that could not be written; the run stops, and what was saved before
// stays. Place is zero before the first cell.
type SaveError struct {
	Place
	Cause error
}

func (e *SaveError) Error() string {
	if e.Cell == nil {
		return e.Cause.Error()
	}
	return fmt.Sprintf("after %s: %v", e.Place, e.Cause)
}

func (e *SaveError) Unwrap() error { return e.Cause }

// ReplayError is a cell that is not run, and of which what later cells need could not be replayed.
type ReplayError struct {
	Place
	Cause error
}

func (e *ReplayError) Error() string {
	return fmt.Sprintf("%s was not to run again, but its declarations, which later cells may need, do not work any more: %v", e.Place, e.Cause)
}

func (e *ReplayError) Unwrap() error { return e.Cause }

// The names of the errors that the runner itself writes into a notebook.
const (
	endDead        = "DeadKernel"
	endTimeout     = "CellTimeout"
	endInput       = "InputNotPossible"
	endInterrupted = "Interrupted"
	endAborted     = "Aborted"
)

var endings = []string{endDead, endTimeout, endInput, endInterrupted, endAborted}
