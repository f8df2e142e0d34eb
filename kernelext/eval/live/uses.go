package live

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gopets/kernelext/eval"
)

// findUses notes which declarations use which, drops the variables whose types have changed, and
// returns problems of what the cell uses but cannot have.
func (k *checked) findUses() (problems []problem) {
	for _, c := range append(slices.Clone(k.cells), k.cell) {
		for _, d := range c.decls {
			d.uses = k.usesOf(d.node)
		}
	}
	for _, name := range sorted(k.vars) {
		v := k.vars[name]
		obj := k.pkg.Scope().Lookup(name)
		if obj == nil || v.expr == nil {
			continue
		}
		v.uses = k.usesOf(v.expr)
		if v.lost != "" || shape(obj.Type(), k.pkg) == v.shape {
			continue
		}
		gone := *v
		gone.lost = "its type has changed"
		if changed := k.changedTypes(v); changed != "" {
			gone.lost = fmt.Sprintf("its type %s has changed", changed)
		}
		k.vars[name] = &gone
		k.drop = append(k.drop, v.key)
		if !strings.HasPrefix(name, oldMark) {
			k.warnings = append(k.warnings, fmt.Sprintf("%s is dropped: %s: run cell %d again",
				name, gone.lost, v.cell))
		}
	}
	return k.unavailable()
}

func (k *checked) changedTypes(v *variable) string {
	var names []string
	reached := k.reach(v.uses)
	for _, d := range k.cell.decls {
		for _, n := range d.names {
			if reached[n] {
				names = append(names, n)
			}
		}
	}
	return strings.Join(names, ", ")
}

func (k *checked) usesOf(node ast.Node) map[string]bool {
	uses := map[string]bool{}
	ast.Inspect(node, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			if obj := k.info.Uses[id]; k.own(obj) {
				uses[obj.Name()] = true
			}
		}
		return true
	})
	if f, ok := node.(*ast.FuncDecl); ok && f.Recv != nil && len(f.Recv.List) > 0 {
		uses[receiverName(f.Recv.List[0].Type)] = true
	}
	return uses
}

func (k *checked) own(obj types.Object) bool {
	return obj != nil && obj.Pkg() == k.pkg && obj.Parent() == k.pkg.Scope()
}

// table returns all declarations by name; those of methods are also those of their types.
func (k *checked) table() (byName map[string]*decl, methods map[string][]*decl) {
	if k.byName != nil {
		return k.byName, k.methods
	}
	byName, methods = map[string]*decl{}, map[string][]*decl{}
	for _, c := range append(slices.Clone(k.cells), k.cell) {
		for _, d := range c.decls {
			for _, n := range d.names {
				byName[n] = d
				if t, _, ok := strings.Cut(n, "~"); ok {
					methods[t] = append(methods[t], d)
				}
			}
		}
	}
	k.byName, k.methods = byName, methods
	return byName, methods
}

func (d *decl) kind() string {
	if g, ok := d.node.(*ast.GenDecl); ok {
		return g.Tok.String()
	}
	return "func"
}

// reach returns all names that some names need: a type needs its methods.
func (k *checked) reach(names map[string]bool) map[string]bool {
	byName, methods := k.table()
	reached := map[string]bool{}
	var visit func(name string)
	visitAll := func(names map[string]bool) {
		for n := range names {
			visit(n)
		}
	}
	visit = func(name string) {
		if reached[name] {
			return
		}
		reached[name] = true
		if d := byName[name]; d != nil {
			for _, n := range d.names {
				reached[n] = true
			}
			visitAll(d.uses)
		} else if v := k.vars[name]; v != nil {
			visitAll(v.uses)
		}
		for _, m := range methods[name] {
			if k.faults[m] == "" {
				visit(m.names[0])
			}
		}
	}
	visitAll(names)
	return reached
}

func (k *checked) roots() map[string]bool {
	roots := map[string]bool{}
	for _, f := range []*ast.FuncDecl{k.cell.run, k.cell.body} {
		if f != nil {
			for n := range k.usesOf(f) {
				roots[n] = true
			}
		}
	}
	for _, d := range k.defines {
		roots[d.name] = true
	}
	for _, d := range k.cell.decls {
		if d.runs() {
			roots[d.names[0]] = true
		}
	}
	if k.cell.script.test {
		for _, name := range k.tests() {
			roots[name] = true
		}
	}
	return roots
}

func (d *decl) runs() bool {
	return strings.HasPrefix(d.names[0], mark+"init") || d.names[0] == "main"
}

// unavailable returns the uses of declarations that are set aside and of variables without value.
func (k *checked) unavailable() (problems []problem) {
	byName, _ := k.table()
	fresh := map[string]bool{}
	for _, d := range k.defines {
		if d.v != nil && d.v.lost != "" {
			problems = append(problems, problem{k.at(d.ident), fmt.Sprintf("%s cannot be kept: %s",
				d.name, d.v.lost)})
		}
		fresh[d.name] = true
	}
	seen := map[string]bool{}
	for name := range k.reach(k.roots()) {
		text := ""
		if v := k.vars[name]; v != nil && v.lost != "" && !fresh[name] {
			text = fmt.Sprintf("%s has no value: %s: run cell %d again", name, v.lost, v.cell)
		} else if d := byName[name]; d != nil && k.faults[d] != "" {
			text = fmt.Sprintf("%s cannot be used: %s", strings.ReplaceAll(name, "~", "."),
				k.faults[d])
		}
		if text != "" && !seen[text] {
			seen[text] = true
			problems = append(problems, problem{k.at(k.mention(name)), text})
		}
	}
	return problems
}

func (k *checked) mention(name string) ast.Node {
	var found ast.Node
	for _, f := range []*ast.FuncDecl{k.cell.run, k.cell.body} {
		if f == nil {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok || found != nil {
				return found == nil
			}
			if obj := k.info.Uses[id]; k.own(obj) &&
				k.reach(map[string]bool{obj.Name(): true})[name] {
				found = id
			}
			return true
		})
	}
	return found
}

func (k *checked) at(n ast.Node) (at eval.Position) {
	if n == nil {
		at.Cell = k.cell.number
		return at
	}
	return position(k.program.fset.Position(n.Pos()))
}

// digest returns a hash of a name with all that it needs: equal digests compile to the same.
func (k *checked) digest(name string) string {
	byName, _ := k.table()
	sum := sha256.New()
	for _, n := range slices.Sorted(keys(k.reach(map[string]bool{name: true}))) {
		if d := byName[n]; d != nil {
			fmt.Fprintf(sum, "%s %q\n", n, d.text())
			for _, i := range sorted(d.cell.imports) {
				fmt.Fprintf(sum, "%s=%s ", i, d.cell.imports[i])
			}
		} else if v := k.vars[n]; v != nil {
			fmt.Fprintf(sum, "%s %s %s\n", n, v.key, v.shape)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

func (d *decl) text() string {
	from, to := d.cell.offset(d.node.Pos()), d.cell.offset(d.node.End())
	if g, ok := d.node.(*ast.GenDecl); ok && g.Tok == token.TYPE {
		from, to = d.cell.offset(g.Specs[0].Pos()), d.cell.offset(g.Specs[0].End())
	}
	return d.cell.text[from:to] + fmt.Sprint(d.names)
}
