package cellsrc

import (
	"cmp"
	"errors"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// A Mistake is in a line and column that count from 1; column 0 is unknown.
type Mistake struct {
	Line, Column int
	Text         string
}

// Mistakes returns the syntax errors of a cell, in order, one for each line.
func (s *Source) Mistakes() []Mistake {
	if s.Foreign != "" {
		return nil
	}
	whole := s.Go()
	var found []Mistake
	if at, closer := unopened(whole); at >= 0 {
		line := whole[:at]
		return []Mistake{{1 + strings.Count(line, "\n"),
			at - strings.LastIndexByte(line, '\n'), fmt.Sprintf("unexpected '%s'", closer)}}
	}
	switch {
	case s.Own:
		found = s.parse("package p; ", whole, "")
	case s.Main >= 0:
		lines := strings.Split(whole, "\n")
		lines[s.Main] = "func main() {"
		found = s.parse("package p; ", strings.Join(lines, "\n"), "\n}")
	default:
		all := Chunks(whole)
		only := func(wanted func(Chunk) bool) string {
			text := []byte(whole)
			for _, c := range all {
				if !wanted(c) {
					blank(text[c.From:c.To])
				}
			}
			return string(text)
		}
		found = append(found, s.parse("package p; ", only(func(c Chunk) bool { return c.Import }),
			"")...)
		found = append(found, s.parse("package p; ",
			only(func(c Chunk) bool { return c.Decl && !c.Import }), "")...)
		found = append(found, s.parse(bodyHead, only(func(c Chunk) bool { return !c.Decl }),
			"\n}")...)
	}
	slices.SortStableFunc(found, func(a, b Mistake) int {
		return cmp.Or(a.Line-b.Line,
			a.Column-b.Column)
	})
	// The parser repeats itself after a mistake.
	return slices.CompactFunc(found, func(a, b Mistake) bool {
		return a.Line == b.Line ||
			a.Text == b.Text
	})
}

func unopened(text string) (at int, closer string) {
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	for depth := 0; ; {
		pos, tok, _ := s.Scan()
		switch tok {
		case token.EOF:
			return -1, ""
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if depth--; depth < 0 {
				return file.Offset(pos), tok.String()
			}
		}
	}
}

func (s *Source) parse(head, text, tail string) []Mistake {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	_, err := parser.ParseFile(token.NewFileSet(), "", head+text+tail, parser.SkipObjectResolution)
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return nil
	}
	last := len(s.Lines)
	for last > 1 && strings.TrimSpace(s.Lines[last-1]) == "" {
		last--
	}
	var found []Mistake
	for _, e := range list {
		m := Mistake{e.Pos.Line, e.Pos.Column, e.Msg}
		if m.Line == 1 {
			m.Column -= len(head)
		}
		// the brace that was added
		if m.Line > len(s.Lines) || strings.HasSuffix(m.Text, "found 'EOF'") {
			if len(found) > 0 {
				continue // follows from an earlier one
			}
			m.Line, m.Column = last, len(s.Lines[last-1])+1
			before, _, _ := strings.Cut(m.Text, ", found ")
			m.Text = before + ", found the end of the cell"
		}
		found = append(found, m)
	}
	return found
}

// TwoMains returns the mistake of a cell that has func main and other statements than main().
func (s *Source) TwoMains() (Mistake, bool) {
	if s.Foreign != "" || s.Own || s.Main >= 0 {
		return Mistake{}, false
	}
	text := s.Go()
	all := Chunks(text)
	main := slices.IndexFunc(all, func(c Chunk) bool { return c.Main })
	if main < 0 || !slices.ContainsFunc(all, func(c Chunk) bool {
		return !c.Decl &&
			!callsMain(text[c.From:c.To])
	}) {
		return Mistake{}, false
	}
	return Mistake{Line: 1 + LineAt(text, all[main].From),
		Text: "func main beside statements outside of it: only one of them can be what the " +
			"cell does"}, true
}

func callsMain(statement string) bool {
	return strings.Join(strings.Fields(strings.TrimSuffix(strings.TrimSpace(statement), ";")),
		"") == "main()"
}

func blank(text []byte) {
	for i, c := range text {
		if c != '\n' {
			text[i] = ' '
		}
	}
}

// OnlyCallsMain reports whether a cell only calls a func main that it does not have.
func (s *Source) OnlyCallsMain() bool {
	text := s.Go()
	all := Chunks(text)
	return s.Foreign == "" && !s.Own && s.Main < 0 && len(all) == 1 && !all[0].Decl &&
		callsMain(text[all[0].From:all[0].To])
}
