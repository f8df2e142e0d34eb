package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/weights"
)

// script is a trainee whose losses are written down: two steps an epoch.
type script struct {
	w       *versions
	losses  []float64 // of the steps, one after the other; 1 when they end
	valid   []float64 // of the validations; nil: there is no validation set
	made    int       // steps
	stop    func()    // called before the step that is the last of losses
	adopted string
	group   int // losses read together
}

func (s *script) steps() int { return 2 }

func (s *script) batches(ctx context.Context, epoch int) iter.Seq2[*batch, error] {
	return func(yield func(*batch, error) bool) {
		for range s.steps() {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(nil, nil) {
				return
			}
		}
	}
}

func (s *script) lossGroup() int { return s.group }

func (s *script) step(*batch, hyper, Events) (stepLoss, error) {
	s.made++
	if s.stop != nil && s.made == len(s.losses) {
		s.stop()
	}
	loss := 1.
	if s.made <= len(s.losses) {
		loss = s.losses[s.made-1]
	}
	return func() (float64, error) { return loss, nil }, nil
}

func (s *script) validate(context.Context, BatchInfo, Events) (loss, errorRate float64, err error) {
	if s.valid == nil {
		return math.NaN(), math.NaN(), nil
	}
	loss, s.valid = s.valid[0], s.valid[1:]
	return loss, .5, nil
}

func (s *script) file() (*weights.File, error) {
	return &weights.File{Meta: map[string]string{metaState: s.w.now.name}}, nil
}

func (s *script) adopt(f *weights.File, _ string) error {
	s.adopted = f.Meta[metaState]
	return nil
}

func (s *script) Snapshot(string) error { return nil }

// runScript runs a fit of a script in a loop.
func runScript(t *testing.T, ctx context.Context, p *loop, s *script, f spec.Fit, ev Events) error {
	t.Helper()
	f = f.WithDefaults()
	c, err := courseOf(f, 1, f.Epochs*s.steps(), .9)
	if err != nil {
		t.Fatal(err)
	}
	if s.w == nil {
		s.w = &versions{now: state{name: "before any fit"}}
	}
	return p.run(ctx, s, s.w, f, c, ev)
}

func TestLoopWithoutValidation(t *testing.T) {
	var p loop
	s := &script{}
	if err := runScript(t, t.Context(), &p, s, spec.Fit{Epochs: 2}, Events{}); err != nil {
		t.Fatal(err)
	}
	run := p.Recorder.Last()
	if len(run.Rows) != 2 || run.Rows[1].Validated() || !math.IsNaN(run.Rows[1].ErrorRate) ||
		len(run.ValidAt)+len(run.ValidLosses) != 0 || len(run.Losses) != 4 {
		t.Errorf("%+v", run)
	}
	if s.w.now.name != "after fit 1, epoch 2" || s.w.held != nil {
		t.Errorf("weights %q", s.w.now.name)
	}
}

// A loss that explodes ends with the weights of the last finished epoch, and the error is about
// MaxLR.
func TestLoopExplodes(t *testing.T) {
	for what, s := range map[string]*script{
		"the loss is NaN": {losses: []float64{1, 1, 1, math.NaN()},
			valid: []float64{1, 1}},
		"the loss is +Inf": {losses: []float64{1, 1, math.Inf(1)},
			valid: []float64{1, 1}},
		"the validation loss is NaN":  {valid: []float64{1, math.NaN()}},
		"the validation loss is +Inf": {valid: []float64{1, math.Inf(1)}},
	} {
		var p loop
		err := runScript(t, t.Context(), &p, s, spec.Fit{Epochs: 3}, Events{})
		var option *spec.OptionError
		if !errors.As(err, &option) || option.Option != "MaxLR" ||
			!strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
		if s.w.now.name != "after fit 1, epoch 1" || p.Mid != 0 || p.Done != 1 {
			t.Errorf("%s: %d epochs and %d batches done, weights %q", what, p.Done, p.Mid,
				s.w.now.name)
		}
	}
}

