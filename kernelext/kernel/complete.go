package kernel

import (
	"errors"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// isComplete tells whether a cell's text is a whole: "complete", "incomplete" when more may make it
// one, or "invalid".
func isComplete(code string) object {
	s := readSource(code)
	if s.foreign || strings.TrimSpace(code) == "" {
		return object{"status": "complete"}
	}
	if _, unknown := s.unknownMagic(); unknown {
		return object{"status": "invalid"}
	}
	if len(s.lines) > 0 && s.special[len(s.lines)-1] && strings.HasSuffix(s.lines[len(s.lines)-1], `\`) {
		return object{"status": "incomplete", "indent": ""}
	}
	parts := []string{s.golang(0, len(s.lines))}
	if s.main >= 0 {
		parts = []string{s.golang(0, s.main), s.golang(s.main+1, len(s.lines))}
	}
	status := "complete"
	for i, part := range parts {
		err := parseMixed(part)
		if err == nil && !unterminated(part) {
			continue
		}
		// Only the last part may still grow.
		if i < len(parts)-1 || !endsEarly(part, err) {
			return object{"status": "invalid"}
		}
		status = "incomplete"
	}
	if status == "incomplete" {
		last := s.lines[len(s.lines)-1]
		indent := last[:len(last)-len(strings.TrimLeft(last, " \t"))]
		if t := strings.TrimRight(last, " \t"); closers(t) != "" || strings.HasSuffix(t, ":") {
			indent += "\t"
		}
		return object{"status": status, "indent": indent}
	}
	return object{"status": status}
}

// parseMixed parses declarations and statements that stand in any order.
func parseMixed(text string) error {
	var decls, body []string
	for _, c := range chunks(text) {
		if c.decl {
			decls = append(decls, text[c.from:c.to])
		} else {
			body = append(body, text[c.from:c.to])
		}
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+strings.Join(decls, "\n"), parser.SkipObjectResolution); err != nil {
		return err
	}
	_, _, err := parseBody(strings.Join(body, "\n"))
	return err
}

// unterminated tells whether text ends within a raw string or a comment.
func unterminated(text string) bool {
	var s scanner.Scanner
	open := false
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text), func(_ token.Position, msg string) {
		open = open || strings.Contains(msg, "raw string literal not terminated") || strings.Contains(msg, "comment not terminated")
	}, 0)
	for {
		if _, tok, _ := s.Scan(); tok == token.EOF {
			return open
		}
	}
}

// endsEarly tells whether text that err is about lacks its end: an open bracket, string or comment,
// or an operator that wants an operand.
func endsEarly(text string, err error) bool {
	if unterminated(text) {
		return true
	}
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text), func(token.Position, string) {}, 0)
	depth := 0
	last := token.SEMICOLON
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if depth--; depth < 0 {
				return false
			}
		}
		if tok != token.SEMICOLON || lit != "\n" {
			last = tok
		}
	}
	var list scanner.ErrorList
	if depth > 0 && errors.As(err, &list) {
		// An error well before the end is not mended by more text.
		return strings.Contains(list[0].Msg, "EOF") || strings.Contains(list[0].Msg, "found '}'") || strings.Contains(list[0].Msg, "expected")
	}
	switch last {
	case token.RPAREN, token.RBRACK, token.RBRACE, token.SEMICOLON, token.INC, token.DEC:
		return false
	}
	return depth == 0 && (last.IsOperator() || last == token.ELSE)
}
