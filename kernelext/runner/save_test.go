package runner_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// Where saving is slow the cells do not wait for it after each of them, but each is saved alone; at
// the end all is saved.
func TestSavingTakesAFractionOfTheRun(t *testing.T) {
	cells := make([]string, 40)
	for i := range cells {
		cells[i] = fmt.Sprintf("display a%d x\nprint %d", i, i)
	}
	cells[38] += "\nupdate a7 y"
	nb := book(t, cells...)
	saves := 0
	saved := make([]string, len(cells))
	_, err := run(t, nb, runner.Options{
		Save: func() error {
			saves++
			time.Sleep(100 * time.Millisecond)
			for i, c := range nb.Cells() {
				saved[i] = outputs(c)
			}
			return nil
		},
		SaveCells: func(cells []*notebook.Cell) error {
			for _, c := range cells {
				saved[slices.Index(nb.Cells(), c)] = outputs(c)
			}
			return nil
		},
		Events: func(e runner.Event) {
			end, ok := e.(runner.CellEnd)
			if !ok {
				return
			}
			want := fmt.Sprintf("display_data:x|stdout:%d\n", end.Index)
			if saved[end.Index] != want {
				t.Errorf("when cell %d ended, %q of it was saved", end.Index, saved[end.Index])
			}
			if end.Index == 38 && saved[7] != "display_data:y|stdout:7\n" {
				t.Errorf("a cell that was updated is saved as %q", saved[7])
			}
		},
	})
	if err != nil || saves > 30 || saves < 2 || saved[39] != "display_data:x|stdout:39\n" {
		t.Errorf("%d saves of 40 cells, the last with %q; error %v", saves, saved[39], err)
	}
}

func TestSaveFails(t *testing.T) {
	nb := book(t, "print a", "print b")
	full := errors.New("no space left on device")
	n := 0
	report, err := run(t, nb, runner.Options{Save: func() error {
		if n++; n > 1 {
			return full
		}
		return nil
	}})
	var save *runner.SaveError
	if !errors.As(err, &save) || !errors.Is(err, full) || report.Cells[1].Status != runner.NotRun {
		t.Errorf("error %v", err)
	}
}
