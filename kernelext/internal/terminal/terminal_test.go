package terminal_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"gopets/kernelext/internal/terminal"
)

func ExampleText() {
	fmt.Println(terminal.Text("\x1b[32mepoch 1\x1b[0m\n 10 %\r 55 %\r100 %\n"))
	// Output:
	// epoch 1
	// 100 %
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "",
		"a\tb\nc\n":                         "a\tb\nc\n",
		"abcdef\rxy":                        "xycdef",
		"a\r\nb\r\n":                        "a\nb\n",
		"a\r\r\nb":                          "a\nb",
		"12\b\b34":                          "34",
		"\b\bx":                             "x",
		"long line\r\x1b[Kab":               "ab",
		"long line\x1b[2K\rab":              "ab",
		"abc\x1b[1Kd":                       "   d",
		"abc\r\x1b[1Kd":                     "dbc",
		"outer 0\ninner 9\x1b[A\router 1\n": "outer 1\ninner 9",
		"1\n2\n\x1b[2A\x1b[2Kone\n\n3":      "one\n2\n3",
		"ab\x1b[3Gc":                        "abc",
		"abc\x1b[1Gx\x1b[1Cy":               "xby",
		"a\x1b[Bb":                          "ab",
		"\x1b[99Aa":                         "a",
		"\x1b[1;31mred\x1b[0m":              "red",
		"\x1b[?25lhidden\x1b[?25h":          "hidden",
		"\x1b]0;title\x07x":                 "x",
		"\x1b]8;;http://x\x1b\\link":        "link",
		"\x1b(Bx\x1b":                       "x",
		"\x1b[12\x01x":                      "x",
		"\x1b[":                             "",
		"a\x00b\x7fc\u009bd\xffe":           "abcde",
		"é\rè":                              "è",
	} {
		if got := terminal.Text(in); got != want {
			t.Errorf("Text(%q) = %q, wanted %q", in, got, want)
		}
	}
	if n := len(terminal.Text("\x1b[99999999Cx")); n > 1000 {
		t.Errorf("a movement to the right makes %d bytes", n)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"a\rb", "\x1b[2K\x1b[A\x1b[31mx", "\x1b]0;t\x07", "\x1b[9C\b\b",
		"\xff\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := terminal.Text(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\r\b\x1b\x00") {
			t.Errorf("Text(%q) = %q", s, got)
		}
		if again := terminal.Text(got); again != got {
			t.Errorf("Text(%q) = %q, and of that %q", s, got, again)
		}
	})
}
