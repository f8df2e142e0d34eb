package kernel

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// A plan is a cell as GoNB gets it.
type plan struct {
	code    string
	lines   []int   // for each line of code, the cell's line, both from 0; -1 where there is none
	special []bool  // for each line of code, whether it is a command
	decls   string  // the declarations, for completion
	body    string  // the statements
	locals  []local // what the statements declare
	shows   bool    // a value is shown
	call    string  // the function whose results are shown, if they are those of a call
	passing bool    // that function is, or belongs to, a local variable
}

// local is a variable that is gone when its cell has ended.
type local struct{ name, text string }

// showName is the function that the kernel adds to the cell's program, if the cell shows a value;
// resultsName is the one for what a call gives.
const (
	showName    = "nb_show"
	resultsName = "nb_results"
)

// shellHead precedes a shell command: nothing is run after one that failed, its failure and its
// line are noted, and it reads and writes where the cell does.
const shellHead = `test -e "$NB_CELL/failed" && exit 1; trap 's=$?; test $s = 0 || echo $s %d >"$NB_CELL/failed"' EXIT; exec >"$NB_CELL/out" 2>"$NB_CELL/err"; test -e "$NB_CELL/noinput" && exec </dev/null; `

// plan says what GoNB gets. mute tells which calls are known to have no value; with again, the cell
// is sent a second time because its last call has none, and without what its special commands have
// done already.
func (s *source) plan(mute func(call string) bool, again bool) plan {
	if s.foreign {
		return plan{code: strings.Join(s.lines, "\n"), lines: identity(len(s.lines)), special: s.special}
	}
	out := slices.Clone(s.lines)
	for _, i := range s.shells {
		bang := strings.IndexByte(out[i], '!')
		rest := strings.TrimLeft(out[i][bang+1:], " \t")
		star := ""
		if strings.HasPrefix(rest, "*") {
			star, rest = "*", rest[1:]
		}
		out[i] = out[i][:bang+1] + star + fmt.Sprintf(shellHead, i+1) + rest
	}
	if again {
		for i, special := range s.special {
			if special && !s.ofProgram(i) {
				out[i] = ""
			}
		}
	}
	n := len(out)
	p := plan{lines: identity(n)}
	special := s.special
	switch {
	case s.own:
		p.decls = s.golang(0, n)
		if strings.TrimSpace(p.decls) == "" {
			// GoNB runs nothing when there is no Go
			out, p.lines, special = append(out, "//"), append(p.lines, -1), append(slices.Clone(special), false)
		}
	case s.main >= 0:
		p.decls = s.golang(0, s.main)
		p.body = s.golang(s.main+1, n)
		body := p.body
		p.showLast(&body, mute, false)
		// A line with a special command keeps it; all others are as rewritten.
		for i, line := range strings.Split(body, "\n") {
			if at := s.main + 1 + i; at < n && !s.special[at] {
				out[at] = line
			}
		}
	default:
		out, special = p.sortOut(s, out, mute, !again)
	}
	p.code, p.special = strings.Join(hide(out, special), "\n"), special
	return p
}

// ofProgram tells a line whose command is about the cell's program, not done with when GoNB has
// read it.
func (s *source) ofProgram(line int) bool {
	return slices.ContainsFunc(s.magics, func(m command) bool {
		return m.line == line && slices.Contains([]string{"%", "main", "args", "capture"}, m.name)
	})
}

