package live

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"

	"gopets/kernelext/cellsrc"
)

func isVar(text string) bool { return firstToken(text) == token.VAR }

// identifiers returns the names in a text, but not those behind a dot.
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
		if tok == token.IDENT && before != token.PERIOD {
			names[lit] = true
		}
		before = tok
	}
}

// hoist puts a var declaration before the first statement that uses it, also by a function of the
// cell: at the top level of a package the order of declarations means nothing. Else the order
// stays.
func hoist(text string, all, statements []cellsrc.Chunk) []cellsrc.Chunk {
	declared := map[string]int{} // by variable
	for i, c := range statements {
		part := text[c.From:c.To]
		if !isVar(part) {
			continue
		}
		for _, name := range varNames(part) {
			declared[name] = i
		}
	}
	if len(declared) == 0 {
		return statements
	}
	functions := map[string]map[string]bool{}
	for _, c := range all {
		part := text[c.From:c.To]
		if c.Decl && firstToken(part) == token.FUNC {
			if name, ok := functionName(part); ok {
				names := functions[name]
				if names == nil {
					names = map[string]bool{}
					functions[name] = names
				}
				for n := range identifiers(part) {
					names[n] = true
				}
			}
		}
	}
	hasInit := functions["init"] != nil || len(initFunctions(text, all)) > 0
	var order []cellsrc.Chunk
	done := make([]bool, len(statements))
	var put func(i int)
	put = func(i int) {
		if done[i] {
			return
		}
		done[i] = true
		seen := map[string]bool{}
		var visit func(names map[string]bool)
		visit = func(names map[string]bool) {
			for _, n := range slices.Sorted(keys(names)) {
				if seen[n] {
					continue
				}
				seen[n] = true
				if at, ok := declared[n]; ok && !done[at] {
					put(at)
				}
				visit(functions[n])
			}
		}
		visit(identifiers(text[statements[i].From:statements[i].To]))
		order = append(order, statements[i])
	}
	for i, c := range statements {
		if hasInit && isVar(text[c.From:c.To]) {
			put(i)
		}
	}
	for i := range statements {
		put(i)
	}
	return order
}

// varNames returns the names that a var declaration declares.
func varNames(text string) (names []string) {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+text,
		parser.SkipObjectResolution)
	if err != nil || len(file.Decls) != 1 {
		return nil
	}
	d, ok := file.Decls[0].(*ast.GenDecl)
	if !ok {
		return nil
	}
	for _, spec := range d.Specs {
		if v, ok := spec.(*ast.ValueSpec); ok {
			for _, id := range v.Names {
				names = append(names, id.Name)
			}
		}
	}
	return names
}

// functionName returns the name of a function's or method's declaration.
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
	return d.Name.Name, true
}
