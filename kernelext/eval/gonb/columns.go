package gonb

import (
	"go/scanner"
	"go/token"
	"strings"
)

// A fault is a compiler's message about a position, with the line that it compiled.
type fault struct {
	message, line string
	column        int // in bytes, from 1
}

// column returns the column of a fault in the cell's line, from 1, or 0. It looks for the same
// token there, as the kernel has changed the line.
func (b *build) column(message, source string) int {
	for i, f := range b.faults {
		if hideNames(f.message) != message {
			continue
		}
		b.faults[i].message = "" // the next one is another's
		want, nth := "", 0
		offsets := tokens(f.line)
		for _, t := range offsets {
			if t.offset == f.column-1 {
				want = t.text
			}
		}
		for _, t := range offsets {
			if t.text == want && t.offset < f.column-1 {
				nth++
			}
		}
		for _, t := range tokens(source) {
			if want == "" || t.text != want {
				continue
			}
			if nth--; nth < 0 {
				return t.offset + 1
			}
		}
		return 0
	}
	return 0
}

type lexeme struct {
	text   string
	offset int
}

func tokens(line string) (found []lexeme) {
	file := token.NewFileSet().AddFile("", -1, len(line))
	var s scanner.Scanner
	s.Init(file, []byte(line), func(token.Position, string) {}, 0)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return found
		}
		if lit == "" {
			lit = tok.String()
		}
		found = append(found, lexeme{lit, file.Offset(pos)})
	}
}

func (b *build) noteFault(line, column int, message string) {
	text := b.program.result()
	if !b.bare {
		text = linked(text, b.overlay.module)
	}
	lines := strings.Split(text, "\n")
	if line >= 1 && line <= len(lines) {
		b.faults = append(b.faults, fault{message, lines[line-1], column})
	}
}
