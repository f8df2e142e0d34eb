package gonb

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
	"gopets/kernelext/internal/terminal"
	"gopets/kernelext/jupyter"
)

func plainError(name, value string) *eval.Error {
	return &eval.Error{Name: name, Value: value, Traceback: []string{red(name + ": " + value)}}
}

func atLine(f *eval.Error, count int, source []string, line int) *eval.Error {
	if line > 0 && line <= len(source) {
		f.Position = eval.Position{Cell: count, Line: line}
		f.Traceback = append(f.Traceback, fmt.Sprintf("Cell[%d]: Line %d", count, line)+
			excerpt(source, line, 0))
	}
	return f
}

func compileError(count int, source []string, wrong ...cellsrc.Mistake) *eval.Error {
	f := &eval.Error{Name: "CompileError", Value: fmt.Sprintf("Cell[%d]: Line %d: %s", count,
		wrong[0].Line, wrong[0].Text),
		Position: eval.Position{Cell: count, Line: wrong[0].Line, Column: wrong[0].Column}}
	for _, m := range wrong[:min(len(wrong), 10)] {
		f.Traceback = append(f.Traceback, red(fmt.Sprintf("Cell[%d]: Line %d: %s", count, m.Line,
			m.Text))+excerpt(source, m.Line, m.Column))
	}
	return f
}

func red(s string) string { return terminal.Paint(true).In(terminal.Red, s) }

var (
	compileLine = regexp.MustCompile(`(?m)^.*main(?:_test)?\.go:\d+(?::\d+)?: (.+)$`)
	cellLine    = regexp.MustCompile(`Cell\[(\d+)\]: Line (\d+)`)
	stackLine   = regexp.MustCompile(`\[\[ Cell \[(\d+)\] Line (\d+) \]\]`)
	undefined   = regexp.MustCompile(`undefined: ([\pL_][\pL\pN_]*)`)
)

type place struct{ cell, line int }

// where converts GoNB's cell and line to the notebook's; ok is false for lines that the kernel
// added.
func (e *Engine) where(cell, line string) (p place, source []string, ok bool) {
	n, _ := strconv.Atoi(cell)
	l, _ := strconv.Atoi(line)
	e.mu.Lock()
	s, known := e.sent[n]
	e.mu.Unlock()
	if !known || l < 1 || l > len(s.lines) || s.lines[l-1] < 0 {
		return place{s.count, l}, nil, false
	}
	return place{s.count, s.lines[l-1] + 1}, s.source, true
}

func (e *Engine) renumber(text string) string {
	return stackLine.ReplaceAllStringFunc(text, func(match string) string {
		m := stackLine.FindStringSubmatch(match)
		if p, _, ok := e.where(m[1], m[2]); ok {
			return fmt.Sprintf("[[ Cell [%d] Line %d ]]", p.cell, p.line)
		}
		return match
	})
}

func excerpt(source []string, line, column int) string {
	var b strings.Builder
	for i := max(1, line-1); i <= min(len(source), line+1); i++ {
		mark := "   "
		if i == line {
			mark = "-> "
		}
		fmt.Fprintf(&b, "\n%s%3d  %s", mark, i, source[i-1])
		if i == line && column > 0 && column <= len(source[i-1])+1 {
			indent := strings.Map(func(r rune) rune {
				if r == '\t' {
					return r
				}
				return ' '
			}, source[i-1][:column-1])
			b.WriteString("\n        " + indent + "^")
		}
	}
	return b.String()
}

func (e *Engine) explain(x *execution, reply *jupyter.ExecuteReply) *eval.Error {
	s := x.source
	if compileLine.MatchString(reply.EValue) {
		// GoNB's message is about braces and lines that it added
		if wrong := s.Mistakes(); wrong != nil {
			return compileError(x.cell.Number, s.Lines, wrong...)
		}
		return e.explainCompile(x, reply)
	}
	stderr := x.lastStderr()
	if failure := e.explainPanic(stderr); failure != nil {
		return failure
	}
	value := strings.TrimSpace(reply.EValue)
	name := "CellError"
	if exitNote.MatchString(value + "\n") {
		name = "ExitError"
		if lines := strings.Split(strings.TrimSpace(stderr), "\n"); lines[len(lines)-1] != "" {
			return &eval.Error{Name: name, Value: value,
				Traceback: []string{red(name + ": " + value + ": " + lines[len(lines)-1])}}
		}
	}
	if failure := buildFailure(value); failure != nil {
		return failure
	}
	value = strings.TrimPrefix(value, "executing special commands in cell: ")
	i := slices.IndexFunc(s.Commands,
		func(c cellsrc.CommandAt) bool { return strings.Contains(value, "%"+c.Name) })
	if i < 0 {
		return plainError(name, value)
	}
	return atLine(plainError(name, value), x.cell.Number, s.Lines, s.Commands[i].Line+1)
}

var buildCommand = regexp.MustCompile(`(?s)^failed to run "[^"]*go (?:build|test) .*?": (.*)$`)

func buildFailure(value string) *eval.Error {
	m := buildCommand.FindStringSubmatch(value)
	if m == nil {
		return nil
	}
	return plainError("BuildError", strings.TrimSpace(m[1]))
}

