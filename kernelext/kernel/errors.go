package kernel

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopets/kernelext/jupyter"
)

// failure is how a cell ended badly; nil is that it did not.
type failure struct{ jupyter.ErrorContent }

func plainError(name, value string) *failure {
	return &failure{jupyter.ErrorContent{EName: name, EValue: value, Traceback: []string{red(name + ": " + value)}}}
}

// at adds the line of a cell that the failure is about, if it is one.
func (f *failure) at(count int, source []string, line int) *failure {
	if line > 0 && line <= len(source) {
		f.Traceback = append(f.Traceback, fmt.Sprintf("Cell[%d]: Line %d", count, line)+excerpt(source, line))
	}
	return f
}

// syntaxError tells of what no Go parser can read.
func syntaxError(count int, source []string, wrong []mistake) *failure {
	f := &failure{jupyter.ErrorContent{EName: "CompileError", EValue: fmt.Sprintf("Cell[%d]: Line %d: %s", count, wrong[0].line, wrong[0].text)}}
	for _, m := range wrong[:min(len(wrong), 10)] {
		f.Traceback = append(f.Traceback, red(fmt.Sprintf("Cell[%d]: Line %d: %s", count, m.line, m.text))+excerpt(source, m.line))
	}
	return f
}

func red(s string) string { return "\x1b[31m" + s + "\x1b[0m" }

var (
	compileLine = regexp.MustCompile(`(?m)^.*main(?:_test)?\.go:\d+(?::\d+)?: (.+)$`)
	cellLine    = regexp.MustCompile(`Cell\[(\d+)\]: Line (\d+)`)
	stackLine   = regexp.MustCompile(`\[\[ Cell \[(\d+)\] Line (\d+) \]\]`)
	undefined   = regexp.MustCompile(`undefined: ([\pL_][\pL\pN_]*)`)
)

// place is a line of a cell as people count it.
type place struct{ cell, line int }

// where turns GoNB's number of a cell and its line into the notebook's. ok is false for lines that
// the kernel added.
func (k *Kernel) where(cell, line string) (p place, source []string, ok bool) {
	n, _ := strconv.Atoi(cell)
	l, _ := strconv.Atoi(line)
	k.mu.Lock()
	s, known := k.cells[n]
	k.mu.Unlock()
	if !known || l < 1 || l > len(s.lines) || s.lines[l-1] < 0 {
		return place{s.count, l}, nil, false
	}
	return place{s.count, s.lines[l-1] + 1}, s.source, true
}

// renumber corrects the places in a stack trace.
func (k *Kernel) renumber(text string) string {
	return stackLine.ReplaceAllStringFunc(text, func(match string) string {
		m := stackLine.FindStringSubmatch(match)
		if p, _, ok := k.where(m[1], m[2]); ok {
			return fmt.Sprintf("[[ Cell [%d] Line %d ]]", p.cell, p.line)
		}
		return match
	})
}

// excerpt shows a line of a cell with those around it.
func excerpt(source []string, line int) string {
	var b strings.Builder
	for i := max(1, line-1); i <= min(len(source), line+1); i++ {
		mark := "   "
		if i == line {
			mark = "-> "
		}
		fmt.Fprintf(&b, "\n%s%3d  %s", mark, i, source[i-1])
	}
	return b.String()
}

// explain gives GoNB's error the shape that Jupyter's clients expect.
func (k *Kernel) explain(e *execution, s *source, p plan, reply *jupyter.ExecuteReply) *failure {
	if compileLine.MatchString(reply.EValue) {
		// GoNB's words for it tell of braces and lines that it added
		if wrong := s.mistakes(); wrong != nil {
			return syntaxError(e.count, s.lines, wrong)
		}
		return k.explainCompile(e, p, reply)
	}
	e.mu.Lock()
	stderr := string(e.stderr)
	e.mu.Unlock()
	if failure := k.explainPanic(stderr); failure != nil {
		return failure
	}
	value := strings.TrimSpace(reply.EValue)
	name := "CellError"
	if exitNote.MatchString(value + "\n") {
		name = "ExitError"
		if lines := strings.Split(strings.TrimSpace(stderr), "\n"); lines[len(lines)-1] != "" {
			return &failure{jupyter.ErrorContent{EName: name, EValue: value, Traceback: []string{red(name + ": " + value + ": " + lines[len(lines)-1])}}}
		}
	}
	value = strings.TrimPrefix(value, "executing special commands in cell: ")
	m, ok := s.magic(func(name string) bool { return strings.Contains(value, "%"+name) })
	if !ok {
		return plainError(name, value)
	}
	return plainError(name, value).at(e.count, s.lines, m.line+1)
}