// sortOut brings a cell that mixes declarations and statements into GoNB's order: imports, the
// other declarations, %%, the statements. It gives the lines for GoNB, and which of them are
// commands.
func (p *plan) sortOut(s *source, out []string, mute func(string) bool, calls bool) (lines []string, special []bool) {
	text := s.golang(0, len(s.lines))
	all := chunks(text)
	p.decls = text
	statements := slices.ContainsFunc(all, func(c chunk) bool { return !c.decl })
	first := slices.IndexFunc(all, func(c chunk) bool { return !c.imports })
	if !statements && (first < 0 || !slices.ContainsFunc(all[first:], func(c chunk) bool { return c.imports })) {
		return out, s.special
	}
	var from []int
	add := func(text string, line int) {
		for i, l := range strings.Split(text, "\n") {
			lines, from = append(lines, l), append(from, line+i)
		}
	}
	args := ""
	for i := range s.special {
		if s.special[i] {
			add(out[i], i)
		}
	}
	if m, ok := s.magic(func(name string) bool { return name == "args" }); ok {
		args = " " + m.rest // %% would do away with them
	}
	special = slices.Repeat([]bool{true}, len(lines))
	put := func(wanted func(c chunk) bool) {
		for _, c := range all {
			if wanted(c) {
				add(strings.TrimSuffix(text[c.from:c.to], ";"), strings.Count(text[:c.from], "\n"))
			}
		}
	}
	begin := len(lines)
	put(func(c chunk) bool { return c.imports })
	put(func(c chunk) bool { return c.decl && !c.imports })
	p.decls = strings.Join(lines[begin:], "\n")
	if statements {
		own := newMemoryOf(p.decls)
		known := func(call string) bool { return own.mute(call) || mute(call) }
		add("%%"+args, -1)
		from[len(from)-1] = -1
		begin = len(lines)
		put(func(c chunk) bool { return !c.decl })
		p.body = strings.Join(lines[begin:], "\n")
		body := p.body
		p.showLast(&body, known, calls)
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
	for len(special) < len(lines) {
		special = append(special, statements && len(special) == begin-1) // the line with %%
	}
	return lines, special
}

// showLast finds the locals of a body, and shows the value of its last expression. A call counts
// only where calls do: with GoNB's %% it is a statement, as in Go.
func (p *plan) showLast(body *string, mute func(string) bool, calls bool) {
	fset, block, err := parseBody(*body)
	if err != nil || len(block.List) == 0 {
		return // GoNB will say what is wrong
	}
	at := func(pos token.Pos) int { return fset.Position(pos).Offset - len(bodyHead) }
	textOf := func(n ast.Node) string { return (*body)[at(n.Pos()):at(n.End())] }
	for _, stmt := range block.List {
		p.noteLocals(stmt, textOf)
	}
	last, ok := block.List[len(block.List)-1].(*ast.ExprStmt)
	if !ok {
		return
	}
	x := ast.Unparen(last.X)
	if call, ok := x.(*ast.CallExpr); ok {
		if !calls || silent(call) {
			return
		}
		// What is known of a name is not known of a local variable that has it.
		name := textOf(call.Fun)
		root, _, _ := strings.Cut(name, ".")
		local := slices.ContainsFunc(p.locals, func(l local) bool { return l.name == root })
		if !local && mute(name) {
			return
		}
		p.call, p.passing = name, local
	}
	if r, ok := x.(*ast.UnaryExpr); ok && r.Op == token.ARROW && !calls {
		return
	}
	p.shows = true
	from, to := at(last.Pos()), at(last.End())
	name := showName
	if p.call != "" {
		name = resultsName
	}
	*body = (*body)[:from] + name + "(" + (*body)[from:to] + ")" + (*body)[to:]
}

func (p *plan) noteLocals(stmt ast.Stmt, textOf func(ast.Node) string) {
	add := func(name *ast.Ident, text string) {
		if name.Name != "_" {
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
				add(id, fmt.Sprintf("var %s = %s", strings.Join(left, ", "), strings.Join(right, ", ")))
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

// silent tells calls whose results nobody wants to see: printing, and what has no result for
// certain.
func silent(call *ast.CallExpr) bool {
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return slices.Contains([]string{"print", "println", "panic", "close", "delete", "copy", "clear", "recover"}, f.Name)
	case *ast.SelectorExpr:
		pkg, ok := f.X.(*ast.Ident)
		return ok && (pkg.Name == "log" || pkg.Name == "fmt" && (strings.HasPrefix(f.Sel.Name, "Print") || strings.HasPrefix(f.Sel.Name, "Fprint") || strings.HasPrefix(f.Sel.Name, "Scan")))
	case *ast.FuncLit:
		return f.Type.Results == nil
	}
	return false
}

// golang gives the lines of Go that GoNB is sent, as it will put them together.
func (p *plan) golang() []goLine {
	var found []goLine
	for i, text := range strings.Split(p.code, "\n") {
		if !p.special[i] && !packageClause.MatchString(text) {
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
