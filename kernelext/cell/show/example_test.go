package show_test

import (
	"errors"
	"image"

	"gopets/kernelext/cell/show"
)

type table struct{ rows int }

func (t *table) HTML() string { return "<table></table>" }

// Outside of the kernel a value's plain text is printed.
func Example() {
	show.Values(6 * 7)
	show.Values("text", nil)
	show.Values(0, errors.New("no number"))
	show.Values(&table{3})
	show.Values((*table)(nil))
	show.Results(nil)
	show.Results(7, nil)
	show.Values(image.NewGray(image.Rect(0, 0, 4, 2)))
	// Output:
	// 42
	// text
	// 0 no number
	// &{rows:3}
	// <nil>
	// 7
	// *image.Gray, (4,2)
}
