package kernel

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

// mistake is what is wrong with a line of a cell, which counts from 1.
type mistake struct {
	line int
	text string
}

// mistakes finds what no Go parser can read, put together as GoNB does it.
func (s *source) mistakes() []mistake {
	if s.foreign {
		return nil
	}
	n := len(s.lines)
	whole := s.golang(0, n)
	var found []mistake
	switch {
	case s.own:
		found = s.parse("package p; ", whole, "")
	case s.main >= 0:
		lines := strings.Split(whole, "\n")
		lines[s.main] = "func main() {"
		found = s.parse("package p; ", strings.Join(lines, "\n"), "\n}")
	default:
		all := chunks(whole)
		only := func(wanted func(chunk) bool) string {
			text := []byte(whole)
			for _, c := range all {
				if !wanted(c) {
					blank(text[c.from:c.to])
				}
			}
			return string(text)
		}
		found = append(found, s.parse("package p; ", only(func(c chunk) bool { return c.imports }), "")...)
		found = append(found, s.parse("package p; ", only(func(c chunk) bool { return c.decl && !c.imports }), "")...)
		found = append(found, s.parse(bodyHead, only(func(c chunk) bool { return !c.decl }), "\n}")...)
	}
	slices.SortStableFunc(found, func(a, b mistake) int { return cmp.Compare(a.line, b.line) })
	return found
}

// twoMains finds a func main beside statements, of which GoNB would quietly drop one.
func (s *source) twoMains() []mistake {
	if s.foreign || s.own || s.main >= 0 {
		return nil
	}
	text := s.golang(0, len(s.lines))
	all := chunks(text)
	main := slices.IndexFunc(all, func(c chunk) bool { return c.main })
	if main < 0 || !slices.ContainsFunc(all, func(c chunk) bool { return !c.decl }) {
		return nil
	}
	return []mistake{{lineAt(text, all[main].from), "there is a func main, and there are statements outside of it: only one of them can be what the cell does"}}
}

// parse reads a part of the cell, on its own lines; what is put before it has no line of its own.
func (s *source) parse(head, text, tail string) []mistake {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	_, err := parser.ParseFile(token.NewFileSet(), "", head+text+tail, parser.SkipObjectResolution)
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return nil
	}
	last := len(s.lines)
	for last > 1 && strings.TrimSpace(s.lines[last-1]) == "" {
		last--
	}
	var found []mistake
	for _, e := range list {
		m := mistake{e.Pos.Line, e.Msg}
		// the brace that was added, or nothing at all
		if m.line > len(s.lines) || strings.HasSuffix(m.text, "found 'EOF'") {
			m.line = last
			before, _, _ := strings.Cut(m.text, ", found ")
			m.text = before + ", found the end of the cell"
		}
		found = append(found, m)
	}
	return found
}

// blank empties text and keeps its lines.
func blank(text []byte) {
	for i, c := range text {
		if c != '\n' {
			text[i] = ' '
		}
	}
}

// lineAt gives the line, from 1, of the first thing behind a place.
func lineAt(text string, at int) int {
	for at < len(text) && strings.IndexByte(" \t\n", text[at]) >= 0 {
		at++
	}
	return 1 + strings.Count(text[:at], "\n")
}

// clash finds a method that would take the place of another: GoNB's name for a method of a generic
// type, if its receiver is no pointer, does not say which type that is.
func (m memory) clash(text string) string {
	before := newMemory()
	for _, c := range chunks(text) {
		fresh := newMemoryOf(text[c.from:c.to])
		for name, d := range fresh.decls {
			if !strings.HasPrefix(name, unknownType) {
				continue
			}
			for _, old := range []memory{m, before} {
				if was, ok := old.decls[name]; ok && receiver(was) != receiver(d) {
					return fmt.Sprintf("GoNB can keep one method %s of generic types whose receiver is no pointer, and it has %s's: give (%s) a pointer", strings.TrimPrefix(name, unknownType), receiver(was), receiver(d))
				}
			}
		}
		before.add(text[c.from:c.to])
	}
	return ""
}

// receiver gives the type of a method's receiver.
func receiver(decl string) string {
	_, rest, _ := strings.Cut(decl, "(")
	inner, _, _ := strings.Cut(rest, ")")
	if f := strings.Fields(inner); len(f) > 0 {
		name, _, _ := strings.Cut(strings.Join(f[len(f)-1:], " "), "[")
		return name
	}
	return ""
}
