package spec

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// Row is a line of the epoch table.
type Row struct {
	Epoch int // from 0
	// smoothed loss at the epoch's end: an average dominated by the last fifty batches
	TrainLoss float64
	ValidLoss float64 // mean over the validation set; NaN without one
	ErrorRate float64 // fraction of the validation set predicted wrongly; NaN without one
	Seconds   float64 // the whole epoch, validation included
}

// Validated reports whether there was a validation set.
func (r Row) Validated() bool { return !math.IsNaN(r.ValidLoss) }

// String returns the row as fastai prints it, without padding.
func (r Row) String() string {
	t := int(r.Seconds)
	clock := fmt.Sprintf("%02d:%02d", t/60, t%60)
	if t >= 3600 {
		clock = fmt.Sprintf("%d:%02d:%02d", t/3600, t/60%60, t%60)
	}
	if !r.Validated() {
		return fmt.Sprintf("%d %.6f %s", r.Epoch, r.TrainLoss, clock)
	}
	return fmt.Sprintf("%d %.6f %.6f %.6f %s", r.Epoch, r.TrainLoss, r.ValidLoss, r.ErrorRate,
		clock)
}

type rowJSON struct {
	Epoch     int          `json:"epoch"`
	TrainLoss float64      `json:"train_loss"`
	ValidLoss Opt[float64] `json:"valid_loss"`
	ErrorRate Opt[float64] `json:"error_rate"`
	Seconds   float64      `json:"seconds"`
}

func (r Row) MarshalJSON() ([]byte, error) {
	j := rowJSON{Epoch: r.Epoch, TrainLoss: r.TrainLoss, Seconds: r.Seconds}
	if r.Validated() {
		j.ValidLoss, j.ErrorRate = Some(r.ValidLoss), Some(r.ErrorRate)
	}
	return json.Marshal(j)
}

func (r *Row) UnmarshalJSON(text []byte) error {
	var j rowJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*r = Row{j.Epoch, j.TrainLoss, j.ValidLoss.Or(math.NaN()), j.ErrorRate.Or(math.NaN()),
		j.Seconds}
	return nil
}

// Suggestion is a learning rate from the finder's curve, by a rule.
type Suggestion struct {
	Name string  `json:"name"` // "steep", "valley", "minimum/10"
	LR   float64 `json:"lr"`
	Loss float64 `json:"loss"` // smoothed, of the curve's nearest point
}

// Suggestions are the learning-rate finder's; none if the curve is too short.
type Suggestions []Suggestion

// Valley returns where the longest descent is half done (fastai v2's default), or 0.
func (s Suggestions) Valley() float64 { return s.by("valley") }

// Steep returns where the loss falls fastest (fastai v1's), or 0.
func (s Suggestions) Steep() float64 { return s.by("steep") }

// Minimum returns a tenth of the learning rate with the lowest loss, or 0.
func (s Suggestions) Minimum() float64 { return s.by("minimum/10") }

// String returns one line: steep 1.00e-03, valley 3.00e-03.
func (s Suggestions) String() string {
	texts := make([]string, len(s))
	for i, found := range s {
		texts[i] = fmt.Sprintf("%s %.2e", found.Name, found.LR)
	}
	return strings.Join(texts, ", ")
}

func (s Suggestions) by(name string) float64 {
	for _, found := range s {
		if found.Name == name {
			return found.LR
		}
	}
	return 0
}

// Score is the result of a set of predictions.
type Score struct {
	Loss      float64 `json:"loss"`
	ErrorRate float64 `json:"error_rate"`
	Right     int     `json:"right"`
	Total     int     `json:"total"`
	Low       float64 `json:"low"` // of the accuracy, 95 %
	High      float64 `json:"high"`
	State     string  `json:"state"` // of the weights: "after fit 1, epoch 4"
}

func (s Score) String() string {
	return fmt.Sprintf("valid_loss %.6f, error_rate %.6f "+
		"(%d of %d right; accuracy %.1f %%, 95 %% interval %.1f–%.1f %%)",
		s.Loss, s.ErrorRate, s.Right, s.Total, 100*(1-s.ErrorRate), 100*s.Low, 100*s.High)
}

// Bad is an image that cannot be read, and why.
type Bad struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Confused is a pair of classes taken one for the other.
type Confused struct {
	Actual    string `json:"actual"`
	Predicted string `json:"predicted"`
	Count     int    `json:"count"`
}

// Confusion counts [actual][predicted].
type Confusion struct {
	Classes []string `json:"classes"`
	Counts  [][]int  `json:"counts"`
	State   string   `json:"state"`
}
