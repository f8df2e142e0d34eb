package live

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
)

// mark begins our names in the package of the cells: a letter that nobody types.
const mark = "nbꞏ"

const (
	runName  = mark + "run"  // the function with a cell's statements
	bodyName = mark + "body" // the function with what follows %%
)

// A cell is one cell's Go, arranged as a file with line directives.
type cell struct {
	number int
	script *script
	source *cellsrc.Source
	text   string
	file   *ast.File
	tok    *token.File

	imports map[string]string // by name, the paths of what it imports
	unnamed []string          // paths that are imported under the packages' own names
	dots    []string          // paths that are imported as .
	blank   []string          // paths that are imported as _
	decls   []*decl
	run     *ast.FuncDecl // nil without statements
	body    *ast.FuncDecl // nil without %%
	inits   int

	onlyVars bool // the statements are var declarations alone
	// statements that make variables, which are assignments now
	assigned []*ast.AssignStmt
	declared []*ast.ValueSpec // with values
	zeroed   []*ast.ValueSpec // without
	embeds   []embedding

	cgo      bool   // it imports "C"
	preamble string // the comment above that
}

type decl struct {
	cell  *cell
	names []string // Type~Method of a method, several of a group of constants
	node  ast.Decl
	fault string // why it is set aside; "" if it is in use

	uses map[string]bool // the names of the cells' package that it uses
}

