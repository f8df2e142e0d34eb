package main

import (
	"slices"
	"strings"
	"testing"
)

func TestHTMLText(t *testing.T) {
	for in, want := range map[string]string{
		"<table><tr><th>epoch</th><th>loss</th></tr><tr><td>1</td><td>0.5</td></tr></table>": "epoch  loss\n1      0.5",
		"<p>a  b\n c</p><div>d<br>e</div>":                                                   "a b c\nd\ne",
		`<img src="data:x" alt="a batch">`:                                                   "[image: a batch]",
		`<img src="data:x">`:                                                                 "[image]",
		"<style>p{}</style><script>x</script>&lt;ok>":                                        "<ok>",
		`<progress value="3" max="4"></progress> 3/4`:                                        "███████████████░░░░░ 75 % 3/4",
		`<progress value="NaN" max="0"></progress>`:                                          "░░░░░░░░░░░░░░░░░░░░ 0 %",
		`<progress></progress> loading`:                                                      "… loading",
		"a\x1b[31mb":                                                                         "ab",
		"":                                                                                   "",
	} {
		if got := htmlText(in); got != want {
			t.Errorf("%q: got %q, wanted %q", in, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	if got := lastLine("a\nb 1%\rb 2%\n\n"); got != "b 2%" {
		t.Errorf("got %q", got)
	}
	if got := plain("\x1b]0;title\x07a\x1b[2Jb\x00\tc\n"); got != "ab\tc\n" {
		t.Errorf("got %q", got)
	}
	if got := clip("äöü", 2); got != "ä…" {
		t.Errorf("got %q", got)
	}
}

func TestSplitFlags(t *testing.T) {
	got := splitFlags(`  -v '-ldflags=-s -w' "-tags=a b" -x`)
	if want := []string{"-v", "-ldflags=-s -w", "-tags=a b", "-x"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestGoFlagsKeepTheUsers(t *testing.T) {
	t.Setenv("GOFLAGS", "-mod=mod -tags=x '-ldflags=-X a=b'")
	if got := goFlags(t.Context()); got != "-tags=x '-ldflags=-s -w'" {
		t.Errorf("got %q", got)
	}
}

func FuzzHTMLText(f *testing.F) {
	f.Add("<table><tr><td>a</td></tr></table><img alt='x'>")
	f.Fuzz(func(t *testing.T, s string) {
		if got := htmlText(s); strings.ContainsAny(got, "\x1b\x00\r\x7f") {
			t.Errorf("control characters in %q", got)
		}
	})
}
