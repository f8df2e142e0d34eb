package live

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"sync"
)

type program struct {
	fset     *token.FileSet
	packages *packages

	cells   []*cell // those with declarations that are in use, in order
	vars    map[string]*variable
	imports map[string]string // by name, for later cells
	dots    []string          // paths that a cell has imported as .

	naming  *sync.Mutex
	aliases map[string]string // by import path, the name in generated code
	lang    string            // the language version: go1.26

	cgo      *ast.File // the types of what cells take from C
	epoch    epoch
	compiled map[string]compiled // by name, the functions that a version of the epoch holds
	shared   map[string]bool     // see sharedBy
	serial   int                 // of variables
}

type compiled struct {
	version int
	digest  string
}

type variable struct {
	name, key string
	text      string // its type in generated code
	shape     string // its type, spelled out as memory layout
	cell      int
	lost      string // why it has no value; "" if it is alive
	expr      ast.Expr
	uses      map[string]bool // the names that its type uses
	paths     map[string]bool // the packages that its type names
}

// An epoch is a run of versions with the same types, whose descriptors have the same symbols.
type epoch struct {
	number int
	types  map[string]string // by name, the digest of what was loaded
	loaded map[string]bool   // all types that were ever loaded
}

func newProgram(fset *token.FileSet, p *packages) *program {
	return &program{
		fset: fset, packages: p, vars: map[string]*variable{}, imports: map[string]string{},
		naming: new(sync.Mutex), aliases: map[string]string{},
		epoch:    epoch{number: 1, types: map[string]string{}, loaded: map[string]bool{}},
		compiled: map[string]compiled{}, shared: map[string]bool{},
	}
}

// path returns the import path of the cells' package, which names of generic types show.
func (e *epoch) path() string {
	if e.number == 1 {
		return "main"
	}
	return fmt.Sprintf("main'%d", e.number)
}

func (p *program) alias(path string) string {
	p.naming.Lock()
	defer p.naming.Unlock()
	if a := p.aliases[path]; a != "" {
		return a
	}
	a := fmt.Sprintf("%sp%d", mark, len(p.aliases)+1)
	p.aliases[path] = a
	return a
}

func (p *program) byAlias() map[string]string {
	p.naming.Lock()
	defer p.naming.Unlock()
	paths := map[string]string{}
	for path, a := range p.aliases {
		paths[a] = path
	}
	return paths
}

func (p *program) goVersion() string { return p.lang }

func (p *program) declared(name string) *decl {
	for _, c := range p.cells {
		for _, d := range c.decls {
			if slices.Contains(d.names, name) {
				return d
			}
		}
	}
	return nil
}

// without returns the cells without the declarations of some names. In a group of constants a blank
// takes the name's place.
func without(cells []*cell, names map[string]bool) []*cell {
	var kept []*cell
	for _, c := range cells {
		changed := false
		var decls []*decl
		for _, d := range c.decls {
			rest := slices.DeleteFunc(slices.Clone(d.names),
				func(n string) bool { return names[n] })
			switch {
			case len(rest) == len(d.names):
				decls = append(decls, d)
				continue
			case len(rest) > 0:
				decls = append(decls, d.blanked(names, rest))
			}
			changed = true
		}
		if changed {
			fewer := *c
			fewer.decls = decls
			c = &fewer
		}
		if len(c.decls) > 0 || c.cgo {
			kept = append(kept, c)
		}
	}
	return kept
}

func (d *decl) blanked(names map[string]bool, rest []string) *decl {
	group := *d.node.(*ast.GenDecl)
	group.Specs = slices.Clone(group.Specs)
	for i, s := range group.Specs {
		spec := *s.(*ast.ValueSpec)
		spec.Names = slices.Clone(spec.Names)
		for j, id := range spec.Names {
			if names[id.Name] {
				blank := *id
				blank.Name = "_"
				spec.Names[j] = &blank
			}
		}
		group.Specs[i] = &spec
	}
	return &decl{cell: d.cell, names: rest, node: &group, fault: d.fault, uses: d.uses}
}

// replaced returns the names that a cell declares anew: its own, and the methods of a type that
// becomes something else.
func (p *program) replaced(c *cell, defines []*define) map[string]bool {
	names := map[string]bool{}
	for _, d := range c.decls {
		for _, n := range d.names {
			names[n] = true
		}
	}
	for _, d := range defines {
		names[d.name] = true
	}
	return names
}

func (p *program) lines(number int) []string {
	for _, c := range slices.Backward(p.cells) {
		if c.number == number {
			return c.source.Lines
		}
	}
	return nil
}

