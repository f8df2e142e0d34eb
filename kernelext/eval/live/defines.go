package live

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
)

type define struct {
	name   string
	ident  *ast.Ident
	spec   ast.Node // the *ast.AssignStmt or *ast.ValueSpec
	typ    types.Type
	v      *variable
	failed bool // its value has no type
}

func (k *checked) findDefines() {
	if k.cell.run == nil {
		return
	}
	made := map[string]bool{}
	add := func(id *ast.Ident, spec ast.Node) {
		if id.Name != "_" && !made[id.Name] {
			made[id.Name] = true
			k.defines = append(k.defines, &define{name: id.Name, ident: id, spec: spec})
		}
	}
	for _, s := range k.cell.run.Body.List {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				continue
			}
			fresh := false
			for _, x := range s.Lhs {
				if id, ok := x.(*ast.Ident); ok && id.Name != "_" && !made[id.Name] {
					fresh = true
				}
			}
			if !fresh {
				s.Tok = token.ASSIGN // an assignment, as if in another cell
				k.cell.reassigned(s)
				continue
			}
			for _, x := range s.Lhs {
				if id, ok := x.(*ast.Ident); ok {
					add(id, s)
				}
			}
		case *ast.DeclStmt:
			if d, ok := s.Decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
				for _, spec := range d.Specs {
					for _, id := range spec.(*ast.ValueSpec).Names {
						add(id, spec)
					}
				}
			}
		}
	}
}

// reservedNames returns the variables that cannot be declared in a package with their names.
func (k *checked) reservedNames() (problems []problem) {
	for _, d := range k.defines {
		if _, ok := types.Universe.Lookup(d.name).(*types.TypeName); ok {
			problems = append(problems, problem{k.at(d.ident), fmt.Sprintf(
				"%s is a type that all cells use: give the variable another name", d.name)})
		} else if d.name == "main" || d.name == "init" {
			problems = append(problems, problem{k.at(d.ident), fmt.Sprintf(
				"cannot declare %s: it must be a function", d.name)})
		}
	}
	return problems
}

// typeDefines sets the types of the cell's variables. A variable that exists with the same type
// stays; otherwise a new one replaces it.
func (k *checked) typeDefines() {
	p := k.program
	old := map[types.Object]string{}
	for _, d := range k.defines {
		obj := k.info.Defs[d.ident]
		if obj == nil || obj.Type() == types.Typ[types.Invalid] || obj.Type() == nil {
			d.failed = true
			delete(k.vars, d.name)
			continue
		}
		d.typ = obj.Type()
		text, paths, hidden := p.typeText(d.typ, k.pkg)
		v := &variable{name: d.name, text: text, paths: paths, shape: shape(d.typ, k.pkg),
			cell: k.cell.number}
		if hidden != nil {
			v.lost = fmt.Sprintf(
				"its type %s.%s is not exported: declare %s with an interface or another type "+
					"that has a name", hidden.Pkg().Name(), hidden.Name(), d.name)
		}
		before := k.vars[d.name]
		if before != nil && before.lost == "" && before.text == text && before.shape == v.shape {
			v.key = before.key
		} else {
			p.serial++
			v.key = fmt.Sprintf("%s#%d", d.name, p.serial)
			if before != nil {
				k.drop = append(k.drop, before.key)
				if before.lost == "" {
					older := *before
					older.name = oldMark + d.name
					k.vars[older.name] = &older
					if obj := k.pkg.Scope().Lookup(d.name); obj != nil {
						old[obj] = older.name
					}
				}
			}
		}
		v.expr, _ = parser.ParseExprFrom(p.fset, "", text, parser.SkipObjectResolution)
		d.v = v
		k.vars[d.name] = v
	}
	for id, obj := range k.info.Uses {
		if name := old[obj]; name != "" && k.cell.has(id.Pos()) && k.inStatements(id.Pos()) {
			id.Name = name
		}
	}
}

func (k *checked) inStatements(pos token.Pos) bool {
	return k.cell.run != nil && pos >= k.cell.run.Pos() && pos < k.cell.run.End()
}

// assignments makes definitions of the cell's variables assignments, for the second check.
func (k *checked) assignments() {
	var list []ast.Stmt
	for _, s := range k.cell.run.Body.List {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				assign := *s
				assign.Tok = token.ASSIGN
				k.cell.reassigned(&assign)
				list = append(list, &assign)
				continue
			}
		case *ast.DeclStmt:
			if d, ok := s.Decl.(*ast.GenDecl); ok && d.Tok == token.VAR {
				for _, spec := range d.Specs {
					v := spec.(*ast.ValueSpec)
					if len(v.Values) == 0 {
						list = append(list,
							&ast.DeclStmt{Decl: &ast.GenDecl{Tok: token.VAR, TokPos: v.Pos(),
								Specs: []ast.Spec{
									&ast.ValueSpec{Names: []*ast.Ident{{Name: "_",
										NamePos: v.Pos()}},
										Type: v.Type},
								}}})
						k.cell.zeroed = append(k.cell.zeroed, v)
						if patterns := embeds(d.Doc, v.Doc); len(patterns) > 0 {
							k.cell.embeds = append(k.cell.embeds, embedding{v, patterns})
						}
						continue
					}
					if !slices.ContainsFunc(v.Names, isNamed) {
						list = append(list, &ast.DeclStmt{Decl: &ast.GenDecl{Tok: token.VAR,
							TokPos: v.Pos(), Specs: []ast.Spec{v}}})
						continue
					}
					assign := &ast.AssignStmt{TokPos: v.Pos(), Tok: token.ASSIGN, Rhs: v.Values}
					for _, id := range v.Names {
						assign.Lhs = append(assign.Lhs, id)
					}
					list = append(list, assign)
					k.cell.declared = append(k.cell.declared, v)
				}
				continue
			}
		}
		list = append(list, s)
	}
	k.cell.run.Body.List = list
}

func isNamed(id *ast.Ident) bool { return !isBlank(id) }
