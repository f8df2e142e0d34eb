package cellsrc

import (
	"errors"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// Completeness is whether a cell can be run as it is, in Jupyter's words.
type Completeness string

const (
	Complete   Completeness = "complete"
	Incomplete Completeness = "incomplete" // more lines may make it complete
	Invalid    Completeness = "invalid"
)

// IsComplete reports whether a text is a whole cell, and the indent of the next line if it is not.
func IsComplete(code string) (state Completeness, indent string) {
	s := Parse(code)
	if s.Foreign != "" || strings.TrimSpace(code) == "" {
		return Complete, ""
	}
	if _, unknown := s.Unknown(); unknown {
		return Invalid, ""
	}
	if n := len(s.Lines) - 1; s.Kinds[n] != Go && strings.HasSuffix(s.Lines[n], `\`) {
		return Incomplete, ""
	}
	parts := []string{s.Go()}
	if s.Main >= 0 {
		parts = []string{s.GoLines(0, s.Main), s.GoLines(s.Main+1, len(s.Lines))}
	}
	state = Complete
	for i, part := range parts {
		err := parseMixed(part)
		if err == nil && !unterminated(part) {
			continue
		}
		// Only the last part can be incomplete.
		if i < len(parts)-1 || !endsEarly(part, err) {
			return Invalid, ""
		}
		state = Incomplete
	}
	if state == Complete && endsWithLabel(parts[len(parts)-1]) {
		state = Incomplete
	}
	if state == Incomplete {
		last := s.Lines[len(s.Lines)-1]
		indent = last[:len(last)-len(strings.TrimLeft(last, " \t"))]
		if t := strings.TrimRight(last, " \t"); Closers(t) != "" || strings.HasSuffix(t, ":") {
			indent += "\t"
		}
	}
	return state, indent
}

// aboutCell are commands that apply to everything after them.
var aboutCell = []string{"%time", "args", "capture", "test", "wasm"}

// Ended reports whether a text typed line by line is a whole cell. Where more may follow (%%bash,
// the body of main), an empty line ends it.
func Ended(code string) bool {
	if state, _ := IsComplete(code); state == Incomplete {
		return false
	}
	s := Parse(code)
	if strings.TrimSpace(s.Lines[len(s.Lines)-1]) == "" {
		return true
	}
	if s.Foreign != "" || s.Main >= 0 || slices.ContainsFunc(s.Commands, func(c CommandAt) bool {
		return slices.Contains(aboutCell, c.Name)
	}) {
		return false
	}
	text := s.Go()
	return strings.TrimSpace(text) == "" || len(Chunks(text)) > 0
}

// Closers returns the brackets that close what a text leaves open.
func Closers(text string) string {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text),
		func(token.Position, string) {}, 0)
	open := ""
	for {
		_, tok, _ := s.Scan()
		switch tok {
		case token.EOF:
			return open
		case token.LPAREN:
			open = ")" + open
		case token.LBRACK:
			open = "]" + open
		case token.LBRACE:
			open = "}" + open
		case token.RPAREN, token.RBRACK, token.RBRACE:
			open = strings.TrimPrefix(open, tok.String())
		}
	}
}

func parseMixed(text string) error {
	var decls, body []string
	for _, c := range Chunks(text) {
		if c.Decl {
			decls = append(decls, text[c.From:c.To])
		} else {
			body = append(body, text[c.From:c.To])
		}
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+strings.Join(decls, "\n"),
		parser.SkipObjectResolution); err != nil {
		return err
	}
	_, err := ParseBody(strings.Join(body, "\n"))
	return err
}

func unterminated(text string) bool {
	var s scanner.Scanner
	open := false
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text),
		func(_ token.Position, msg string) {
			open = open || strings.Contains(msg, "raw string literal not terminated") ||
				strings.Contains(msg, "comment not terminated")
		}, 0)
	for {
		if _, tok, _ := s.Scan(); tok == token.EOF {
			return open
		}
	}
}

func endsWithLabel(text string) bool {
	if !strings.HasSuffix(strings.TrimRight(text, " \t\r\n"), ":") {
		return false
	}
	_, last := scan(text)
	return last == token.COLON
}

// scan returns how many brackets are left open, -1 after one too many, and the last token.
func scan(text string) (depth int, last token.Token) {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text),
		func(token.Position, string) {}, 0)
	last = token.SEMICOLON
	for {
		_, tok, lit := s.Scan()
		switch tok {
		case token.EOF:
			return depth, last
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if depth--; depth < 0 {
				return depth, last
			}
		}
		if tok != token.SEMICOLON || lit != "\n" {
			last = tok
		}
	}
}

// endsEarly reports whether text, with the error err, lacks its end: a bracket, a quote, an
// operand.
func endsEarly(text string, err error) bool {
	if unterminated(text) {
		return true
	}
	depth, last := scan(text)
	if depth < 0 {
		return false
	}
	var list scanner.ErrorList
	if depth > 0 && errors.As(err, &list) {
		// More text does not correct an error well before the end.
		return strings.Contains(list[0].Msg, "EOF") || strings.Contains(list[0].Msg, "found '}'") ||
			strings.Contains(list[0].Msg, "expected")
	}
	switch last {
	case token.RPAREN, token.RBRACK, token.RBRACE, token.SEMICOLON, token.INC, token.DEC:
		return false
	}
	return depth == 0 && (last.IsOperator() || last == token.ELSE)
}
