package kernel

import (
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// lasting are the commands of GoNB that later cells feel.
var lasting = []string{"env", "cd", "goflags", "autoget", "noautoget", "reset", "rm", "remove", "track", "untrack", "goworkfix", "widgets"}

// passingCommands only tell something.
var passingCommands = regexp.MustCompile(`^\*\s*go\s+(doc|list|version|vet|help|test)\b`)

// Declarations returns the part of a cell that outlives it: what it declares, the commands that set
// something for later cells, and the shell commands in the cells' own module (!*go get …). A kernel
// that is given the declarations of some cells knows what it would know had it run them; what they
// did is not done. It is "" for a cell that leaves nothing.
func Declarations(code string) string {
	s := readSource(code)
	if s.foreign {
		return ""
	}
	var kept []string
	for i := 0; i < len(s.lines); i++ {
		if !s.special[i] {
			continue
		}
		keep := lasts(strings.TrimPrefix(s.lines[i], gonbComment))
		for {
			if keep {
				kept = append(kept, s.lines[i])
			}
			if !strings.HasSuffix(s.lines[i], `\`) || i+1 == len(s.lines) {
				break
			}
			i++
		}
	}
	end := len(s.lines)
	if s.main >= 0 {
		end = s.main
	}
	text := s.golang(0, end)
	for _, c := range chunks(text) {
		if c.decl && !passing(text[c.from:c.to]) {
			kept = append(kept, strings.TrimSpace(text[c.from:c.to]))
		}
	}
	return strings.Join(kept, "\n")
}

// lasts reports whether a special line sets something for later cells.
func lasts(line string) bool {
	command := strings.TrimLeft(line[1:], " \t")
	if line[0] == '!' {
		return strings.HasPrefix(command, "*") && !passingCommands.MatchString(command)
	}
	words := strings.Fields(command)
	return len(words) > 0 && slices.Contains(lasting, words[0])
}

// passing tells the declarations that GoNB does not remember: the function main, and the name of
// the package.
func passing(decl string) bool {
	fset := token.NewFileSet()
	var s scanner.Scanner
	s.Init(fset.AddFile("", -1, len(decl)), []byte(decl), func(token.Position, string) {}, 0)
	_, first, _ := s.Scan()
	_, _, name := s.Scan()
	return first == token.PACKAGE || first == token.FUNC && name == "main"
}
