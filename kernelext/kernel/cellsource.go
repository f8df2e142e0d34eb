package kernel

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
)

// A source is a cell's text, taken apart: what is GoNB's (lines with ! and %), what is declared, and what is to be done.
type source struct {
	lines   []string
	special []bool   // by line: belongs to a special command
	magics  []string // the % commands, without their first character
	shells  []int    // lines on which a shell command starts
	main    int      // the line with %% or %main, -1 without
	foreign bool     // a cell that is not Go, as of %%bash
	own     bool     // runs something else than main: %exec, %test, %wasm
}

// magicNames are GoNB's commands; any other is a mistake.
var magicNames = []string{"%", "main", "args", "exec", "test", "wasm", "widgets", "widgets_hb", "env", "cd", "goflags", "autoget", "noautoget", "help",
	"version", "reset", "ls", "list", "rm", "remove", "with_inputs", "with_password", "track", "untrack", "goworkfix", "capture"}

var foreignCells = []string{"%%writefile", "%%script", "%%bash", "%%sh", "%%gx"}

const gonbComment = "//gonb:"

func readSource(code string) *source {
	s := &source{lines: strings.Split(code, "\n"), main: -1}
	s.special = make([]bool, len(s.lines))
	first, _, _ := strings.Cut(strings.TrimPrefix(s.lines[0], gonbComment), " ")
	if slices.Contains(foreignCells, first) {
		s.foreign = true
		return s
	}
	for i := 0; i < len(s.lines); i++ {
		line := strings.TrimPrefix(s.lines[i], gonbComment)
		if len(line) < 2 || line[0] != '%' && line[0] != '!' {
			continue
		}
		start, kind, command := i, line[0], line[1:]
		s.special[i] = true
		for strings.HasSuffix(command, `\`) && i+1 < len(s.lines) {
			i++
			s.special[i] = true
			command = strings.TrimSuffix(command, `\`) + " " + strings.TrimPrefix(s.lines[i], gonbComment)
		}
		command = strings.TrimLeft(command, " \t")
		if command == "" {
			continue
		}
		if kind == '!' {
			s.shells = append(s.shells, start)
			continue
		}
		name, _, _ := strings.Cut(command, " ")
		name, _, _ = strings.Cut(name, "\t")
		s.magics = append(s.magics, name)
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
func (s *source) unknownMagic() string {
	for _, m := range s.magics {
		if !slices.Contains(magicNames, m) {
			return m
		}
	}
	return ""
}

func (s *source) has(magics ...string) bool {
	return slices.ContainsFunc(s.magics, func(m string) bool { return slices.Contains(magics, m) })
}

// golang returns the lines from a line on with the special ones emptied, so that the numbers of lines stay.
func (s *source) golang(from, to int) string {
	out := make([]string, 0, to-from)
	for i := from; i < to; i++ {
		line := s.lines[i]
		if s.special[i] || strings.HasPrefix(line, "package") && to == len(s.lines) && s.main < 0 {
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
}

// chunks cuts Go text where a top-level declaration or statement ends. Comments belong to what follows them.
func chunks(text string) []chunk {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	var found []chunk
	var tokens []token.Token // of the chunk that is being read; enough of its beginning to know a declaration
	depth, from := 0, 0
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
			if len(tokens) > 0 {
				found = append(found, chunk{from, to, declares(tokens)})
			}
			from, tokens = to, nil
			continue
		}
		if len(tokens) < 256 {
			tokens = append(tokens, tok)
		}
	}
	if len(tokens) > 0 {
		found = append(found, chunk{from, len(text), declares(tokens)})
	}
	return found
}

// declares tells a declaration by its first tokens. A function without name, called on the spot, is a statement.
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
