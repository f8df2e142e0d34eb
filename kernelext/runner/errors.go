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

// A Place identifies a cell.
type Place struct {
	Cell   *notebook.Cell
	Index  int // in the notebook, from 0
	Number int // among the code cells to run, from 1
	Of     int // number of these
}

func (p Place) String() string {
	if id := p.Cell.ID(); id != "" {
		return fmt.Sprintf("cell %d of %d (%s)", p.Number, p.Of, id)
	}
	return fmt.Sprintf("cell %d of %d", p.Number, p.Of)
}

var ErrRunTimeout = errors.New("the run exceeded its time limit")

// CellError is the failure of a cell's own code.
type CellError struct {
	Place
	jupyter.ErrorContent
	// Reason is the line of standard error that says why a program ended.
	Reason string
}

func (e *CellError) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("%s failed: %s", e.Place, e.Reason)
	}
	return fmt.Sprintf("%s failed: %s", e.Place, summary(e.EName, e.EValue))
}

func exits(e jupyter.ErrorContent) bool {
	return e.EName == "SystemExit" && slices.Contains([]string{"", "0", "None", "False"}, e.EValue)
}

var (
	exitStatus = regexp.MustCompile(`^(exit status \d+|signal: .*)$`)
	logLine    = regexp.MustCompile(`^\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d`)
	panicLine  = regexp.MustCompile(`(?m)^(panic|fatal error|runtime error|error): .*$`)
)

// reasonIn returns a panic from a program's standard error, else the last line, preferably not a
// log's.
func reasonIn(stderr, evalue string) string {
	if !exitStatus.MatchString(strings.TrimSpace(evalue)) {
		return ""
	}
	if line := panicLine.FindString(stderr); line != "" {
		return strings.TrimSpace(line)
	}
	last := ""
	lines := strings.FieldsFunc(stderr, func(r rune) bool { return r == '\n' || r == '\r' })
	for _, line := range slices.Backward(lines) {
		if line = strings.TrimSpace(line); line == "" || exitStatus.MatchString(line) {
			continue
		}
		if last == "" {
			last = line
		}
		if !logLine.MatchString(line) {
			last = line
			break
		}
	}
	if last == "" {
		return ""
	}
	return last + " (" + strings.TrimSpace(evalue) + ")"
}

// summary returns an error's name, first line, and last one, where compilers put the reason.
func summary(ename, evalue string) string {
	var lines []string
	for line := range strings.Lines(evalue) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	text := ""
	switch len(lines) {
	case 0:
		return ename
	case 1:
		text = lines[0]
	default:
		text = lines[0] + ": " + lines[len(lines)-1]
	}
	if ename == "" || strings.EqualFold(ename, "error") || strings.HasPrefix(text, ename) {
		return text
	}
	return ename + ": " + text
}

// TimeoutError reports a cell that exceeded its limit.
type TimeoutError struct {
	Place
	After  time.Duration
	Killed bool
}

func (e *TimeoutError) Error() string {
	how := "interrupted"
	if e.Killed {
		how = "killed, as it ignored an interrupt"
	}
	return fmt.Sprintf("%s ran longer than %v and was %s", e.Place, e.After, how)
}

// DeadKernelError reports a kernel that ended by itself. Place is zero before the first cell.
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

// InputError reports a cell that asks for input.
type InputError struct {
	Place
	Prompt string
}

func (e *InputError) Error() string {
	return fmt.Sprintf(
		"%s asks for input (%q), which a run without a user cannot give: make it a parameter",
		e.Place, e.Prompt)
}

// SaveError reports a notebook that could not be written. Place is zero before the first cell.
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

// ReplayError reports a finished cell whose part for later cells failed.
type ReplayError struct {
	Place
	Cause error
}

func (e *ReplayError) Error() string {
	return fmt.Sprintf(
		"%s is not run again, but its declarations, which later cells may need, fail: %v",
		e.Place, e.Cause)
}

func (e *ReplayError) Unwrap() error { return e.Cause }

const (
	endDead        = "DeadKernel"
	endTimeout     = "CellTimeout"
	endInput       = "InputNotPossible"
	endInterrupted = "Interrupted"
	endAborted     = "Aborted"
)

var endings = []string{endDead, endTimeout, endInput, endInterrupted, endAborted}
