package live

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"slices"

	"gopets/kernelext/cellsrc"
)

func isVar(text string) bool { return firstToken(text) == token.VAR }

type span struct{ from, to int }

// A step is a statement of a cell, or one specification of a var declaration, as parts of its text
// with a separator before each.
type step struct {
	doc    span // the comment above a specification
	spec   bool
	parts  []span
	before []string // the separators
	vars   []string // the variables that it declares
	uses   map[string]bool
}

func steps(text string, statements []cellsrc.Chunk) (all []step) {
	for _, c := range statements {
		part := text[c.From:c.To]
		var specs []step
		if isVar(part) {
			specs = varSteps(part, c.From)
		}
		if specs == nil {
			specs = []step{{parts: []span{{c.From, c.To}}, before: []string{""},
				uses: identifiers(part)}}
		}
		all = append(all, specs...)
	}
	return all
}

func varSteps(text string, offset int) (all []step) {
	const head = "package p\n"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", head+text,
		parser.SkipObjectResolution|parser.ParseComments)
	if err != nil || len(file.Decls) != 1 {
		return nil
	}
	d, ok := file.Decls[0].(*ast.GenDecl)
	if !ok || d.Tok != token.VAR {
		return nil
	}
	at := func(n ast.Node) span {
		f := fset.File(file.Pos())
		return span{f.Offset(n.Pos()) - len(head) + offset, f.Offset(n.End()) - len(head) + offset}
	}
	used := func(s span) map[string]bool { return identifiers(text[s.from-offset : s.to-offset]) }
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		var names []string
		for _, id := range v.Names {
			names = append(names, id.Name)
		}
		if divides(v) {
			for i, id := range v.Names {
				s := step{spec: true, parts: []span{at(id)}, before: []string{""},
					vars: names[i : i+1], uses: used(at(v.Values[i]))}
				if v.Type != nil {
					s.parts, s.before = append(s.parts, at(v.Type)), append(s.before, " ")
				}
				s.parts, s.before = append(s.parts, at(v.Values[i])), append(s.before, " = ")
				all = append(all, s)
			}
			continue
		}
		s := step{spec: len(d.Specs) > 1, parts: []span{at(v)}, before: []string{""}, vars: names,
			uses: used(at(v))}
		if !s.spec {
			s.parts[0] = span{offset, offset + len(text)}
		} else if v.Doc != nil {
			s.doc = at(v.Doc)
		}
		all = append(all, s)
	}
	return all
}

// divides reports whether each variable of a specification has its own value. Two that swap the
// values that they have in earlier cells stay together.
func divides(v *ast.ValueSpec) bool {
	if len(v.Values) != len(v.Names) || len(v.Names) < 2 {
		return false
	}
	uses := func(i, j int) (found bool) {
		ast.Inspect(v.Values[i], func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			found = found || ok && id.Name == v.Names[j].Name
			return !found
		})
		return found
	}
	for i := range v.Names {
		for j := range i {
			if uses(i, j) && uses(j, i) {
				return false
			}
		}
	}
	return true
}

// identifiers returns the names in a text, those after a dot with the dot.
func identifiers(text string) map[string]bool {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text),
		func(token.Position, string) {}, 0)
	names := map[string]bool{}
	for before := token.ILLEGAL; ; {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return names
		}
		if tok == token.IDENT && before == token.PERIOD {
			names["."+lit] = true
		} else if tok == token.IDENT {
			names[lit] = true
		}
		before = tok
	}
}

// inOrder returns the steps in order of execution: consecutive variables are initialised as a
// package's, each after those that it needs, also by way of a function. A statement comes after the
// variables that it needs. With varsFirst all variables come first.
func inOrder(all []step, functions map[string]map[string]bool, varsFirst bool) (order []step) {
	declared := map[string]int{}
	for i, s := range all {
		for _, name := range s.vars {
			if _, twice := declared[name]; name != "_" && !twice {
				declared[name] = i
			}
		}
	}
	needs := make([]map[int]bool, len(all)) // directly, or by functions
	for i, s := range all {
		needs[i] = map[int]bool{}
		seen := map[string]bool{}
		var visit func(names map[string]bool)
		visit = func(names map[string]bool) {
			for name := range names {
				if seen[name] {
					continue
				}
				seen[name] = true
				if at, ok := declared[name]; ok && at != i {
					needs[i][at] = true
				}
				visit(functions[name])
			}
		}
		visit(s.uses)
	}
	done := make([]bool, len(all))
	run := func(group []int) {
		pending := map[int]bool{}
		var add func(i int)
		add = func(i int) {
			if !done[i] && !pending[i] {
				pending[i] = true
				for at := range needs[i] {
					add(at)
				}
			}
		}
		for _, i := range group {
			add(i)
		}
		for len(pending) > 0 {
			indexes := slices.Sorted(maps.Keys(pending))
			next := slices.IndexFunc(indexes, func(i int) bool {
				for at := range needs[i] {
					if !done[at] {
						return false
					}
				}
				return true
			})
			i := indexes[max(next, 0)] // the type checker reports a cycle
			delete(pending, i)
			done[i] = true
			order = append(order, all[i])
		}
	}
	var group []int
	for i, s := range all {
		if s.vars != nil {
			group = append(group, i)
		} else if !varsFirst {
			run(group)
			run([]int{i})
			group = nil
		}
	}
	run(group)
	for i := range all {
		run([]int{i})
	}
	return order
}

// functionUses returns the names that a cell's functions use, by name; a method's has a dot.
func functionUses(text string, all []cellsrc.Chunk) map[string]map[string]bool {
	functions := map[string]map[string]bool{}
	for _, c := range all {
		part := text[c.From:c.To]
		if !c.Decl || firstToken(part) != token.FUNC {
			continue
		}
		if name, ok := functionName(part); ok {
			if functions[name] == nil {
				functions[name] = map[string]bool{}
			}
			maps.Copy(functions[name], identifiers(part))
		}
	}
	return functions
}

func addEarlier(functions map[string]map[string]bool, earlier []*cell) {
	added := map[string]map[string]bool{}
	for _, c := range earlier {
		for _, d := range c.decls {
			f, ok := d.node.(*ast.FuncDecl)
			if !ok {
				continue
			}
			name := f.Name.Name
			if f.Recv != nil {
				name = "." + name
			} else if functions[name] != nil {
				continue
			}
			if added[name] == nil {
				added[name] = maps.Clone(functions[name])
			}
			if added[name] == nil {
				added[name] = map[string]bool{}
			}
			maps.Copy(added[name], identifiers(c.text[c.offset(f.Pos()):c.offset(f.End())]))
		}
	}
	maps.Copy(functions, added)
}

func functionName(text string) (string, bool) {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+text,
		parser.SkipObjectResolution)
	if err != nil || len(file.Decls) != 1 {
		return "", false
	}
	d, ok := file.Decls[0].(*ast.FuncDecl)
	if !ok {
		return "", false
	}
	if d.Recv != nil {
		return "." + d.Name.Name, true
	}
	return d.Name.Name, true
}