func (e *Engine) explainCompile(x *execution, reply *jupyter.ExecuteReply) *eval.Error {
	failure := &eval.Error{Name: "CompileError"}
	for _, entry := range reply.Traceback {
		message := entry[strings.LastIndexByte(strings.TrimRight(entry, "\n"), '\n')+1:]
		message = strings.TrimSpace(strings.NewReplacer("\x1b[31m", "", "\x1b[0m",
			"").Replace(message))
		message = hideNames(message)
		if message == "" || strings.HasPrefix(message, "# gonb_") {
			continue
		}
		text := message
		if m := cellLine.FindStringSubmatch(entry); m != nil && strings.HasPrefix(entry, m[0]) {
			at, source, ok := e.where(m[1], m[2])
			text = red(fmt.Sprintf("Cell[%d]: Line %d: %s", at.cell, at.line, message))
			column := 0
			if ok {
				if b := x.lastBuild(); b != nil {
					column = b.column(message, source[at.line-1])
				}
				text += excerpt(source, at.line, column)
			}
			hint := e.hint(message, x.plan)
			if hint == "" && ok && at.cell != x.cell.Number {
				hint = removal(source, at)
			}
			if hint != "" {
				text += "\n" + hint
				message += " (" + hint + ")"
			}
			if failure.Value == "" {
				failure.Value = fmt.Sprintf("Cell[%d]: Line %d: %s", at.cell, at.line, message)
				failure.Position = eval.Position{Cell: at.cell, Line: at.line, Column: column}
			}
		}
		failure.Traceback = append(failure.Traceback, text)
	}
	if failure.Value == "" {
		failure.Value = hideNames(strings.TrimSpace(compileLine.FindStringSubmatch(
			reply.EValue)[1]))
	}
	return failure
}

func (e *Engine) hint(message string, p plan) string {
	m := undefined.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	for _, l := range p.locals {
		if l.name == m[1] {
			return fmt.Sprintf(
				"%s is a local variable of this cell's statements; for functions and later "+
					"cells, write: %s", l.name, l.text)
		}
	}
	e.mu.Lock()
	l, ok := e.locals[m[1]]
	reason := e.aside[m[1]]
	x := e.current
	e.mu.Unlock()
	if reason == "" && x != nil {
		if b := x.lastBuild(); b != nil {
			reason = b.aside[m[1]]
		}
	}
	switch {
	case reason != "":
		return m[1] + " is set aside: " + hideNames(reason)
	case !ok:
		return ""
	}
	return fmt.Sprintf(
		"%s was a local variable of cell [%d]; to keep it for later cells, write there: %s", m[1],
		l.count, l.text)
}

func removal(source []string, at place) string {
	text := cellsrc.Parse(strings.Join(source, "\n")).Go()
	for _, c := range cellsrc.Chunks(text) {
		if !c.Decl || at.line < 1+cellsrc.LineAt(text, c.From) ||
			at.line > 1+strings.Count(text[:c.To], "\n") {
			continue
		}
		if names := sortedKeys(newMemoryOf(text[c.From:c.To]).decls); len(names) > 0 {
			return fmt.Sprintf(
				"this is what cell [%d] declared; declare it anew, or have it forgotten: %%rm %s",
				at.cell, strings.Join(names, " "))
		}
	}
	return ""
}

var lastWords = regexp.MustCompile(`(?m)^(panic|fatal error|SIG[A-Z]+): (.*)$`)

// explainPanic parses a panic in the standard error: its first line, and its positions in cells.
func (e *Engine) explainPanic(stderr string) *eval.Error {
	found := lastWords.FindAllStringSubmatchIndex(stderr, -1)
	if found == nil {
		return nil
	}
	m := found[len(found)-1]
	kind, value := stderr[m[2]:m[3]], stderr[m[4]:m[5]]
	switch kind {
	case "panic":
		kind = "Panic"
	case "fatal error":
		kind = "FatalError"
	}
	text := stderr[m[0]:]
	value = strings.TrimSuffix(value, " [recovered, repanicked]")
	failure := plainError(kind, value)
	seen := map[place]bool{}
	for _, m := range stackLine.FindAllStringSubmatch(text, 20) {
		cell, _ := strconv.Atoi(m[1])
		line, _ := strconv.Atoi(m[2])
		p := place{cell, line}
		if seen[p] {
			continue
		}
		seen[p] = true
		if len(seen) == 1 {
			failure.Position = eval.Position{Cell: cell, Line: line}
		}
		entry := fmt.Sprintf("Cell[%d]: Line %d", cell, line)
		if source := e.sourceOf(cell); line <= len(source) {
			entry += excerpt(source, line, 0)
		}
		failure.Traceback = append(failure.Traceback, entry)
	}
	return failure
}

func (e *Engine) latest(each func(s sent) bool) {
	e.mu.Lock()
	numbers := slices.Sorted(maps.Keys(e.sent))
	e.mu.Unlock()
	for _, n := range slices.Backward(numbers) {
		e.mu.Lock()
		s := e.sent[n]
		e.mu.Unlock()
		if !each(s) {
			return
		}
	}
}

func (e *Engine) sourceOf(count int) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var source []string
	last := 0
	for n, s := range e.sent {
		if s.count == count && n > last {
			source, last = s.source, n
		}
	}
	return source
}
