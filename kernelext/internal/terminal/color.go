package terminal

import (
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// Plain removes control sequences and characters except line breaks and tabs, so that text from a
// notebook cannot control the terminal.
func Plain(s string) string {
	if clean(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		if s[0] == 0x1b {
			_, s = CutSequence(s)
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		if r == '\n' || !control(r) && !(r == utf8.RuneError && n == 1) {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}

// CanRedraw reports whether f is a terminal on which a line can be redrawn.
func CanRedraw(f *os.File) bool {
	t := os.Getenv("TERM")
	return term.IsTerminal(int(f.Fd())) && t != "" && t != "dumb"
}

// Width returns the number of columns of a terminal, 80 if unknown.
func Width(f *os.File) int {
	if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 20 {
		return w
	}
	return 80
}

const EraseLine = "\r\x1b[2K"

type Color string

const (
	Red   Color = "31"
	Green Color = "32"
	Cyan  Color = "36"
	Bold  Color = "1"
	Faint Color = "2"
)

type Paint bool

// NewPaint decides by a flag's value: auto colours in a terminal unless NO_COLOR is set.
func NewPaint(choice string, f *os.File) (Paint, error) {
	switch choice {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		return Paint(CanRedraw(f) && os.Getenv("NO_COLOR") == ""), nil
	}
	return false, fmt.Errorf("--color %s: want auto, always or never", choice)
}

func (p Paint) In(c Color, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + string(c) + "m" + s + "\x1b[0m"
}
