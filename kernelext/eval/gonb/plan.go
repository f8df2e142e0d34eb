package gonb

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopets/kernelext/cellsrc"
)

// A plan is a cell as GoNB gets it. The left becomes the right:
//
//	x := double(21)                              func double(n int) int { return 2 * n }
//	func double(n int) int { return 2 * n }      %%
//	x + 1                                        x := double(21)
//	                                             nbǃ.Values(x + 1)
//	                                             _ = x
type plan struct {
	code    string
	lines   []int   // for each line of code, the cell's line, both from 0; -1 where there is none
	special []bool  // for each line of code, whether it is a command
	decls   string  // the declarations
	body    string  // the statements
	locals  []local // what the statements declare
	shows   bool    // the program calls the kernel's functions for values and times
	value   bool    // a value is shown
	call    string  // the function whose results are shown, if they are those of a call
	passing bool    // it is, or belongs to, a local variable
}

type local struct{ name, text string }

// shellHead precedes a shell command: it skips it after a failed one, records a failure and its
// line, and redirects to the cell's streams.
const shellHead = `test -e "$NB_CELL/failed" && exit 1; trap 's=$?; test $s = 0 || echo $s %d >"$NB_CELL/failed"' EXIT; exec >"$NB_CELL/out" 2>"$NB_CELL/err"; test -e "$NB_CELL/noinput" && exec </dev/null; `

// newPlan returns a cell's plan. m has earlier cells' declarations; mute reports calls without
// value.
func newPlan(s *cellsrc.Source, m memory, mute func(call string) bool) plan {
	if s.Foreign != "" {
		return plan{code: s.Code, lines: identity(len(s.Lines)),
			special: make([]bool, len(s.Lines))}
	}
	out := slices.Clone(s.Lines)
	special := make([]bool, len(out))
	for i, k := range s.Kinds {
		special[i] = k != cellsrc.Go
	}
	for _, sh := range s.Shells {
		bang := strings.IndexByte(out[sh.Line], '!')
		rest := strings.TrimLeft(out[sh.Line][bang+1:], " \t")
		star := ""
		if strings.HasPrefix(rest, "*") {
			star, rest = "*", rest[1:]
		}
		out[sh.Line] = out[sh.Line][:bang+1] + star + fmt.Sprintf(shellHead, sh.Line+1) + rest
	}
	n := len(out)
	p := plan{lines: identity(n), special: special}
	golang := s.GoLines
	timed := p.times(s, out)
	if timed {
		golang = func(from, to int) string { return goLines(s, out, from, to) }
	}
	switch {
	case s.Own:
		p.decls = golang(0, n)
		if strings.TrimSpace(p.decls) == "" && !s.Has("wasm") {
			// GoNB runs nothing when there is no Go
			out, p.lines, p.special = append(out, "//"), append(p.lines, -1),
				append(p.special, false)
		}
	case s.Main >= 0:
		p.decls = golang(0, s.Main)
		p.body = golang(s.Main+1, n)
		body := p.body
		p.showLast(&body, mute, false)
		for i, line := range strings.Split(body, "\n") {
			if at := s.Main + 1 + i; at < n && !p.special[at] {
				out[at] = line
			}
		}
	default:
		out = p.sortOut(s, golang(0, n), out, mute)
	}
	out = p.keepGroups(m, out)
	p.code = strings.Join(hide(out, p.special), "\n")
	return p
}

// times rewrites %time, %%time and %timeit, which GoNB lacks, to Go on the same line.
func (p *plan) times(s *cellsrc.Source, out []string) (found bool) {
	for _, c := range s.Commands {
		switch c.Name {
		case "time", "timeit", "%time", "who", "restart":
		default:
			continue
		}
		statement := strings.TrimSpace(c.Args)
		if body, err := cellsrc.ParseBody(statement); err == nil && body.Last() != nil {
			if _, call := ast.Unparen(body.Last().X).(*ast.CallExpr); !call {
				statement = "_ = " + statement
			}
		}
		text := ""
		switch {
		case c.Name == "time" && statement != "":
			text = fmt.Sprintf("%[1]s := %[2]s(); %[3]s; %[1]s()", fmt.Sprint(private, "t", c.Line),
				timedName, statement)
		case c.Name == "time" || c.Name == "%time":
			text = "defer " + timedName + "()()"
		case c.Name == "timeit" && statement != "":
			text = timeItName + "(func() { " + statement + " })"
		}
		for i := c.Line; i <= c.Last; i++ {
			out[i], p.special[i] = "", false
		}
		out[c.Line] = text
		found = true
		p.shows = p.shows || text != ""
	}
	return found
}

