package live

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strings"
)

const (
	shownNot = iota
	shownValue
	shownResults // of a call
)

// shown returns how the last expression is shown. Below %% only an expression that Go does not
// allow as a statement is shown; a call stays a call, as in GoNB.
func (k *checked) shown(s *ast.ExprStmt) int {
	tv := k.info.Types[s.X]
	x := ast.Unparen(s.X)
	call, isCall := x.(*ast.CallExpr)
	if isCall {
		if fun := k.info.Types[call.Fun]; fun.IsType() {
			isCall = false
		} else if fun.IsBuiltin() && !tv.IsVoid() && builtinName(call.Fun) != "copy" &&
			builtinName(call.Fun) != "recover" {
			isCall = false
		}
	}
	receives := false
	if u, ok := x.(*ast.UnaryExpr); ok {
		receives = u.Op == token.ARROW
	}
	t, isTuple := tv.Type.(*types.Tuple)
	switch {
	case (isCall || receives) && k.cell.body != nil, tv.IsVoid(), tv.Type == nil,
		isCall && k.silent(call), isTuple && t.Len() == 0:
		return shownNot
	case isCall:
		return shownResults
	}
	return shownValue
}

func (k *checked) show(r *rewriter, s *ast.ExprStmt) {
	how := k.shown(s)
	if how == shownNot {
		return
	}
	if text, ok := exact(k.info.Types[s.X]); ok {
		r.edits = append(r.edits[:0], edit{r.cell.offset(s.Pos()), r.cell.offset(s.End()),
			fmt.Sprintf("%s.Show(%s.Constant(%q))", rtName, rtName, text)})
		return
	}
	name := rtName + ".Show("
	if how == shownResults {
		name = rtName + ".Results("
	}
	r.insert(s.Pos(), name)
	r.edits[len(r.edits)-1].to = r.edits[len(r.edits)-1].from
	// before all other edits at its place, after all at the end
	last := len(r.edits) - 1
	r.edits = append([]edit{r.edits[last]}, r.edits[:last]...)
	r.insert(s.End(), ")")
}

func builtinName(x ast.Expr) string {
	if id, ok := ast.Unparen(x).(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func (k *checked) silent(call *ast.CallExpr) bool {
	s, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return builtinName(call.Fun) == "copy"
	}
	f, ok := k.info.Uses[s.Sel].(*types.Func)
	if !ok || f.Pkg() == nil {
		return false
	}
	switch f.Pkg().Path() {
	case "fmt":
		return strings.HasPrefix(f.Name(), "Print") || strings.HasPrefix(f.Name(), "Fprint") ||
			strings.HasPrefix(f.Name(), "Scan") || strings.HasPrefix(f.Name(), "Fscan")
	case "log":
		return strings.HasPrefix(f.Name(), "Print")
	}
	return false
}

// exact returns the text of a constant that fits no int.
func exact(tv types.TypeAndValue) (string, bool) {
	b, ok := tv.Type.(*types.Basic)
	if !ok || tv.Value == nil || b.Info()&types.IsUntyped == 0 {
		return "", false
	}
	if b.Kind() != types.UntypedInt && b.Kind() != types.UntypedRune {
		return "", false
	}
	if _, fits := constant.Int64Val(constant.ToInt(tv.Value)); fits {
		return "", false
	}
	return tv.Value.ExactString(), true
}
