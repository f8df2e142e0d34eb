package render_test

import (
	"strings"
	"testing"
)

// Links to the second of two headings of one name, and to an anchor with a space.
func TestLinksToRepeatedNames(t *testing.T) {
	got := body(page(t, book(text("[a](#data) [b](#data-1) [c](#data-2) [d](#sec%20two)\n\n"+
		"# Data\n\n# Data\n\n# Data\n\n<a name=\"sec two\"></a>"))))
	for _, want := range []string{`href="#h-data" rel="noreferrer">a<`,
		`href="#h-data-1" rel="noreferrer">b<`, `href="#h-data-2" rel="noreferrer">c<`,
		`href="#u-sec-two" rel="noreferrer">d<`, `id="h-data-2"`, `id="u-sec-two"`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}
