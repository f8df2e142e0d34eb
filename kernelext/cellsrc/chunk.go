package cellsrc

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// A Chunk is a top-level declaration or statement: its bytes, from and to.
type Chunk struct {
	From, To int
	Decl     bool // a declaration; otherwise a statement
	Import   bool // an import declaration
	Main     bool // the declaration of func main
}

// Chunks divides [Source.Go] after each top-level declaration or statement.
func (s *Source) Chunks() []Chunk { return Chunks(s.Go()) }

// Chunks is [Source.Chunks] of a text, which need not be correct. Comments belong to what follows.
func Chunks(text string) []Chunk {
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	var found []Chunk
	// the first tokens of the chunk, enough to recognise a declaration
	var tokens []token.Token
	second := "" // the text of its second one
	depth, from := 0, 0
	end := func(to int) {
		if len(tokens) > 0 {
			decl := declares(tokens)
			found = append(found, Chunk{from, to, decl, tokens[0] == token.IMPORT, decl &&
				tokens[0] == token.FUNC && second == "main"})
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
			// A semicolon may also stand in the head of a for, if or switch.
			if lit == ";" && hasHead(tokens) && !isStatement(text[from:to]) {
				continue
			}
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

// hasHead reports whether tokens begin a statement whose head may hold semicolons.
func hasHead(tokens []token.Token) bool {
	for len(tokens) > 2 && tokens[0] == token.IDENT && tokens[1] == token.COLON {
		tokens = tokens[2:]
	}
	return len(tokens) > 0 && (tokens[0] == token.FOR || tokens[0] == token.IF ||
		tokens[0] == token.SWITCH)
}

func isStatement(text string) bool {
	body, err := ParseBody(text)
	return err == nil && len(body.List) > 0
}

// declares reports whether tokens begin a declaration; a function literal that is called is none.
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
			if depth == 0 { // after the receiver, or the parameters
				return i+3 < len(tokens) && tokens[i+2] == token.IDENT &&
					tokens[i+3] == token.LPAREN
			}
		}
	}
	return false
}

const bodyHead = "package p; func _() {"

// A Body is parsed statements.
type Body struct {
	List []ast.Stmt
	text string
	fset *token.FileSet
}

// Offsets returns the position of a node in the text.
func (b *Body) Offsets(n ast.Node) (from, to int) {
	return b.fset.Position(n.Pos()).Offset - len(bodyHead),
		b.fset.Position(n.End()).Offset - len(bodyHead)
}

func (b *Body) Text(n ast.Node) string {
	from, to := b.Offsets(n)
	return b.text[from:to]
}

// Last returns the expression at the end, or nil.
func (b *Body) Last() *ast.ExprStmt {
	if len(b.List) == 0 {
		return nil
	}
	last, _ := b.List[len(b.List)-1].(*ast.ExprStmt)
	return last
}

var errUnbalanced = errors.New("a closing brace without an opening one")

// ParseBody parses statements.
func ParseBody(text string) (*Body, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", bodyHead+text+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	if len(file.Decls) != 1 {
		return nil, errUnbalanced
	}
	return &Body{file.Decls[0].(*ast.FuncDecl).Body.List, text, fset}, nil
}

// LineAt returns the line, from 0, of the first thing after an offset.
func LineAt(text string, at int) int {
	for at < len(text) && strings.IndexByte(" \t\n", text[at]) >= 0 {
		at++
	}
	return strings.Count(text[:at], "\n")
}