func goLines(s *cellsrc.Source, out []string, from, to int) string {
	lines := strings.Split(s.GoLines(from, to), "\n")
	for _, c := range s.Commands {
		if c.Line >= from && c.Line < to && slices.Contains([]string{"time", "timeit", "%time"},
			c.Name) {
			lines[c.Line-from] = out[c.Line]
		}
	}
	return strings.Join(lines, "\n")
}

// sortOut returns a cell's lines in GoNB's order: imports, other declarations, %%, statements.
func (p *plan) sortOut(s *cellsrc.Source, text string, out []string,
	mute func(string) bool) (lines []string) {
	all := cellsrc.Chunks(text)
	// A pasted program often ends with its own call of main, which would not end.
	if slices.ContainsFunc(all, func(c cellsrc.Chunk) bool { return c.Main }) {
		all = slices.DeleteFunc(all, func(c cellsrc.Chunk) bool { return !c.Decl })
	}
	p.decls = text
	statements := slices.ContainsFunc(all, func(c cellsrc.Chunk) bool { return !c.Decl })
	first := slices.IndexFunc(all, func(c cellsrc.Chunk) bool { return !c.Import })
	mixed := first >= 0 && slices.ContainsFunc(all[first:],
		func(c cellsrc.Chunk) bool { return c.Import })
	if !statements && !mixed && len(all) == len(cellsrc.Chunks(text)) {
		return out
	}
	special := p.special
	var from []int
	add := func(text string, line int) {
		for i, l := range strings.Split(text, "\n") {
			lines, from = append(lines, l), append(from, line+i)
		}
	}
	for i := range special {
		if special[i] {
			add(out[i], i)
		}
	}
	args := ""
	if c, ok := s.Find("args"); ok {
		args = " " + c.Args // %% would do away with them
	}
	p.special = slices.Repeat([]bool{true}, len(lines))
	put := func(wanted func(c cellsrc.Chunk) bool) {
		for _, c := range all {
			if wanted(c) {
				add(strings.TrimSuffix(text[c.From:c.To], ";"), strings.Count(text[:c.From], "\n"))
			}
		}
	}
	begin := len(lines)
	put(func(c cellsrc.Chunk) bool { return c.Import })
	put(func(c cellsrc.Chunk) bool { return c.Decl && !c.Import })
	p.decls = strings.Join(lines[begin:], "\n")
	if statements {
		own := newMemoryOf(p.decls)
		known := func(call string) bool { return own.mute(call) || mute(call) }
		add("%%"+args, -1)
		from[len(from)-1] = -1
		begin = len(lines)
		put(func(c cellsrc.Chunk) bool { return !c.Decl })
		p.body = strings.Join(lines[begin:], "\n")
		body := p.body
		p.showLast(&body, known, true)
		lines = append(lines[:begin], strings.Split(body, "\n")...)
		from = from[:len(lines)]
		var used []string
		for _, l := range p.locals {
			if !slices.Contains(used, "_ = "+l.name) {
				used = append(used, "_ = "+l.name)
			}
		}
		if len(used) > 0 {
			lines, from = append(lines, strings.Join(used, "; ")), append(from, -1)
		}
	}
	p.lines = from
	for len(p.special) < len(lines) {
		p.special = append(p.special, statements && len(p.special) == begin-1) // the line with %%
	}
	return lines
}

// keepGroups repeats the rest of a group of constants of which the cell redeclares some: GoNB would
// drop it, and iota counts positions.
func (p *plan) keepGroups(m memory, out []string) []string {
	fresh := newMemoryOf(p.decls)
	done := map[string]bool{}
	for _, name := range sortedKeys(fresh.decls) {
		old, ok := m.decls[name]
		if !ok || old.group == nil || done[old.text] ||
			slices.Equal(old.group, fresh.decls[name].group) {
			continue
		}
		done[old.text] = true
		text := old.text
		for i, n := range old.group {
			if _, again := fresh.decls[n]; again {
				text = renameIn(text, n, fmt.Sprint(private, "c", len(out), "_", i))
			}
		}
		lines := strings.Split(text, "\n")
		out = append(lines, out...)
		p.lines = append(slices.Repeat([]int{-1}, len(lines)), p.lines...)
		p.special = append(make([]bool, len(lines)), p.special...)
	}
	return out
}

