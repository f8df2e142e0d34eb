package kernel

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// A source is a cell's text, taken apart: what is GoNB's (lines with ! and %), what is declared,
// and what is to be done.
type source struct {
	lines   []string
	special []bool    // by line: belongs to a special command
	inside  []bool    // by line: starts within a raw string or a comment
	magics  []command // the % commands
	shells  []int     // lines on which a shell command starts
	main    int       // the line with %% or %main, -1 without
	foreign bool      // a cell that is not Go, as of %%bash
	own     bool      // runs something else than main: %exec, %test, %wasm
}

// command is a % command: its name without the first character, what follows it, and its first
// line.
type command struct {
	name, rest string
	line       int
}

// foreignCells are GoNB's commands that make a whole cell something else than Go.
var foreignCells = []string{"%%writefile", "%%script", "%%bash", "%%sh", "%%gx"}

const gonbComment = "//gonb:"

func readSource(code string) *source {
	s := &source{lines: strings.Split(code, "\n"), main: -1}
	s.special, s.inside = make([]bool, len(s.lines)), make([]bool, len(s.lines))
	first, _, _ := strings.Cut(strings.TrimPrefix(s.lines[0], gonbComment), " ")
	if slices.Contains(foreignCells, first) {
		s.foreign = true
		return s
	}
	in := outside
	for i := 0; i < len(s.lines); i++ {
		s.inside[i] = in != outside
		if s.inside[i] || !looksSpecial(s.lines[i]) {
			in = in.after(s.lines[i])
			continue
		}
		line := strings.TrimPrefix(s.lines[i], gonbComment)
		start, kind, text := i, line[0], line[1:]
		s.special[i] = true
		for strings.HasSuffix(text, `\`) && i+1 < len(s.lines) {
			i++
			s.special[i] = true
			text = strings.TrimSuffix(text, `\`) + " " + strings.TrimPrefix(s.lines[i], gonbComment)
		}
		text = strings.TrimLeft(text, " \t")
		if text == "" {
			continue
		}
		if kind == '!' {
			s.shells = append(s.shells, start)
			continue
		}
		name, rest := text, ""
		if end := strings.IndexAny(text, " \t"); end >= 0 {
			name, rest = text[:end], strings.TrimLeft(text[end:], " \t")
		}
		s.magics = append(s.magics, command{name, rest, start})
		switch name {
		case "%", "main":
			s.main = start
		case "exec", "test", "wasm":
			s.own = true
		}
	}
	return s
}

// unknownMagic returns the first % command that GoNB does not know.
func (s *source) unknownMagic() (command, bool) {
	return s.magic(func(name string) bool { return magicHelp(name) == "" })
}

// magic returns the first % command of those that are meant.
func (s *source) magic(meant func(name string) bool) (command, bool) {
	i := slices.IndexFunc(s.magics, func(m command) bool { return meant(m.name) })
	if i < 0 {
		return command{}, false
	}
	return s.magics[i], true
}

func (s *source) has(name string) bool {
	_, ok := s.magic(func(m string) bool { return m == name })
	return ok
}

// golang returns the lines from a line on with the special ones emptied, so that the numbers of
// lines stay. A package clause, which GoNB passes over, is emptied too.
func (s *source) golang(from, to int) string {
	out := make([]string, 0, to-from)
	for i := from; i < to; i++ {
		line := s.lines[i]
		if s.special[i] || !s.inside[i] && packageClause.MatchString(line) {
			line = ""
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// A chunk is a declaration or a statement at the top level of a cell: its bytes, from and to.
type chunk struct {
	from, to int
	decl     bool
	imports  bool // a declaration that has to come first
	main     bool // the declaration of func main
}

// chunks cuts Go text where a top-level declaration or statement ends. Comments belong to what
// follows them.
func chunks(text string) []chunk {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	var found []chunk
	// of the chunk that is being read; enough of its beginning to know a declaration
	var tokens []token.Token
	second := "" // the text of its second one
	depth, from := 0, 0
	end := func(to int) {
		if len(tokens) > 0 {
			decl := declares(tokens)
			found = append(found, chunk{from, to, decl, tokens[0] == token.IMPORT, decl && tokens[0] == token.FUNC && second == "main"})
		}
		from, tokens, second = to, nil, ""
	}
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
		if tok == token.SEMICOLON && depth <= 0 {
			depth = 0
			to := file.Offset(pos)
			if lit == ";" {
				to++
			}
			end(to)
			continue
		}
		if len(tokens) < 256 {
			tokens = append(tokens, tok)
		}
		if len(tokens) == 2 {
			second = lit
		}
	}
	end(len(text))
	return found
}

// declares tells a declaration by its first tokens. A function without name, called on the spot, is
// a statement.
func declares(tokens []token.Token) bool {
	switch tokens[0] {
	case token.IMPORT, token.CONST, token.TYPE, token.VAR, token.PACKAGE:
		return true
	case token.FUNC:
		if len(tokens) < 2 || tokens[1] == token.IDENT {
			return true
		}
		depth := 0
		for i, t := range tokens[1:] {
			switch t {
			case token.LPAREN:
				depth++
			case token.RPAREN:
				depth--
			}
			if depth == 0 { // behind the receiver, or the parameters
				return i+3 < len(tokens) && tokens[i+2] == token.IDENT && tokens[i+3] == token.LPAREN
			}
		}
	}
	return false
}

const bodyHead = "package p; func _() {"

// parseBody reads statements; the positions are those of the text.
func parseBody(text string) (*token.FileSet, *ast.BlockStmt, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", bodyHead+text+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	if len(file.Decls) != 1 {
		return nil, nil, errUnbalanced
	}
	return fset, file.Decls[0].(*ast.FuncDecl).Body, nil
}

type parseError string

func (e parseError) Error() string { return string(e) }

const errUnbalanced = parseError("a closing brace without an opening one")
