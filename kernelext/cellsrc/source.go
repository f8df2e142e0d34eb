package cellsrc

import (
	"regexp"
	"slices"
	"strings"
)

type Kind byte

const (
	Go      Kind = iota
	Command      // of a % command
	Shell        // of a ! command
)

// A Source is a parsed cell.
type Source struct {
	Code     string
	Lines    []string
	Kinds    []Kind      // by line
	Within   []bool      // by line: it starts within a raw string or a comment
	Commands []CommandAt // in order
	Shells   []ShellAt   // in order
	Main     int         // the line with %% or %main, -1 without
	// the command of another language, such as %%bash; "" for Go
	Foreign string
	Own     bool // it runs something else than main: %exec, %test, %wasm
}

// A CommandAt is a % command: its name without the first character, its arguments, its first and
// last line.
type CommandAt struct {
	Name, Args string
	Line, Last int
}

// A ShellAt is a ! command, its lines joined. InModule is for !*, which runs where cells are
// compiled.
type ShellAt struct {
	Text       string
	InModule   bool
	Line, Last int
}

// Foreign are the commands that make a cell something other than Go.
var Foreign = []string{"%%writefile", "%%script", "%%bash", "%%sh", "%%gx"}

// Prefix may stand before a command, to hide it from other Go tools.
const Prefix = "//gonb:"

// Parse accepts any text; [Source.Mistakes] returns its errors. CRLF and a byte order mark are
// dropped.
func Parse(code string) *Source {
	code = strings.ReplaceAll(strings.TrimPrefix(code, "\ufeff"), "\r\n", "\n")
	// Blank lines may precede the command.
	if text := strings.TrimLeft(code, " \t\n"); isForeign(text) {
		code = text
	}
	s := &Source{Code: code, Lines: strings.Split(code, "\n"), Main: -1}
	s.Kinds, s.Within = make([]Kind, len(s.Lines)), make([]bool, len(s.Lines))
	if isForeign(code) {
		s.Foreign = strings.Fields(strings.TrimPrefix(s.Lines[0], Prefix))[0]
		return s
	}
	in := outside
	for i := 0; i < len(s.Lines); i++ {
		s.Within[i] = in != outside
		if s.Within[i] || !IsCommand(s.Lines[i]) {
			in = in.after(s.Lines[i])
			continue
		}
		line := strings.TrimPrefix(s.Lines[i], Prefix)
		start, kind, text := i, Command, line[1:]
		if line[0] == '!' {
			kind = Shell
		}
		s.Kinds[i] = kind
		for strings.HasSuffix(text, `\`) && i+1 < len(s.Lines) {
			i++
			s.Kinds[i] = kind
			text = strings.TrimSuffix(text, `\`) + " " + strings.TrimPrefix(s.Lines[i], Prefix)
		}
		if text = strings.TrimLeft(text, " \t"); text != "" {
			s.note(kind, text, start, i)
		}
	}
	return s
}

func isForeign(text string) bool {
	line, _, _ := strings.Cut(text, "\n")
	words := strings.Fields(strings.TrimPrefix(line, Prefix))
	return strings.HasPrefix(strings.TrimPrefix(line, Prefix), "%%") && len(words) > 0 &&
		slices.Contains(Foreign, words[0])
}

func (s *Source) note(kind Kind, text string, first, last int) {
	if kind == Shell {
		command, inModule := strings.CutPrefix(text, "*")
		s.Shells = append(s.Shells, ShellAt{strings.TrimSpace(command), inModule, first, last})
		return
	}
	name, args := text, ""
	if end := strings.IndexAny(text, " \t"); end >= 0 {
		name, args = text[:end], strings.TrimLeft(text[end:], " \t")
	}
	s.Commands = append(s.Commands, CommandAt{name, args, first, last})
	switch name {
	case "%", "main":
		s.Main = first
	case "exec", "test", "wasm":
		s.Own = true
	}
}

// IsCommand reports whether a line that is not within a raw string or a comment is a command.
func IsCommand(line string) bool {
	line = strings.TrimPrefix(line, Prefix)
	return len(line) > 1 && (line[0] == '%' || line[0] == '!')
}

func (s *Source) Find(name string) (CommandAt, bool) {
	i := slices.IndexFunc(s.Commands, func(c CommandAt) bool { return c.Name == name })
	if i < 0 {
		return CommandAt{}, false
	}
	return s.Commands[i], true
}

func (s *Source) Has(name string) bool {
	_, ok := s.Find(name)
	return ok
}

var packageClause = regexp.MustCompile(`^package[ \t]+\w+[ \t;]*(//.*)?$`)

// IsPackageClause reports whether a line is a package clause, which means nothing in a cell.
func IsPackageClause(line string) bool { return packageClause.MatchString(line) }

// Go returns the Go of the cell; commands and the package clause become empty lines.
func (s *Source) Go() string { return s.GoLines(0, len(s.Lines)) }

// GoLines returns [Source.Go] for lines from up to, not including, to.
func (s *Source) GoLines(from, to int) string {
	out := make([]string, 0, max(0, to-from))
	for i := from; i < to; i++ {
		line := s.Lines[i]
		if s.Kinds[i] != Go || !s.Within[i] && IsPackageClause(line) {
			line = ""
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}
