package gonb

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"

	"gopets/kernelext/cellsrc"
)

// memory is what earlier cells declared; as in GoNB the last declaration of a name counts.
type memory struct {
	imports map[string]string // by name in the code: the whole spec
	// by name (a method's is Type~Method, as in GoNB)
	decls map[string]decl
	quiet map[string]bool // functions without results
}

type decl struct {
	text  string // the whole declaration, with its comment
	kind  token.Token
	typ   string   // of a variable, if it is written or a composite literal's
	group []string // all names of a group of constants with iota
	cell  int
}

func newMemory() memory {
	return memory{map[string]string{}, map[string]decl{}, map[string]bool{}}
}

func newMemoryOf(text string) memory {
	m := newMemory()
	m.add(text, 0)
	return m
}

func (m memory) mute(call string) bool { return m.quiet[call] }

const unknownType = "unknown~"

func (m memory) add(text string, cell int) {
	src := "package p\n" + text
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return
	}
	cut := func(n ast.Node) string {
		return src[fset.Position(n.Pos()).Offset:fset.Position(
			n.End()).Offset]
	}
	doc := func(g *ast.CommentGroup) string {
		if g == nil {
			return ""
		}
		return cut(g) + "\n"
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil && len(d.Recv.List) > 0 {
				name = methodName(d, cut)
			} else {
				m.quiet[name] = d.Type.Results == nil
			}
			if name != "main" && name != "init" {
				m.decls[name] = decl{text: doc(d.Doc) + cut(d), kind: token.FUNC, cell: cell}
			}
		case *ast.GenDecl:
			m.addSpecs(d, cell, cut, doc)
		}
	}
}

func (m memory) addSpecs(d *ast.GenDecl, cell int, cut func(ast.Node) string,
	doc func(*ast.CommentGroup) string) {
	if d.Tok == token.CONST && len(d.Specs) > 1 {
		var names []string
		for _, spec := range d.Specs {
			for _, n := range spec.(*ast.ValueSpec).Names {
				names = append(names, n.Name)
			}
		}
		for _, n := range names {
			if n != "_" {
				m.decls[n] = decl{text: doc(d.Doc) + cut(d), kind: token.CONST, group: names,
					cell: cell}
			}
		}
		return
	}
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.ImportSpec:
			name := guessName(strings.Trim(spec.Path.Value, "`\""))
			if spec.Name != nil {
				name = spec.Name.Name
			}
			m.imports[name] = cut(spec)
		case *ast.TypeSpec:
			m.decls[spec.Name.Name] = decl{text: doc(d.Doc) + doc(spec.Doc) + "type " + cut(spec),
				kind: token.TYPE, cell: cell}
		case *ast.ValueSpec:
			for i, name := range spec.Names {
				if name.Name != "_" {
					m.decls[name.Name] = decl{text: doc(d.Doc) + doc(spec.Doc) + d.Tok.String() +
						" " + cut(spec), kind: d.Tok, typ: typeOf(spec, i, cut), cell: cell}
				}
			}
		}
	}
}

func typeOf(spec *ast.ValueSpec, i int, cut func(ast.Node) string) string {
	if spec.Type != nil {
		return cut(spec.Type)
	}
	if len(spec.Values) != len(spec.Names) {
		return ""
	}
	switch x := spec.Values[i].(type) {
	case *ast.CompositeLit:
		if x.Type != nil {
			return cut(x.Type)
		}
	case *ast.UnaryExpr:
		if lit, ok := x.X.(*ast.CompositeLit); ok && x.Op == token.AND && lit.Type != nil {
			return "*" + cut(lit.Type)
		}
	case *ast.CallExpr:
		if id, ok := x.Fun.(*ast.Ident); ok && id.Name == "new" && len(x.Args) == 1 {
			return "*" + cut(x.Args[0])
		}
	}
	return ""
}

func (m memory) remove(names []string) {
	for _, n := range names {
		delete(m.decls, n)
		delete(m.imports, n)
	}
}

// without returns the declarations that a text does not replace, and the imports.
func (m memory) without(text string) (imports, decls []string) {
	fresh := newMemoryOf(text)
	for _, name := range slices.Sorted(maps.Keys(m.imports)) {
		if fresh.imports[name] == "" {
			imports = append(imports, m.imports[name])
		}
	}
	var seen []string
	for _, name := range slices.Sorted(maps.Keys(m.decls)) {
		d := m.decls[name].text
		if _, again := fresh.decls[name]; !again && !slices.Contains(seen, d) {
			seen = append(seen, d)
			decls = append(decls, d)
		}
	}
	return imports, decls
}

// clash finds a method that would replace another: GoNB's name for a value receiver of a generic
// type lacks the type.
func (m memory) clash(text string) string {
	before := newMemory()
	for _, c := range cellsrc.Chunks(text) {
		fresh := newMemoryOf(text[c.From:c.To])
		for name, d := range fresh.decls {
			if !strings.HasPrefix(name, unknownType) {
				continue
			}
			for _, old := range []memory{m, before} {
				if was, ok := old.decls[name]; ok && receiver(was.text) != receiver(d.text) {
					return fmt.Sprintf(
						"GoNB can keep one method %s of generic types whose receiver is no "+
							"pointer, and it has %s's: give (%s) a "+
							"pointer", strings.TrimPrefix(name,
							unknownType), receiver(was.text), receiver(d.text))
				}
			}
		}
		before.add(text[c.From:c.To], 0)
	}
	return ""
}

func receiver(decl string) string {
	from := strings.Index("\n"+decl, "\nfunc") // after its comment
	if from < 0 {
		return ""
	}
	_, rest, _ := strings.Cut(decl[from:], "(")
	inner, _, _ := strings.Cut(rest, ")")
	if f := strings.Fields(inner); len(f) > 0 {
		name, _, _ := strings.Cut(strings.Join(f[len(f)-1:], " "), "[")
		return name
	}
	return ""
}
