package plots

import "time"

// EpochRow is what one epoch of training left.
type EpochRow struct {
	Epoch     int
	TrainLoss float64
	ValidLoss float64 // NaN = not measured: left blank
	Metrics   []float64
	Time      time.Duration
}

// EpochTable is the table that grows under a training run's progress bar:
// epoch, train_loss, valid_loss, the metrics, time.
type EpochTable struct {
	Metrics []string // names; nil = error_rate
	Rows    []EpochRow
}

// SVG implements Chart.
func (t EpochTable) SVG() ([]byte, error) { return nil, errStub }

// PNG implements Chart.
func (t EpochTable) PNG() ([]byte, error) { return nil, errStub }

// HTML implements Chart.
func (t EpochTable) HTML() (string, error) { return "", errStub }

// Text implements Chart.
func (t EpochTable) Text() string { return "" }
