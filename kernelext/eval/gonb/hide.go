package gonb

import (
	"go/scanner"
	"go/token"
	"strings"

	"gopets/kernelext/cellsrc"
)

// GoNB takes every line that begins with % or ! for a command and drops lines that begin with
// "package", also within a raw string or comment.

// hide rewrites such lines; special are the real commands. A comment's line gets a leading blank, a
// raw string is cut in two.
func hide(lines []string, special []bool) []string {
	text := make([]string, len(lines))
	for i, line := range lines {
		if !special[i] {
			text[i] = line
		}
	}
	out := strings.Split(hideIn(strings.Join(text, "\n")), "\n")
	for i, line := range out {
		switch {
		case special[i]:
			out[i] = lines[i]
		case misread(line): // outside of a string
			out[i] = " " + line
		}
	}
	return out
}

func misread(line string) bool {
	return cellsrc.IsCommand(line) || strings.HasPrefix(line, "package") &&
		!cellsrc.IsPackageClause(line)
}

func hideIn(text string) string {
	if !strings.Contains(text, "`") && !strings.Contains(text, "/*") {
		return text
	}
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, scanner.ScanComments)
	var b strings.Builder
	done := 0
	for {
		pos, tok, _ := s.Scan()
		if tok == token.EOF {
			return b.String() + text[done:]
		}
		from := file.Offset(pos)
		to := from
		switch {
		case tok == token.STRING && text[from] == '`':
			to = closing(text, from, "`")
		case tok == token.COMMENT && strings.HasPrefix(text[from:], "/*"):
			to = closing(text, from+1, "*/")
		}
		if to == from {
			continue
		}
		cut := false
		lines := strings.Split(text[from:to], "\n")
		for i, line := range lines {
			switch {
			case i == 0:
			case tok == token.COMMENT && (cellsrc.IsCommand(line) ||
				strings.HasPrefix(line, "package")):
				lines[i] = " " + line
			case tok == token.STRING && (cellsrc.IsCommand(line) ||
				strings.HasPrefix(line, "package")):
				lines[i], cut = "`+`"+line, true
			}
		}
		part := strings.Join(lines, "\n")
		if cut {
			part = "(" + part + ")" // an index may follow
		}
		b.WriteString(text[done:from] + part)
		done = to
	}
}

// closing returns the offset after the mark that closes what opens at from, or the text's end.
func closing(text string, from int, mark string) int {
	i := strings.Index(text[from+1:], mark)
	if i < 0 {
		return len(text)
	}
	return from + 1 + i + len(mark)
}
