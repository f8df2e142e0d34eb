package live

import (
	"fmt"
	"go/ast"
	"go/types"
	"iter"
	"maps"
	"strings"
)

// Compiled code compares the method tables of interface values, of which there is one for each type
// in a program. Here the runtime may have made one before a cell with another was loaded, and
// values may have types of an older epoch: so operands of assertions and comparisons are converted.

func isInterface(t types.Type) bool {
	if t == nil || !types.IsInterface(t) {
		return false
	}
	_, ok := types.Unalias(t).(*types.TypeParam)
	return !ok
}

func hasMethods(t types.Type) bool {
	return isInterface(t) && t.Underlying().(*types.Interface).NumMethods() > 0
}

// operand converts an interface value that is compared with others, or whose type is: values of
// other interfaces, or concrete ones, whose method tables are compiled.
func (r *rewriter) operand(x ast.Expr, others ...ast.Expr) {
	t := r.k.info.TypeOf(x)
	if !isInterface(t) {
		return
	}
	by, compared := "Same", false
	for _, other := range others {
		if r.k.info.Types[other].IsNil() {
			continue
		}
		compared = true
		if u := r.k.info.TypeOf(other); !isInterface(u) {
			by = "Static"
			r.k.addTable(t, u)
			r.k.addType(u)
		}
	}
	if !compared { // err != nil costs nothing
		return
	}
	if r.k.epochs {
		r.wrap(x, rtName+".Norm(", ")") // the method table is that of Same
	}
	if hasMethods(t) && (by == "Static" || !r.k.epochs) {
		r.wrap(x, rtName+"."+by+"(", ")")
	}
}

func (r *rewriter) typeSwitch(n *ast.TypeSwitchStmt) {
	var x ast.Expr
	ast.Inspect(n.Assign, func(n ast.Node) bool {
		if a, ok := n.(*ast.TypeAssertExpr); ok && a.Type == nil && x == nil {
			x = a.X
		}
		return x == nil
	})
	r.operand(x, cases(n.Body)...)
}

func (r *rewriter) tagSwitch(n *ast.SwitchStmt) {
	if n.Tag == nil || !isInterface(r.k.info.TypeOf(n.Tag)) {
		return
	}
	all := cases(n.Body)
	r.operand(n.Tag, all...)
	for _, x := range all {
		r.operand(x, n.Tag)
	}
}

func cases(body *ast.BlockStmt) (all []ast.Expr) {
	for _, s := range body.List {
		all = append(all, s.(*ast.CaseClause).List...)
	}
	return all
}

// addTable notes that compiled code uses the method table of a type in an interface type.
func (k *checked) addTable(inter, t types.Type) {
	if !hasMethods(inter) || !k.isGlobal(inter) || !k.isGlobal(t) ||
		!types.AssignableTo(t, inter) {
		return
	}
	text, paths, _ := k.program.typeText(inter, k.pkg)
	value, more, _ := k.program.typeText(t, k.pkg)
	maps.Copy(paths, more)
	k.tables[fmt.Sprintf("%s.Table[%s](*new(%s))", rtName, text, value)] = paths
}

// addType notes a type that is made of the cells' types, for values that have an older version.
func (k *checked) addType(t types.Type) {
	if k.epochs && k.isGlobal(t) {
		text, paths, _ := k.program.typeText(t, k.pkg)
		k.made[text] = paths
	}
}

// addInstances notes the instances of generic types.
func (k *checked) addInstances() {
	for _, instance := range k.info.Instances {
		if _, ok := instance.Type.(*types.Named); ok {
			k.addType(instance.Type)
		}
	}
}

// isGlobal reports whether a version can name a type outside the functions of cells.
func (k *checked) isGlobal(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		return t.Info()&types.IsUntyped == 0
	case *types.Pointer:
		return k.isGlobal(t.Elem())
	case *types.Slice:
		return k.isGlobal(t.Elem())
	case *types.Array:
		return k.isGlobal(t.Elem())
	case *types.Chan:
		return k.isGlobal(t.Elem())
	case *types.Map:
		return k.isGlobal(t.Key()) && k.isGlobal(t.Elem())
	case *types.Signature:
		return k.areGlobal(t.Params().Variables()) && k.areGlobal(t.Results().Variables())
	case *types.Struct:
		return k.areGlobal(t.Fields())
	case *types.Interface:
		return t.NumMethods() == 0 && t.IsMethodSet()
	case *types.Named:
		for arg := range t.TypeArgs().Types() {
			if !k.isGlobal(arg) {
				return false
			}
		}
		obj := t.Obj()
		if obj.Pkg() == nil {
			return true // error
		}
		if obj.Parent() != obj.Pkg().Scope() {
			return false
		}
		if obj.Pkg() == k.pkg {
			return k.reached[obj.Name()] && !strings.HasPrefix(obj.Name(), "_C")
		}
		return obj.Exported()
	}
	return false
}

func (k *checked) areGlobal(all iter.Seq[*types.Var]) bool {
	for v := range all {
		if !k.isGlobal(v.Type()) || !v.Exported() && v.IsField() && v.Pkg() != k.pkg {
			return false
		}
	}
	return true
}

// typeTables notes the method tables that reflection would make for the cells' types in error and
// in the cells' interfaces.
func (k *checked) typeTables(names []string) {
	inters := []types.Type{types.Universe.Lookup("error").Type()}
	var all []types.Type
	for _, name := range names {
		if t := k.pkg.Scope().Lookup(name).Type(); isInterface(t) {
			inters = append(inters, t)
		} else {
			all = append(all, t, types.NewPointer(t))
		}
	}
	for _, inter := range inters {
		for _, t := range all {
			k.addTable(inter, t)
		}
	}
}