func (k *Kernel) explainCompile(e *execution, p plan, reply *jupyter.ExecuteReply) *failure {
	failure := &failure{jupyter.ErrorContent{EName: "CompileError"}}
	for _, entry := range reply.Traceback {
		message := entry[strings.LastIndexByte(strings.TrimRight(entry, "\n"), '\n')+1:]
		message = strings.TrimSpace(strings.NewReplacer("\x1b[31m", "", "\x1b[0m", "").Replace(message))
		if message == "" || strings.HasPrefix(message, "# gonb_") {
			continue
		}
		text := message
		if m := cellLine.FindStringSubmatch(entry); m != nil && strings.HasPrefix(entry, m[0]) {
			at, source, ok := k.where(m[1], m[2])
			text = red(fmt.Sprintf("Cell[%d]: Line %d: %s", at.cell, at.line, message))
			if ok {
				text += excerpt(source, at.line)
			}
			hint := k.hint(message, p)
			if hint == "" && ok && at.cell != e.count {
				hint = removal(source, at)
			}
			if hint != "" {
				text += "\n" + hint
				message += " (" + hint + ")"
			}
			if failure.EValue == "" {
				failure.EValue = fmt.Sprintf("Cell[%d]: Line %d: %s", at.cell, at.line, message)
			}
		}
		failure.Traceback = append(failure.Traceback, text)
	}
	if failure.EValue == "" {
		failure.EValue = strings.TrimSpace(compileLine.FindStringSubmatch(reply.EValue)[1])
	}
	return failure
}

// hint helps those who expect a variable to outlive its cell.
func (k *Kernel) hint(message string, p plan) string {
	m := undefined.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	for _, l := range p.locals {
		if l.name == m[1] {
			return fmt.Sprintf("%s is a local variable of this cell's statements; for functions and later cells, write: %s", l.name, l.text)
		}
	}
	k.mu.Lock()
	l, ok := k.locals[m[1]]
	k.mu.Unlock()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s was a local variable of cell [%d]; to keep it for later cells, write there: %s", m[1], l.count, l.text)
}

// removal says how to get rid of a declaration of an earlier cell that a new one has made wrong.
func removal(source []string, at place) string {
	text := readSource(strings.Join(source, "\n")).golang(0, len(source))
	for _, c := range chunks(text) {
		if !c.decl || at.line < lineAt(text, c.from) || at.line > 1+strings.Count(text[:c.to], "\n") {
			continue
		}
		if names := slices.Sorted(maps.Keys(newMemoryOf(text[c.from:c.to]).decls)); len(names) > 0 {
			return fmt.Sprintf("this is what cell [%d] declared; declare it anew, or have it forgotten: %%rm %s", at.cell, strings.Join(names, " "))
		}
	}
	return ""
}

// lastWords begins what the Go runtime says when a program goes down.
var lastWords = regexp.MustCompile(`(?m)^(panic|fatal error|SIG[A-Z]+): (.*)$`)

// explainPanic reads a panic from the standard error: its first line, and where in cells it
// happened.
func (k *Kernel) explainPanic(stderr string) *failure {
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
		entry := fmt.Sprintf("Cell[%d]: Line %d", cell, line)
		if source := k.sourceOf(cell); line <= len(source) {
			entry += excerpt(source, line)
		}
		failure.Traceback = append(failure.Traceback, entry)
	}
	return failure
}

// latest gives what GoNB was sent, the last first.
func (k *Kernel) latest(each func(s sent) bool) {
	k.mu.Lock()
	numbers := slices.Sorted(maps.Keys(k.cells))
	k.mu.Unlock()
	for _, n := range slices.Backward(numbers) {
		k.mu.Lock()
		s := k.cells[n]
		k.mu.Unlock()
		if !each(s) {
			return
		}
	}
}

// sourceOf finds the text of a cell by the notebook's number.
func (k *Kernel) sourceOf(count int) []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var source []string
	last := 0
	for n, s := range k.cells {
		if s.count == count && n > last {
			source, last = s.source, n
		}
	}
	return source
}
