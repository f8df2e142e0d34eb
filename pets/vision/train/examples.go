package train

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
)

// examples are the items that a learner trains and validates on: the split's, without broken ones.
type examples struct {
	split        *dataset.Split
	train, valid []dataset.Item
	checked      bool
	skipped      []images.Bad
	note         string // what the engine cannot do, for the first call
	store        *store // of all images, where the engine transforms them
}

func newExamples(s *dataset.Split, c Config, classes int) (*examples, error) {
	for set, items := range map[string][]dataset.Item{"training": s.Train, "validation": s.Valid} {
		for _, it := range items {
			if it.Label < 0 || it.Label >= classes {
				return nil, fmt.Errorf("learner: %s image %s has label %d, outside the %d classes",
					set, it.Path, it.Label, classes)
			}
		}
	}
	e := &examples{split: s, train: s.Train, valid: s.Valid}
	return e, e.enough(c)
}

func (e *examples) enough(c Config) error {
	if n := len(e.train); n < 2 {
		return fmt.Errorf(
			"learner: %d training images cannot train anything: give more images or a smaller "+
				"fraction for validation", n)
	} else if n < c.Batch {
		return fmt.Errorf("learner: %w", &spec.OptionError{Option: "Batch",
			Got: fmt.Sprint(c.Batch), Want: fmt.Sprintf("at most %d, the number of training images",
				n)})
	}
	return nil
}

// check opens every image before the first long call, so that broken ones are reported at once.
// With a cache no time is lost: the decoded images stay.
func (e *examples) check(ctx context.Context, l *loader, ev Events) error {
	if e.checked {
		return nil
	}
	if e.note != "" {
		ev.note("%s", e.note)
	}
	items := append(append([]dataset.Item{}, e.split.Train...), e.split.Valid...)
	var use func(string, *images.RGB) error
	if e.store != nil {
		e.store.open(len(items))
		use = e.store.add
	}
	bad, err := l.openAll(ctx, items, use, ev)
	if err != nil {
		return err
	}
	if len(bad) > 0 && !l.cfg.Skip {
		lines := make([]string, len(bad))
		for i, b := range bad {
			lines[i] = filepath.Base(b.Path) + ": " + b.Reason
		}
		return &spec.OptionError{Option: "Skip",
			Got: fmt.Sprintf("%d of %d images cannot be read (%s)", len(bad), len(items),
				some(lines, 5)),
			Hint: "repair or remove them, or leave them out with {}"}
	}
	if l.cache != nil && l.cache.WriteError() != nil {
		ev.note("decoded images stay in memory: %v: free the disk", l.cache.WriteError())
	}
	broken := map[string]bool{}
	for _, b := range bad {
		broken[b.Path] = true
		ev.note("skipped %s: %s", b.Path, b.Reason)
	}
	e.train, e.valid, e.skipped = without(e.split.Train, broken), without(e.split.Valid, broken),
		bad
	if err := e.enough(l.cfg); err != nil {
		return err
	}
	if e.store != nil {
		if err := e.store.upload(ev); err != nil {
			return err
		}
	}
	e.checked = true
	return nil
}

func without(items []dataset.Item, broken map[string]bool) []dataset.Item {
	if len(broken) == 0 {
		return items
	}
	var kept []dataset.Item
	for _, it := range items {
		if !broken[it.Path] {
			kept = append(kept, it)
		}
	}
	return kept
}

func some(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:n], ", "), len(list)-n)
}