// parseCell parses a cell. The functions of earlier cells count in the order of its variables.
func parseCell(fset *token.FileSet, number int, s *script, earlier []*cell) (*cell, *eval.Error) {
	c := &cell{number: number, script: s, source: s.source, imports: map[string]string{}}
	if strings.Contains(s.source.Code, mark) {
		c.imports = maps.Clone(hiddenImports)
	}
	c.arrange(earlier)
	file, err := parser.ParseFile(fset, fmt.Sprintf("cell[%d]", number), c.text,
		parser.ParseComments)
	if err != nil {
		return nil, c.syntaxError(err)
	}
	c.file, c.tok = file, fset.File(file.Pos())
	for _, d := range file.Decls {
		if err := c.take(d); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// arrange writes the cell's file: imports, declarations, the statements as a function.
func (c *cell) arrange(earlier []*cell) {
	var b strings.Builder
	b.WriteString("package main\n")
	whole, end := c.source.Go(), len(c.source.Lines)
	if c.source.Main >= 0 {
		end = c.source.Main
	}
	text := c.source.GoLines(0, end)
	place := func(from int) (line, column int) {
		return 1 + strings.Count(text[:from], "\n"),
			1 + from - (strings.LastIndexByte(text[:from], '\n') + 1)
	}
	put := func(from, to int) {
		for from < to && strings.IndexByte(" \t\r\n", text[from]) >= 0 {
			from++
		}
		line, column := place(from)
		if strings.HasSuffix(text[from:to], `"C"`) {
			// The comment above is C, and so would be a directive next to it.
			if line > 1 {
				fmt.Fprintf(&b, "//line cell[%d]:%d\n", c.number, line-1)
			}
			fmt.Fprintf(&b, "\n%s\n", text[from:to])
			return
		}
		fmt.Fprintf(&b, "//line cell[%d]:%d:%d\n%s\n", c.number, line, column, text[from:to])
	}
	var statements []cellsrc.Chunk
	all := cellsrc.Chunks(text)
	for _, chunk := range all {
		if chunk.Import {
			put(chunk.From, chunk.To)
		}
	}
	for _, chunk := range all {
		switch {
		case chunk.Import:
		case chunk.Decl && !isVar(text[chunk.From:chunk.To]):
			put(chunk.From, chunk.To)
		default:
			statements = append(statements, chunk)
		}
	}
	c.onlyVars = !slices.ContainsFunc(statements,
		func(chunk cellsrc.Chunk) bool { return !chunk.Decl })
	for _, name := range initFunctions(text, all) {
		fmt.Fprintf(&b, "func init() {\n//line cell[%d]:1:1\n%s()\n}\n", c.number, name)
	}
	if len(statements) > 0 {
		b.WriteString("func " + runName + "() {\n" + c.script.forget)
		functions := functionUses(text, all)
		varsFirst := functions["init"] != nil || len(initFunctions(text, all)) > 0
		addEarlier(functions, earlier)
		for _, s := range inOrder(steps(text, statements), functions, varsFirst) {
			if !s.spec {
				put(s.parts[0].from, s.parts[0].to)
				continue
			}
			if s.doc.to > 0 {
				put(s.doc.from, s.doc.to)
			}
			b.WriteString("var ")
			for i, p := range s.parts {
				line, column := place(p.from)
				fmt.Fprintf(&b, "%s/*line cell[%d]:%d:%d*/%s", s.before[i], c.number, line, column,
					text[p.from:p.to])
			}
			b.WriteString("\n")
		}
		b.WriteString("}\n")
	}
	if c.source.Main >= 0 && c.script.exec == "" {
		text = whole
		b.WriteString("func " + bodyName + "() {\n" + c.script.parse)
		from := 0
		for range c.source.Main + 1 {
			from += strings.IndexByte(text[from:]+"\n", '\n') + 1
		}
		if from < len(text) {
			put(from, len(text))
		}
		b.WriteString("}\n")
	}
	if name := c.script.exec; name != "" {
		fmt.Fprintf(&b, "func %s() {\n%s//line cell[%d]:1:1\n%s()\n}\n", bodyName, c.script.parse,
			c.number, name)
	}
	c.text = b.String()
}

// initFunctions returns the sorted names of the functions init_…, which run with their cell.
func initFunctions(text string, all []cellsrc.Chunk) (names []string) {
	for _, c := range all {
		part := text[c.From:c.To]
		if c.Decl && firstToken(part) == token.FUNC {
			if m := initFunction.FindStringSubmatch(part); m != nil {
				names = append(names, m[1])
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var initFunction = regexp.MustCompile(`(?m)^func (init_\w+)\(\s*\)`)

func firstToken(text string) token.Token {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text),
		func(token.Position, string) {}, 0)
	_, tok, _ := s.Scan()
	return tok
}

func (c *cell) take(d ast.Decl) *eval.Error {
	switch d := d.(type) {
	case *ast.FuncDecl:
		switch {
		case d.Name.Name == runName:
			c.run = d
		case d.Name.Name == bodyName:
			c.body = d
		case d.Recv == nil && d.Name.Name == "init":
			// several may be in a cell; each runs once, with its cell
			c.inits++
			d.Name.Name = fmt.Sprintf("%sinit%d_%d", mark, c.number, c.inits)
			c.decls = append(c.decls, &decl{cell: c, names: []string{d.Name.Name}, node: d})
		case d.Name.Name == "_":
		default:
			c.decls = append(c.decls, &decl{cell: c, names: []string{funcName(d)}, node: d})
		}
	case *ast.GenDecl:
		switch d.Tok {
		case token.IMPORT:
			for _, spec := range d.Specs {
				if spec := spec.(*ast.ImportSpec); spec.Path.Value == `"C"` {
					c.takeC(d, spec)
				} else {
					c.takeImport(spec)
				}
			}
		case token.TYPE:
			for _, spec := range d.Specs {
				t := spec.(*ast.TypeSpec)
				one := &ast.GenDecl{Doc: d.Doc, TokPos: d.TokPos, Tok: d.Tok, Specs: []ast.Spec{t}}
				c.decls = append(c.decls, &decl{cell: c, names: []string{t.Name.Name}, node: one})
			}
		case token.CONST:
			var names []string
			for _, spec := range d.Specs {
				for _, id := range spec.(*ast.ValueSpec).Names {
					if id.Name != "_" {
						names = append(names, id.Name)
					}
				}
			}
			if len(names) == 0 {
				names = []string{mark + "blank"} // checked with its cell, not kept
			}
			c.decls = append(c.decls, &decl{cell: c, names: names, node: d})
		}
	}
	return nil
}

func (c *cell) takeImport(spec *ast.ImportSpec) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return
	}
	switch {
	case spec.Name == nil:
		c.unnamed = append(c.unnamed, path)
	case spec.Name.Name == ".":
		c.dots = append(c.dots, path)
	case spec.Name.Name == "_":
		c.blank = append(c.blank, path)
	default:
		c.imports[spec.Name.Name] = path
	}
}

func funcName(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	return receiverName(d.Recv.List[0].Type) + "~" + d.Name.Name
}

func receiverName(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.StarExpr:
		return receiverName(x.X)
	case *ast.ParenExpr:
		return receiverName(x.X)
	case *ast.IndexExpr:
		return receiverName(x.X)
	case *ast.IndexListExpr:
		return receiverName(x.X)
	case *ast.Ident:
		return x.Name
	}
	return ""
}

func (c *cell) offset(pos token.Pos) int { return c.tok.Offset(pos) }

func (c *cell) syntaxError(err error) *eval.Error {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return &eval.Error{Name: compileError, Value: err.Error()}
	}
	var found []problem
	for _, e := range list {
		found = append(found, problem{position(e.Pos), e.Msg})
	}
	return report(found, c.lines)
}

func (c *cell) lines(number int) []string {
	if number == c.number {
		return c.source.Lines
	}
	return nil
}

func (c *cell) reassigned(s *ast.AssignStmt) { c.assigned = append(c.assigned, s) }
