package gonb

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"time"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
)

// GoNB evaluates all remembered variables again in each cell. These warnings say so.

func (e *Engine) warnChanges(x *execution) {
	if x.cell.Silent {
		return
	}
	e.mu.Lock()
	names := changed(x.plan.body, e.memory)
	names = slices.DeleteFunc(names, func(n string) bool { _, own := x.fresh.decls[n]; return own })
	var from []string
	for _, n := range names {
		from = append(from, fmt.Sprintf("%s of cell [%d]", n, e.memory.decls[n].cell))
	}
	e.mu.Unlock()
	if len(from) > 0 {
		it := "it is"
		if len(from) > 1 {
			it = "they are"
		}
		e.warn(x,
			fmt.Sprintf(
				"%s changes for this cell only: on this kernel %s made anew in each cell; the "+
					"kernel \"Go\" keeps variables", strings.Join(from, ", "), it))
	}
}

// changed finds earlier cells' variables that statements assign to, or change by a method.
func changed(body string, m memory) []string {
	b, err := cellsrc.ParseBody(body)
	if err != nil {
		return nil
	}
	var found []string
	local := map[string]bool{}
	note := func(x ast.Expr) {
		name := root(x)
		if d, ok := m.decls[name]; ok && d.kind == token.VAR && !local[name] &&
			!slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	for _, stmt := range b.List {
		ast.Inspect(stmt, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, l := range n.Lhs {
					if n.Tok == token.DEFINE {
						local[root(l)] = true
					} else {
						note(l)
					}
				}
			case *ast.RangeStmt:
				if n.Tok == token.DEFINE {
					local[root(n.Key)], local[root(n.Value)] = true, true
				}
			case *ast.ValueSpec:
				for _, id := range n.Names {
					local[id.Name] = true
				}
			case *ast.Field:
				for _, id := range n.Names {
					local[id.Name] = true
				}
			case *ast.IncDecStmt:
				note(n.X)
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 &&
					slices.Contains([]string{"delete", "clear", "copy"}, id.Name) {
					note(n.Args[0])
				}
				if s, ok := n.Fun.(*ast.SelectorExpr); ok {
					if id, ok := s.X.(*ast.Ident); ok && changes(m, id.Name, s.Sel.Name) {
						note(id)
					}
				}
			}
			return true
		})
	}
	return found
}

// root returns the variable of which an expression is a part.
func root(x ast.Expr) string {
	for {
		switch y := x.(type) {
		case *ast.Ident:
			return y.Name
		case *ast.IndexExpr:
			x = y.X
		case *ast.SelectorExpr:
			x = y.X
		case *ast.StarExpr:
			x = y.X
		case *ast.ParenExpr:
			x = y.X
		case *ast.SliceExpr:
			x = y.X
		default:
			return ""
		}
	}
}

// changes reports whether a method changes its variable: by a pointer receiver of a cell's type, or
// as one of the standard library's buffers and maps.
func changes(m memory, name, method string) bool {
	d, ok := m.decls[name]
	if !ok || d.kind != token.VAR {
		return false
	}
	typ := strings.TrimPrefix(d.typ, "*")
	if f, ok := m.decls[typ+"~"+method]; ok {
		return strings.HasPrefix(strings.TrimLeft(receiverOf(f.text), " "), "*")
	}
	switch typ {
	case "strings.Builder", "bytes.Buffer":
		return strings.HasPrefix(method, "Write") ||
			slices.Contains([]string{"Reset", "Grow", "Truncate", "ReadFrom"}, method)
	case "sync.Map", "list.List":
		return !slices.Contains([]string{"Load", "Range", "Len", "Front", "Back"}, method)
	}
	return strings.HasPrefix(typ, "atomic.") && method != "Load"
}

func receiverOf(text string) string {
	_, rest, _ := strings.Cut(text[max(0, strings.Index("\n"+text, "\nfunc")):], "(")
	inner, _, _ := strings.Cut(rest, ")")
	f := strings.Fields(inner)
	if len(f) == 0 {
		return ""
	}
	return f[len(f)-1]
}

// slow is the longest time of initialisers without a warning.
const slow = time.Second

func (e *Engine) warnSlow(x *execution) {
	x.mu.Lock()
	took := x.init
	x.mu.Unlock()
	own := false
	for _, d := range x.fresh.decls {
		own = own || d.kind == token.VAR
	}
	e.mu.Lock()
	warn := took > slow && !own && !e.warned
	e.warned = e.warned || warn
	e.mu.Unlock()
	if warn {
		e.warn(x,
			fmt.Sprintf(
				"the variables of earlier cells took %.1f s to evaluate again: on this kernel "+
					"that happens in each cell; the kernel \"Go\" keeps them", took.Seconds()))
	}
}

// dropVariables makes GoNB forget the variables of a cell that did not reach main, as later cells
// would fail too.
func (e *Engine) dropVariables(c *child, x *execution, bad *eval.Error) {
	if x.source.Own || x.isBegun() || bad.Name == "CompileError" || bad.Name == "BuildError" {
		return
	}
	var names []string
	for _, name := range sortedKeys(x.fresh.decls) {
		if x.fresh.decls[name].kind == token.VAR {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return
	}
	command := "%rm " + strings.Join(names, " ")
	if err := c.execute(command); err != nil {
		e.logf("%s: %v", command, err)
		return
	}
	e.output.begin(&run{out: discard{}, stderr: func(string) {}, begun: func(time.Duration) {}})
	for idle, replied := false, false; !idle || !replied; {
		m, ok := <-c.replies
		if !ok {
			return
		}
		idle = idle || m.Header.Type == "status"
		replied = replied || m.Header.Type == "execute_reply"
	}
	e.output.begin(x.run)
	e.mu.Lock()
	e.memory.remove(names)
	e.mu.Unlock()
	bad.Traceback = append(bad.Traceback, strings.Join(names, ", ")+
		" cannot be evaluated, and not kept: later cells would fail too")
}
