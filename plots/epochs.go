package plots

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// EpochRow holds the results of one epoch of training.
type EpochRow struct {
	Epoch     int // from 0
	TrainLoss float64
	ValidLoss float64 // NaN = not measured: left blank
	Metrics   []float64
	Time      time.Duration // of the whole epoch, validation included
}

// EpochTable is a training run's table, as fastai prints it: epoch, train_loss, valid_loss, the
// metrics, time.
type EpochTable struct {
	Metrics []string // names; nil = error_rate
	Rows    []EpochRow
}

func (t EpochTable) SVG() ([]byte, error) { return t.Table().SVG() }

func (t EpochTable) PNG() ([]byte, error) { return t.Table().PNG() }

// HTML returns a <table>.
func (t EpochTable) HTML() (string, error) { return t.Table().HTML() }

func (t EpochTable) Text() string { return t.Table().Text() }

// Table returns the numbers as printed: six decimals, times as mm:ss.
func (t EpochTable) Table() Table {
	names := t.Metrics
	if names == nil {
		names = []string{"error_rate"}
	}
	out := Table{Header: append(append([]string{"epoch", "train_loss", "valid_loss"}, names...),
		"time")}
	for _, r := range t.Rows {
		cells := []string{strconv.Itoa(r.Epoch), sixDecimals(r.TrainLoss), sixDecimals(r.ValidLoss)}
		for i := range names {
			cell := ""
			if i < len(r.Metrics) {
				cell = sixDecimals(r.Metrics[i])
			}
			cells = append(cells, cell)
		}
		out.Rows = append(out.Rows, append(cells, clock(r.Time)))
	}
	return out
}

func sixDecimals(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 6, 64)
}

func clock(d time.Duration) string {
	s := max(int(d.Seconds()), 0)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}
