// Package terminal returns what a reader sees of text written for a terminal: progress bars in
// their last state, no colours, no control characters.
//
// Tried and dropped: keeping what follows a line's last carriage return, as nbval does: the end of
// a longer text stays visible; a screen of fixed size: it loses what scrolls out.
package terminal

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxColumn bounds cursor movements, so that a few bytes cannot make kilobytes of blanks.
const maxColumn = 256

// Text returns what a terminal shows of s in the end. Carriage returns, backspaces and CSI A, B, C,
// D, G, K are interpreted; other sequences, control characters and invalid UTF-8 are dropped.
func Text(s string) string {
	if clean(s) {
		return s
	}
	p := page{rows: []string{""}}
	for len(s) > 0 {
		if s[0] == 0x1b {
			q, rest := CutSequence(s)
			p.obey(q)
			s = rest
			continue
		}
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == '\n':
			p.move(p.row + 1)
			p.col = 0
		case r == '\r':
			p.col = 0
		case r == '\b':
			p.col = max(0, p.col-1)
		case r == utf8.RuneError && n == 1, control(r):
		default:
			p.write(r)
		}
		s = s[n:]
	}
	return p.String()
}

func clean(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return r != '\n' &&
			control(r)
	}) < 0
}

func control(r rune) bool { return r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 }

type page struct {
	rows     []string
	line     []rune // rows[row], when open
	open     bool
	row, col int
}

func (p *page) current() []rune {
	if !p.open {
		p.line, p.open = append(p.line[:0], []rune(p.rows[p.row])...), true
	}
	return p.line
}

func (p *page) write(r rune) {
	line := p.current()
	for len(line) < p.col {
		line = append(line, ' ')
	}
	if p.col < len(line) {
		line[p.col] = r
	} else {
		line = append(line, r)
	}
	p.line = line
	p.col++
}

func (p *page) move(row int) {
	if p.open {
		p.rows[p.row], p.open = string(p.line), false
	}
	p.row = min(max(row, 0), len(p.rows))
	if p.row == len(p.rows) {
		p.rows = append(p.rows, "")
	}
}

func (p *page) String() string {
	p.move(p.row)
	return strings.Join(p.rows, "\n")
}

func (p *page) obey(q Sequence) {
	number := q.number()
	n := max(1, number)
	switch q.Final {
	case 'A':
		p.move(p.row - n)
	case 'B':
		p.move(min(p.row+n, len(p.rows)-1))
	case 'C':
		p.col = min(p.col+n, max(p.col, maxColumn))
	case 'D':
		p.col = max(0, p.col-n)
	case 'G':
		p.col = min(n-1, maxColumn)
	case 'K':
		line := p.current()
		switch number {
		case 0:
			p.line = line[:min(p.col, len(line))]
		case 1:
			for i := range min(p.col+1, len(line)) {
				line[i] = ' '
			}
		case 2:
			p.line = line[:0]
		}
	}
}

// A Sequence holds a CSI sequence's parameters and final byte; it is empty for others.
type Sequence struct {
	Params string
	Final  byte
}

func (q Sequence) number() int {
	first, _, _ := strings.Cut(q.Params, ";")
	n, _ := strconv.Atoi(first) // 0 where there is none
	return min(n, 1<<20)
}

// CutSequence cuts a leading sequence off s, which begins with ESC: CSI, OSC with its text, or ESC
// with one character. A broken one ends where it breaks; a private one is empty.
func CutSequence(s string) (q Sequence, rest string) {
	if len(s) < 2 {
		return q, ""
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			switch c := s[i]; {
			case c >= 0x40 && c <= 0x7e:
				if i > 2 && s[2] >= 0x3c { // < = > ?
					return q, s[i+1:]
				}
				return Sequence{s[2:i], c}, s[i+1:]
			case c < 0x20 || c > 0x3f:
				return q, s[i:]
			}
		}
		return q, ""
	case ']':
		end := strings.IndexAny(s[2:], "\x07\x1b\n")
		if end < 0 {
			return q, ""
		}
		rest = s[2+end:]
		if t, ok := strings.CutPrefix(rest, "\x07"); ok {
			return q, t
		}
		return q, strings.TrimPrefix(rest, "\x1b\\")
	}
	end := 1
	for end < len(s) && s[end] >= 0x20 && s[end] <= 0x2f {
		end++
	}
	if end < len(s) && s[end] >= 0x30 && s[end] < 0x7f {
		end++
	}
	return q, s[end:]
}
