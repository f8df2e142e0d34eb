package live

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// sharedBy returns the names of the variables that a call may change: those that a function of the
// cell assigns, and those whose address is taken.
func (k *checked) sharedBy() map[string]bool {
	s := sharing{k: k, names: map[string]bool{}}
	for _, d := range k.cell.decls {
		if f, ok := d.node.(*ast.FuncDecl); ok && f.Body != nil {
			s.visit(f.Body, true)
		}
	}
	for _, f := range []*ast.FuncDecl{k.cell.run, k.cell.body} {
		if f != nil {
			s.visit(f.Body, false)
		}
	}
	return s.names
}

type sharing struct {
	k     *checked
	names map[string]bool
}

func (s *sharing) add(x ast.Expr, inFunction bool) {
	for x != nil {
		switch y := ast.Unparen(x).(type) {
		case *ast.SelectorExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.Ident:
			if s.k.own(s.k.info.ObjectOf(y)) || !inFunction {
				s.names[strings.TrimPrefix(y.Name, oldMark)] = true
			}
			return
		default:
			return
		}
	}
}

func (s *sharing) visit(n ast.Node, inFunction bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			s.visit(n.Body, true)
			return false
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				s.add(n.X, inFunction)
			}
		case *ast.SliceExpr:
			if t := s.k.info.TypeOf(n.X); t != nil && isArray(t) {
				s.add(n.X, inFunction)
			}
		case *ast.SelectorExpr:
			if s.takesAddress(n) {
				s.add(n.X, inFunction)
			}
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				if inFunction {
					s.add(x, true)
				}
			}
		case *ast.IncDecStmt:
			if inFunction {
				s.add(n.X, true)
			}
		case *ast.RangeStmt:
			for _, x := range []ast.Expr{n.Key, n.Value} {
				if inFunction || n.Tok == token.ASSIGN {
					s.add(x, inFunction)
				}
			}
		}
		return true
	})
}

// takesAddress reports whether x.Method may take the address of x.
func (s *sharing) takesAddress(x *ast.SelectorExpr) bool {
	selection := s.k.info.Selections[x]
	if selection == nil || selection.Kind() != types.MethodVal || isPointer(selection.Recv()) {
		return false
	}
	recv := selection.Obj().(*types.Func).Signature().Recv()
	return recv != nil && isPointer(recv.Type())
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

func isArray(t types.Type) bool {
	_, ok := t.Underlying().(*types.Array)
	return ok
}
