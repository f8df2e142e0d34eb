package kernel

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gopets/kernelext/jupyter"
)

func plainError(name, value string) *jupyter.ErrorContent {
	return &jupyter.ErrorContent{EName: name, EValue: value, Traceback: []string{red(name + ": " + value)}}
}

func red(s string) string { return "\x1b[31m" + s + "\x1b[0m" }

var (
	compileLine = regexp.MustCompile(`(?m)^.*main(?:_test)?\.go:\d+(?::\d+)?: (.+)$`)
	cellLine    = regexp.MustCompile(`Cell\[(\d+)\]: Line (\d+)`)
	stackLine   = regexp.MustCompile(`\[\[ Cell \[(\d+)\] Line (\d+) \]\]`)
	undefined   = regexp.MustCompile(`undefined: (\w+)`)
)

// place is a line of a cell as people count it.
type place struct{ cell, line int }

// where turns GoNB's number of a cell and its line into the notebook's. ok is false for lines that the kernel added.
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
func (k *Kernel) explain(e *execution, reply *jupyter.ExecuteReply) *jupyter.ErrorContent {
	if compileLine.MatchString(reply.EValue) {
		return k.explainCompile(reply)
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
			return &jupyter.ErrorContent{EName: name, EValue: value, Traceback: []string{red(name + ": " + value + ": " + lines[len(lines)-1])}}
		}
	}
	return plainError(name, value)
}

func (k *Kernel) explainCompile(reply *jupyter.ExecuteReply) *jupyter.ErrorContent {
	failure := &jupyter.ErrorContent{EName: "CompileError"}
	for _, entry := range reply.Traceback {
		message := entry[strings.LastIndexByte(strings.TrimRight(entry, "\n"), '\n')+1:]
		message = strings.TrimSpace(strings.NewReplacer("\x1b[31m", "", "\x1b[0m", "").Replace(message))
		if message == "" || strings.HasPrefix(message, "# gonb_") {
			continue
		}
		text := message
		if m := cellLine.FindStringSubmatch(entry); m != nil && strings.HasPrefix(entry, m[0]) {
			p, source, ok := k.where(m[1], m[2])
			text = fmt.Sprintf("Cell[%d]: Line %d: %s", p.cell, p.line, message)
			if ok {
				text = red(text) + excerpt(source, p.line)
			} else {
				text = red(text)
			}
			if hint := k.hint(message); hint != "" {
				text += "\n" + hint
				message += " (" + hint + ")"
			}
			if failure.EValue == "" {
				failure.EValue = fmt.Sprintf("Cell[%d]: Line %d: %s", p.cell, p.line, message)
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
func (k *Kernel) hint(message string) string {
	m := undefined.FindStringSubmatch(message)
	if m == nil {
		return ""
	}
	k.mu.Lock()
	l, ok := k.locals[m[1]]
	k.mu.Unlock()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s was a local variable of cell [%d]; to keep it for later cells, write there: %s", m[1], l.count, l.text)
}

// explainPanic reads a panic from the standard error: its first line, and where in cells it happened.
func (k *Kernel) explainPanic(stderr string) *jupyter.ErrorContent {
	at := strings.LastIndex("\n"+stderr, "\npanic: ")
	kind := "Panic"
	if at < 0 {
		if at = strings.LastIndex("\n"+stderr, "\nfatal error: "); at < 0 {
			return nil
		}
		kind = "FatalError"
	}
	text := stderr[at:]
	first, _, _ := strings.Cut(text, "\n")
	_, value, _ := strings.Cut(first, ": ")
	value = strings.TrimSuffix(value, " [recovered, repanicked]")
	failure := &jupyter.ErrorContent{EName: kind, EValue: value, Traceback: []string{red(kind + ": " + value)}}
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
