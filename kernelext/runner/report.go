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
	// the cell that ended the notebook by sys.exit(0), which is no failure
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
	replay  string         // what is run in place of it, when it is not
	earlier *notebook.Cell // itself in the run that is gone on with, if it finished there
}

type Status string

const (
	NotRun  Status = "not run" // the run did not get there
	Skipped Status = "skipped" // not meant to run
	Kept    Status = "kept"    // finished in an earlier run
	OK      Status = "ok"
	Failed  Status = "failed"
)

// Count returns how many cells have a status.
func (r *Report) Count(s Status) (n int) {
	for _, c := range r.Cells {
		if c.Status == s {
			n++
		}
	}
	return n
}
