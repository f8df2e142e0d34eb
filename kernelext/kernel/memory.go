package kernel

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
)

// memory is what earlier cells declared, as GoNB keeps it: the last declaration of a name counts.
// Completion builds on it.
type memory struct {
	imports map[string]string // by name in the code: the whole spec
	// by name (a method's has its type's before it): the whole declaration
	decls map[string]string
	quiet map[string]bool // functions without results
}

func newMemory() memory {
	return memory{map[string]string{}, map[string]string{}, map[string]bool{}}
}

func newMemoryOf(text string) memory {
	m := newMemory()
	m.add(text)
	return m
}

func (m memory) mute(call string) bool { return m.quiet[call] }

// unknownType stands for a receiver's type in GoNB's name of a method, when that is no name and no
// pointer.
const unknownType = "unknown~"

// add takes the declarations of a cell; what cannot be parsed is not remembered.
func (m memory) add(text string) {
	src := "package p\n" + text
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution)
	if err != nil {
		return
	}
	cut := func(n ast.Node) string { return src[fset.Position(n.Pos()).Offset:fset.Position(n.End()).Offset] }
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil && len(d.Recv.List) > 0 {
				switch t := d.Recv.List[0].Type.(type) { // as GoNB calls it
				case *ast.Ident:
					name = t.Name + "~" + name
				case *ast.StarExpr:
					name = cut(t.X) + "~" + name
				default:
					name = unknownType + name
				}
			} else {
				m.quiet[name] = d.Type.Results == nil
			}
			if name != "main" && name != "init" {
				m.decls[name] = cut(d)
			}
		case *ast.GenDecl:
			m.addSpecs(d, cut)
		}
	}
}

func (m memory) addSpecs(d *ast.GenDecl, cut func(ast.Node) string) {
	if d.Tok == token.CONST && len(d.Specs) > 1 {
		// iota ties them together.
		m.decls[d.Specs[0].(*ast.ValueSpec).Names[0].Name] = cut(d)
		return
	}
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.ImportSpec:
			name := strings.Trim(spec.Path.Value, "`\"")
			name = name[strings.LastIndexByte(name, '/')+1:]
			if spec.Name != nil {
				name = spec.Name.Name
			}
			m.imports[name] = cut(spec)
		case *ast.TypeSpec:
			m.decls[spec.Name.Name] = "type " + cut(spec)
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				if name.Name != "_" {
					m.decls[name.Name] = d.Tok.String() + " " + cut(spec)
				}
			}
		}
	}
}

// remove forgets names, as %rm does.
func (m memory) remove(names []string) {
	for _, n := range names {
		delete(m.decls, n)
		delete(m.imports, n)
	}
}

// without gives the declarations that a text does not make anew, and the imports.
func (m memory) without(text string) (imports, decls []string) {
	fresh := newMemoryOf(text)
	for _, name := range slices.Sorted(maps.Keys(m.imports)) {
		if fresh.imports[name] == "" {
			imports = append(imports, m.imports[name])
		}
	}
	var seen []string
	for _, name := range slices.Sorted(maps.Keys(m.decls)) {
		if d := m.decls[name]; fresh.decls[name] == "" && !slices.Contains(seen, d) {
			seen = append(seen, d)
			decls = append(decls, d)
		}
	}
	return imports, decls
}

// remember notes what a cell that compiled has left.
func (k *Kernel) remember(e *execution, s *source, p plan) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s.has("reset") {
		k.memory = newMemory()
	}
	for i, line := range s.lines {
		if s.special[i] {
			words := strings.Fields(strings.TrimPrefix(line, gonbComment))
			if len(words) > 1 && (words[0] == "%rm" || words[0] == "%remove") {
				k.memory.remove(words[1:])
			}
		}
	}
	k.memory.add(p.decls)
	if len(newMemoryOf(p.decls).decls) > 0 {
		clear(k.mute) // the names may mean something else now
	}
	for _, l := range p.locals {
		k.locals[l.name] = localOf{e.count, l.text}
	}
}
