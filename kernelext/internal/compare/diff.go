package compare

import (
	"bytes"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// maxColumns bounds a line of Unified: a plot's data can be one line of megabytes.
const maxColumns = 300

// Unified returns the difference in unified form with long lines cut, "" for images and data.
func (d Difference) Unified() string {
	if d.Want == d.Got {
		return ""
	}
	want, got := strings.Split(d.Want, "\n"), strings.Split(d.Got, "\n")
	cutLong(want, got)
	text := diff.Diff("saved", join(want), "now", join(got))
	_, text, _ = bytes.Cut(text, []byte("\n")) // a heading
	return string(text)
}

func join(lines []string) []byte {
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

func cutLong(want, got []string) {
	cut := func(lines, others []string, i int) string {
		if len(lines[i]) <= maxColumns {
			return lines[i]
		}
		other := ""
		if i < len(others) {
			other = others[i]
		}
		return excerpt(lines[i], other)
	}
	cutWant := make([]string, len(want))
	for i := range want {
		cutWant[i] = cut(want, got, i)
	}
	for i := range got {
		got[i] = cut(got, want, i)
	}
	copy(want, cutWant)
}
