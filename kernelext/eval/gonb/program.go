package gonb

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// A program is a main.go composed by GoNB, and its changes. Line numbers stay.
type program struct {
	text  string
	decls []declared
	edits []edit
	calls map[string]*ast.CallExpr // of the kernel's own functions, by name
	fset  *token.FileSet
	head  [2]int // the bytes of flag.Parse() at the head of main, or its position
}

// declared is a spec or a function of the program. Lines count from 1.
type declared struct {
	// a method is Type~Method; an import is its path
	names      []string
	kind       token.Token
	from, to   int // bytes
	first      int // line
	last       int
	ident      map[string][2]int // bytes of each name
	body       [2]int            // bytes of a function's body
	isInit     bool
	constGroup bool
}

type edit struct {
	from, to int
	text     string
}

// readProgram parses a main.go; it returns nil on an error, which the compiler reports.
func readProgram(text string) *program {
	p := &program{text: text, fset: token.NewFileSet(), calls: map[string]*ast.CallExpr{}}
	file, err := parser.ParseFile(p.fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			f := p.span(d, token.FUNC)
			name := d.Name.Name
			f.isInit = d.Recv == nil && name == "init"
			if d.Recv != nil && len(d.Recv.List) > 0 {
				name = methodName(d, p.cut)
			} else {
				f.ident = map[string][2]int{name: p.bytes(d.Name)}
			}
			f.names = []string{name}
			if d.Body != nil {
				f.body = p.bytes(d.Body)
			}
			p.decls = append(p.decls, f)
			if d.Recv == nil && name == "main" && d.Body != nil {
				p.noteMain(d)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				s := p.span(spec, d.Tok)
				switch spec := spec.(type) {
				case *ast.ImportSpec:
					s.names = []string{strings.Trim(spec.Path.Value, "`\"")}
				case *ast.TypeSpec:
					s.names = []string{spec.Name.Name}
				case *ast.ValueSpec:
					s.ident = map[string][2]int{}
					for _, n := range spec.Names {
						s.names = append(s.names, n.Name)
						s.ident[n.Name] = p.bytes(n)
					}
					s.constGroup = d.Tok == token.CONST && d.Lparen.IsValid()
				}
				if !d.Lparen.IsValid() { // without parentheses the keyword is part of it
					s.from = p.bytes(d)[0]
				}
				p.decls = append(p.decls, s)
			}
		}
	}
	return p
}

func (p *program) noteMain(d *ast.FuncDecl) {
	body := p.bytes(d.Body)[0] + 1
	p.head = [2]int{body, body}
	if len(d.Body.List) > 0 && p.cut(d.Body.List[0]) == "flag.Parse()" {
		p.head = p.bytes(d.Body.List[0])
	}
	ast.Inspect(d.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if name := p.cut(call.Fun); strings.HasPrefix(name, private+".") {
				p.calls[name] = call
			}
		}
		return true
	})
}

// begin adds the call of Begin to main; where flags are parsed not as a further statement, which
// -cover counts.
func (p *program) begin() {
	switch {
	case p.head[1] == 0: // no main
	case p.head[0] < p.head[1]:
		p.edit(p.head, beginName+"(flag.Parse)")
	default:
		p.edit(p.head, beginName+"(nil);")
	}
}

func (p *program) bytes(n ast.Node) [2]int {
	return [2]int{p.fset.Position(n.Pos()).Offset, p.fset.Position(n.End()).Offset}
}

func (p *program) cut(n ast.Node) string {
	b := p.bytes(n)
	return p.text[b[0]:b[1]]
}

func (p *program) span(n ast.Node, kind token.Token) declared {
	b := p.bytes(n)
	return declared{kind: kind, from: b[0], to: b[1], first: p.fset.Position(n.Pos()).Line,
		last: p.fset.Position(n.End()).Line}
}

func (p *program) at(line int) *declared {
	for i := range p.decls {
		if d := &p.decls[i]; line >= d.first && line <= d.last {
			if len(d.names) == 1 && d.names[0] == "main" && d.kind == token.FUNC {
				return nil
			}
			return d
		}
	}
	return nil
}

func (p *program) remove(d *declared) {
	if d.constGroup { // those after it may depend on its position
		for _, n := range d.names {
			p.edit(d.ident[n], "_")
		}
		return
	}
	text := []byte(p.text[d.from:d.to])
	for i, c := range text {
		if c != '\n' {
			text[i] = ' '
		}
	}
	p.edit([2]int{d.from, d.to}, string(text))
}

func (p *program) rename(d *declared, name string) { p.edit(d.ident[name], "_") }

func (p *program) edit(at [2]int, text string) {
	p.edits = append(p.edits, edit{at[0], at[1], text})
}

// unwrap makes a call without showing its results; wrapped converts the shown value.
func (p *program) unwrap(name, conversion string) bool {
	call := p.calls[name]
	if call == nil || len(call.Args) != 1 {
		return false
	}
	delete(p.calls, name)
	all, arg := p.bytes(call), p.bytes(call.Args[0])
	if conversion == "" {
		p.edit([2]int{all[0], arg[0]}, "")
		p.edit([2]int{arg[1], all[1]}, strings.Repeat("\n", strings.Count(p.text[arg[1]:all[1]],
			"\n")))
		return true
	}
	p.edit([2]int{arg[0], arg[0]}, conversion+"(")
	p.edit([2]int{arg[1], arg[1]}, ")")
	return true
}

func (p *program) result() string {
	slices.SortStableFunc(p.edits, func(a, b edit) int { return cmp.Or(a.from-b.from, a.to-b.to) })
	var b strings.Builder
	at := 0
	for _, e := range p.edits {
		if e.from < at { // within a removed part
			continue
		}
		b.WriteString(p.text[at:e.from] + e.text)
		at = e.to
	}
	return b.String() + p.text[at:]
}

func methodName(d *ast.FuncDecl, cut func(ast.Node) string) string {
	switch t := d.Recv.List[0].Type.(type) {
	case *ast.Ident:
		return t.Name + "~" + d.Name.Name
	case *ast.StarExpr:
		return cut(t.X) + "~" + d.Name.Name
	}
	return unknownType + d.Name.Name
}