// Losses that are read in groups give the same recorder, the same progress and the same end.
func TestLossesInGroups(t *testing.T) {
	for what, losses := range map[string][]float64{"good": {3, 2, 4, 1, 5},
		"explodes": {3, 2, 1, math.Inf(1), 2}} {
		var want Recorder
		var wantText string
		for _, group := range []int{0, 1, 2, 3, 16} {
			var p loop
			s := &script{losses: losses, group: group}
			text := ""
			err := runScript(t, t.Context(), &p, s, spec.Fit{Epochs: 3}, Events{
				Batch: func(b BatchInfo) { text += fmt.Sprint(b.Epoch, b.Batch, b.Loss, "; ") }})
			text += fmt.Sprint(err, s.w.now.name, p.Mid)
			for i := range p.Recorder.Runs[0].Rows {
				p.Recorder.Runs[0].Rows[i].Seconds = 0
			}
			if group == 0 {
				want, wantText = p.Recorder, text
				continue
			}
			got, _ := json.Marshal(p.Recorder)
			wanted, _ := json.Marshal(want)
			if string(got) != string(wanted) || text != wantText {
				t.Errorf("%s in groups of %d:\n got %s, %s\nwant %s, %s", what, group, got, text,
					wanted, wantText)
			}
		}
	}
}

func TestLoopInterruptedAndResumed(t *testing.T) {
	var p loop
	ctx, cancel := context.WithCancel(t.Context())
	s := &script{losses: []float64{1, 1, 1}, valid: []float64{1, 1, 1}, stop: cancel}
	if err := runScript(t, ctx, &p, s, spec.Fit{Epochs: 2}, Events{}); !errors.Is(err,
		context.Canceled) {
		t.Fatal(err)
	}
	if s.w.now.name != "after fit 1, epoch 1 and 1 batches" {
		t.Errorf("weights %q", s.w.now.name)
	}
	s.stop = nil
	if err := runScript(t, t.Context(), &p, s, spec.Fit{Epochs: 2, Resume: true},
		Events{}); err == nil || !strings.Contains(err.Error(), "only whole epochs") {
		t.Errorf("resumed in an epoch: %v", err)
	}
	p.Mid = 0 // as a restored snapshot has it
	if err := runScript(t, t.Context(), &p, s, spec.Fit{Epochs: 2, PctStart: spec.Some(.5),
		Resume: true}, Events{}); err == nil ||
		!strings.Contains(err.Error(), "pct start: 0.3 → 0.5") {
		t.Errorf("resumed with other options: %v", err)
	}
	var epochs []int
	ev := Events{Epoch: func(r spec.Row) { epochs = append(epochs, r.Epoch) }}
	if err := runScript(t, t.Context(), &p, s, spec.Fit{Epochs: 2, Resume: true}, ev); err != nil ||
		len(epochs) != 2 || epochs[1] != 1 {
		t.Errorf("resumed: epochs %v, %v", epochs, err)
	}
	if len(p.Recorder.Runs) != 1 || p.Epochs != 2 {
		t.Errorf("%d runs, %d epochs", len(p.Recorder.Runs), p.Epochs)
	}
}

func TestLoopStopsEarlyAndKeepsTheBest(t *testing.T) {
	var p loop
	s := &script{valid: []float64{3, 2, 4, 5, 6}}
	var lines []string
	f := spec.Fit{Epochs: 5, Watch: spec.Watch{Patience: 2, KeepBest: true}}
	if err := runScript(t, t.Context(), &p, s, f, notes(&lines)); err != nil {
		t.Fatal(err)
	}
	if s.adopted != "after fit 1, epoch 2" || p.best != nil || len(p.Recorder.Last().Rows) != 4 ||
		len(lines) != 2 {
		t.Errorf("adopted %q after %d epochs, %v", s.adopted, len(p.Recorder.Last().Rows), lines)
	}
}
