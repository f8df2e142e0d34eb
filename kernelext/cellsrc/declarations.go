package cellsrc

import (
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

var lasting = []string{"env", "cd", "goflags", "autoget", "noautoget", "reset", "rm", "remove",
	"track", "untrack", "goworkfix", "widgets"}

var passingCommands = regexp.MustCompile(`^\s*go\s+(doc|list|version|vet|help|test)\b`)

// Declarations returns the part of a cell that outlives it: declarations, lasting commands, and
// shell commands in the cells' module (!*go get …).
func Declarations(code string) string {
	s := Parse(code)
	if s.Foreign != "" {
		return ""
	}
	var kept []string
	keep := func(first, last int) {
		for i := first; i <= last; i++ {
			kept = append(kept, s.Lines[i])
		}
	}
	shells := s.Shells
	for _, c := range s.Commands {
		for len(shells) > 0 && shells[0].Line < c.Line {
			if shells[0].lasts() {
				keep(shells[0].Line, shells[0].Last)
			}
			shells = shells[1:]
		}
		if slices.Contains(lasting, c.Name) {
			keep(c.Line, c.Last)
		}
	}
	for _, sh := range shells {
		if sh.lasts() {
			keep(sh.Line, sh.Last)
		}
	}
	end := len(s.Lines)
	if s.Main >= 0 {
		end = s.Main
	}
	text := s.GoLines(0, end)
	for _, c := range Chunks(text) {
		if c.Decl && !passing(text[c.From:c.To]) {
			kept = append(kept, strings.TrimSpace(text[c.From:c.To]))
		}
	}
	return strings.Join(kept, "\n")
}

func (c ShellAt) lasts() bool { return c.InModule && !passingCommands.MatchString(c.Text) }

// passing reports whether no kernel keeps a declaration: main, or the package clause.
func passing(decl string) bool {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(decl)), []byte(decl),
		func(token.Position, string) {}, 0)
	_, first, _ := s.Scan()
	_, _, name := s.Scan()
	return first == token.PACKAGE || first == token.FUNC && name == "main"
}