// shape describes a type: types of the same shape have the same memory layout. Methods do not
// count.
func shape(t types.Type, own *types.Package) string {
	s := shaper{own: own, seen: map[string]bool{}}
	s.write(t)
	return s.b.String()
}

type shaper struct {
	own  *types.Package
	b    strings.Builder
	seen map[string]bool
}

func (s *shaper) write(t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		name := types.TypeString(t, nil)
		s.b.WriteString(name)
		if t.Obj().Pkg() != s.own {
			for i := range t.TypeArgs().Len() {
				s.b.WriteByte('~')
				s.write(t.TypeArgs().At(i))
			}
			return
		}
		if !s.seen[name] {
			s.seen[name] = true
			s.b.WriteByte('=')
			s.write(t.Underlying())
		}
	case *types.Struct:
		s.b.WriteString("struct{")
		for i := range t.NumFields() {
			f := t.Field(i)
			fmt.Fprintf(&s.b, "%s %v ", f.Name(), f.Embedded())
			s.write(f.Type())
			fmt.Fprintf(&s.b, " %q;", t.Tag(i))
		}
		s.b.WriteByte('}')
	case *types.Pointer:
		s.b.WriteByte('*')
		s.write(t.Elem())
	case *types.Slice:
		s.b.WriteString("[]")
		s.write(t.Elem())
	case *types.Array:
		fmt.Fprintf(&s.b, "[%d]", t.Len())
		s.write(t.Elem())
	case *types.Map:
		s.b.WriteString("map[")
		s.write(t.Key())
		s.b.WriteByte(']')
		s.write(t.Elem())
	case *types.Chan:
		fmt.Fprintf(&s.b, "chan%d ", t.Dir())
		s.write(t.Elem())
	case *types.Signature:
		s.b.WriteString("func")
		s.write(t.Params())
		fmt.Fprintf(&s.b, "%v", t.Variadic())
		s.write(t.Results())
	case *types.Tuple:
		s.b.WriteByte('(')
		for i := range t.Len() {
			s.write(t.At(i).Type())
			s.b.WriteByte(',')
		}
		s.b.WriteByte(')')
	case *types.Interface:
		s.b.WriteString("interface{")
		for i := range t.NumMethods() {
			m := t.Method(i)
			s.b.WriteString(m.Name())
			s.write(m.Type())
			s.b.WriteByte(';')
		}
		s.b.WriteByte('}')
	default:
		s.b.WriteString(types.TypeString(t, nil))
	}
}

// typeText returns a type in generated code, the packages that it names, and the type in it that
// another package does not export, if any.
func (p *program) typeText(t types.Type, own *types.Package) (text string, paths map[string]bool,
	hidden *types.TypeName) {
	paths = map[string]bool{}
	text = types.TypeString(t, func(q *types.Package) string {
		if q == own {
			return ""
		}
		paths[q.Path()] = true
		return p.alias(q.Path())
	})
	return text, paths, hiddenType(t, own, map[types.Type]bool{})
}

func hiddenType(t types.Type, own *types.Package, seen map[types.Type]bool) *types.TypeName {
	if t == nil || seen[t] {
		return nil
	}
	seen[t] = true
	named := func(obj *types.TypeName, args *types.TypeList) *types.TypeName {
		if obj.Pkg() != nil && obj.Pkg() != own && !obj.Exported() {
			return obj
		}
		for i := range args.Len() {
			if h := hiddenType(args.At(i), own, seen); h != nil {
				return h
			}
		}
		return nil
	}
	switch t := t.(type) {
	case *types.Named:
		return named(t.Obj(), t.TypeArgs())
	case *types.Alias:
		return named(t.Obj(), t.TypeArgs())
	case *types.Pointer:
		return hiddenType(t.Elem(), own, seen)
	case *types.Slice:
		return hiddenType(t.Elem(), own, seen)
	case *types.Array:
		return hiddenType(t.Elem(), own, seen)
	case *types.Chan:
		return hiddenType(t.Elem(), own, seen)
	case *types.Map:
		if h := hiddenType(t.Key(), own, seen); h != nil {
			return h
		}
		return hiddenType(t.Elem(), own, seen)
	case *types.Struct:
		for i := range t.NumFields() {
			if h := hiddenType(t.Field(i).Type(), own, seen); h != nil {
				return h
			}
		}
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for i := range tuple.Len() {
				if h := hiddenType(tuple.At(i).Type(), own, seen); h != nil {
					return h
				}
			}
		}
	}
	return nil
}
