package runner

import (
	"time"

	"gopets/kernelext/notebook"
)

// A Report is the result of each code cell.
type Report struct {
	Cells   []CellReport
	Begun   time.Time
	Elapsed time.Duration
	// the cell that ended the notebook by sys.exit(0), with success
	Exit *Place
}

// A CellReport is one code cell's result.
type CellReport struct {
	Place
	Status  Status
	Begun   time.Time     // zero if it was not run
	Elapsed time.Duration // all tries together
	Err     error
	Tries   []error // the failures of tries before the last

	out     *outputs
	retries int
	limit   time.Duration  // for its time; none if not above zero
	leave   bool           // it is after the last cell to run
	replay  string         // what runs in place of it
	earlier *notebook.Cell // itself in the resumed run, if it finished there
}

type Status string

const (
	NotRun  Status = "not run" // the run ended before it
	Skipped Status = "skipped" // not selected
	Kept    Status = "kept"    // finished in an earlier run
	OK      Status = "ok"
	Failed  Status = "failed"
)

// Count returns the number of cells with a status.
func (r *Report) Count(s Status) (n int) {
	for _, c := range r.Cells {
		if c.Status == s {
			n++
		}
	}
	return n
}
