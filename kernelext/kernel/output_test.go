package kernel

import (
	"fmt"
	"strings"
	"testing"
)

// A cell that prints for ever does not fill a front end: text after 64 MB is counted and left out.
func TestOutputLimit(t *testing.T) {
	var kept int
	var notes strings.Builder
	o := &output{publish: func(kind string, content any) {
		c, ok := content.(streamContent)
		switch {
		case kind != "stream" || !ok:
			t.Errorf("published %s %v", kind, content)
		case c.Name == "stderr":
			notes.WriteString(c.Text)
		case !strings.HasPrefix(c.Text, "é"):
			t.Errorf("a character is cut: %q", c.Text[:4])
		default:
			kept += len(c.Text)
		}
	}}
	piece := strings.Repeat("é", 1<<20) + "é"
	const times = 40
	for range times {
		o.Stream("stdout", piece)
	}
	o.finish()
	if kept > maxText || kept < maxText-3 {
		t.Errorf("%d bytes were published, the limit is %d", kept, maxText)
	}
	want := fmt.Sprintf("\n[more than 64 MB: what the cell prints from here on is left out]\n"+
		"[%d bytes were left out]\n", times*len(piece)-kept)
	if notes.String() != want {
		t.Errorf("the notes are %q, want %q", notes.String(), want)
	}
}
