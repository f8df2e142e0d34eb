package train

import "github.com/gomlx/gomlx/core/tensors"

// stepLoss reads a step's loss, once. Reading waits for the device.
type stepLoss func() (float64, error)

func lossOf(parts []*tensors.Tensor) stepLoss {
	return func() (float64, error) {
		sum := 0.0
		for _, t := range parts {
			values, err := tensors.CopyFlatData[float32](t)
			t.MustFinalizeAll()
			if err != nil {
				return 0, err
			}
			sum += float64(values[0])
		}
		return sum / float64(len(parts)), nil
	}
}

// losses reads the losses of steps in groups, so that the device need not wait after each step.
type losses struct {
	group   int // steps
	waiting []waitingLoss
}

type waitingLoss struct {
	read stepLoss
	use  func(loss float64) error
}

// add takes a step's loss and a function to call with it, perhaps later.
func (l *losses) add(read stepLoss, use func(loss float64) error) error {
	l.waiting = append(l.waiting, waitingLoss{read, use})
	if len(l.waiting) < l.group {
		return nil
	}
	return l.flush()
}

// flush reads what is left, in order. After an error losses are read, but not used.
func (l *losses) flush() error {
	var failed error
	for _, w := range l.waiting {
		loss, err := w.read()
		if err == nil && failed == nil {
			err = w.use(loss)
		}
		if failed == nil {
			failed = err
		}
	}
	l.waiting = l.waiting[:0]
	return failed
}
