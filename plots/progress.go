package plots

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// ProgressBar is one state of a bar, which looks like fastprogress's.
type ProgressBar struct {
	Label       string // before the bar in a terminal: "Epoch 1/4"
	Done, Total int
	Elapsed     time.Duration
	Comment     string // after the times: the loss
	State       ProgressState
}

// ProgressState is whether a bar moves.
type ProgressState int

const (
	Running ProgressState = iota
	Finished
	Interrupted
)

// Progress returns a bar as HTML: an element of 300×20 pixels, then [ProgressBar.Status], which is
// readable where the element is not allowed.
func Progress(p ProgressBar) string {
	color := ""
	if p.State == Interrupted {
		color = ";accent-color:#f44336"
	}
	return fmt.Sprintf(
		`<div><progress value="%d" max="%d" style="width:300px;height:20px;vertical-align:middle%s"></progress> %s</div>`,
		min(max(p.Done, 0), p.total()), p.total(), color, escape(p.Status()))
}

// Text returns the bar as a line without line feed, for a terminal that rewrites it after "\r".
func (p ProgressBar) Text() string {
	const width = 40
	full := min(max(int(math.Round(p.part()*width)), 0), width)
	bar := "|" + strings.Repeat("█", full) + strings.Repeat("-", width-full) + "| " +
		clean(p.Status())
	if p.Label != "" {
		bar = clean(p.Label) + " : " + bar
	}
	return bar
}

// Status returns the text beside the bar: "75.00% [3/4 01:23<00:27 2.1234]", or "Interrupted"
// before it.
func (p ProgressBar) Status() string {
	left := "?"
	if p.Done > 0 {
		left = clock(time.Duration(float64(p.Elapsed) * float64(p.total()-p.Done) / float64(
			p.Done)))
	}
	status := fmt.Sprintf("%.2f%% [%d/%d %s<%s", 100*p.part(), p.Done, p.Total, clock(p.Elapsed),
		left)
	if p.Comment != "" {
		status += " " + p.Comment
	}
	status += "]"
	if p.State == Interrupted {
		status = "Interrupted " + status
	}
	return status
}

func (p ProgressBar) total() int { return max(p.Total, 1) }

func (p ProgressBar) part() float64 { return float64(p.Done) / float64(p.total()) }

// Training shows a training: a bar for the epochs, the table so far, a bar for the batches of the
// epoch. At the end only the table stays.
type Training struct {
	Epochs  ProgressBar
	Table   EpochTable
	Batches ProgressBar
}

// HTML returns the three blocks as one element.
func (t Training) HTML() string {
	table, _ := t.Table.HTML() // cannot fail: nothing is drawn
	if t.Epochs.State == Finished {
		return table
	}
	return "<div>" + Progress(t.Epochs) + table + Progress(t.Batches) + "</div>"
}

func (t Training) Text() string {
	if t.Epochs.State == Finished {
		return t.Table.Text()
	}
	return t.Table.Text() + t.Batches.Text() + "\n"
}
