package train

import (
	"fmt"

	"gopets/pets/spec"
)

// Events are functions called during a long call, on its goroutine. All are optional.
type Events struct {
	Start   func(spec.Fit) // a fit, or a part of fine-tuning, begins or goes on
	Batch   func(BatchInfo)
	Epoch   func(spec.Row)
	Note    func(string) // something worth a line: a skipped image, a smaller inner batch
	Compile func()       // the next batch compiles first: tens of seconds on XLA
}

func (e Events) start(f spec.Fit) {
	if e.Start != nil {
		e.Start(f)
	}
}

func (e Events) batch(b BatchInfo) {
	if e.Batch != nil {
		e.Batch(b)
	}
}

func (e Events) epoch(r spec.Row) {
	if e.Epoch != nil {
		e.Epoch(r)
	}
}

func (e Events) note(format string, args ...any) {
	if e.Note != nil {
		e.Note(fmt.Sprintf(format, args...))
	}
}

func (e Events) compile() {
	if e.Compile != nil {
		e.Compile()
	}
}

// Phase is what a batch was for.
type Phase string

const (
	PhaseCheck Phase = "check" // images opened for the first time; a "batch" is one image
	PhaseTrain Phase = "train"
	PhaseValid Phase = "valid"
)

// BatchInfo is the progress after a batch. Batch and Epoch count from 0.
type BatchInfo struct {
	Phase          Phase
	Epoch, Epochs  int
	Batch, Batches int
	Loss           float64 // smoothed training loss
	LR             float64 // of the last layer group
}