// showLast finds the locals of a body, and shows the value of its last expression; of a call only
// if calls is set, as it is a statement below GoNB's %%.
func (p *plan) showLast(text *string, mute func(string) bool, calls bool) {
	body, err := cellsrc.ParseBody(*text)
	if err != nil || len(body.List) == 0 {
		return // GoNB reports the error
	}
	for _, stmt := range body.List {
		p.noteLocals(stmt, body.Text)
	}
	last := body.Last()
	if last == nil {
		return
	}
	x := ast.Unparen(last.X)
	if call, ok := x.(*ast.CallExpr); ok {
		if !calls || silent(call) {
			return
		}
		// A local variable may have the name.
		name := body.Text(call.Fun)
		root, _, _ := strings.Cut(name, ".")
		local := slices.ContainsFunc(p.locals, func(l local) bool { return l.name == root })
		if !local && mute(name) || strings.HasPrefix(name, private) {
			return
		}
		p.call, p.passing = name, local
	}
	if r, ok := x.(*ast.UnaryExpr); ok && r.Op == token.ARROW && !calls {
		return
	}
	p.shows, p.value = true, true
	from, to := body.Offsets(last)
	name := showName
	if p.call != "" {
		name = resultsName
	}
	*text = (*text)[:from] + name + "(" + (*text)[from:to] + ")" + (*text)[to:]
}

func (p *plan) noteLocals(stmt ast.Stmt, textOf func(ast.Node) string) {
	add := func(name *ast.Ident, text string) {
		if name.Name != "_" && !strings.HasPrefix(name.Name, private) {
			p.locals = append(p.locals, local{name.Name, text})
		}
	}
	switch stmt := stmt.(type) {
	case *ast.AssignStmt:
		if stmt.Tok != token.DEFINE {
			return
		}
		var left, right []string
		for _, x := range stmt.Lhs {
			left = append(left, textOf(x))
		}
		for _, x := range stmt.Rhs {
			right = append(right, textOf(x))
		}
		for _, x := range stmt.Lhs {
			if id, ok := x.(*ast.Ident); ok {
				add(id, fmt.Sprintf("var %s = %s", strings.Join(left, ", "),
					strings.Join(right, ", ")))
			}
		}
	case *ast.DeclStmt:
		decl, ok := stmt.Decl.(*ast.GenDecl)
		if !ok || decl.Tok != token.VAR {
			return
		}
		for _, spec := range decl.Specs {
			for _, id := range spec.(*ast.ValueSpec).Names {
				add(id, textOf(decl))
			}
		}
	}
}

// silent reports whether a call certainly has no result to show.
func silent(call *ast.CallExpr) bool {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return slices.Contains([]string{"print", "println", "panic", "close", "delete", "copy",
			"clear", "recover"}, f.Name)
	case *ast.SelectorExpr:
		pkg, ok := f.X.(*ast.Ident)
		return ok && (pkg.Name == "log" || pkg.Name == "fmt" &&
			(strings.HasPrefix(f.Sel.Name, "Print") || strings.HasPrefix(f.Sel.Name, "Fprint") ||
				strings.HasPrefix(f.Sel.Name, "Scan")))
	case *ast.FuncLit:
		return f.Type.Results == nil
	}
	return false
}

func (p *plan) golang() []goLine {
	var found []goLine
	for i, text := range strings.Split(p.code, "\n") {
		if !p.special[i] && !cellsrc.IsPackageClause(text) {
			found = append(found, goLine{text, p.lines[i]})
		}
	}
	return found
}

func identity(n int) []int {
	lines := make([]int, n)
	for i := range lines {
		lines[i] = i
	}
	return lines
}

func renameIn(text, name, by string) string {
	return regexp.MustCompile(`\b`+regexp.QuoteMeta(name)+`\b`).ReplaceAllString(text, by)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
