package gonb

import (
	"context"
	"errors"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
)

const (
	answerTime = 20 * time.Second
	// firstTime is the limit before gopls has read the workspace; then the engine answers with the
	// names it knows.
	firstTime = 800 * time.Millisecond
)

// document returns the program that gopls sees: earlier declarations, the cell's, and a main with
// its statements.
func (e *Engine) document(s *cellsrc.Source, at int) (text string, offset int, ok bool) {
	cellText := s.Go()
	var parts []cellsrc.Chunk
	if s.Main >= 0 {
		cut := len(s.GoLines(0, s.Main))
		parts = []cellsrc.Chunk{{From: 0, To: cut, Decl: true}, {From: min(cut+2, len(cellText)),
			To: len(cellText)}}
		if s.Main == 0 {
			parts = []cellsrc.Chunk{{From: min(1, len(cellText)), To: len(cellText)}}
		}
	} else {
		parts = cellsrc.Chunks(cellText)
		end := 0
		if len(parts) > 0 {
			end = parts[len(parts)-1].To
		}
		if end < len(cellText) || len(parts) == 0 {
			parts = append(parts, cellsrc.Chunk{From: end, To: len(cellText)})
		}
	}
	var own strings.Builder
	for _, p := range parts {
		if p.Decl {
			own.WriteString(cellText[p.From:p.To] + "\n")
		}
	}
	e.mu.Lock()
	imports, decls := e.memory.without(own.String())
	e.mu.Unlock()
	imports = append(imports, missingImports(cellText+"\n"+strings.Join(decls, "\n"),
		strings.Join(imports, "\n")+own.String())...)
	var b strings.Builder
	b.WriteString("package main\n\n")
	for _, i := range imports {
		b.WriteString("import " + i + "\n")
	}
	here := slices.IndexFunc(parts, func(p cellsrc.Chunk) bool {
		return at >= p.From &&
			at <= p.To
	})
	put := func(decl, imports bool) {
		for i, p := range parts {
			if p.Decl != decl || p.Import != imports {
				continue
			}
			if i == here {
				offset = b.Len() + at - p.From
			}
			part := cellText[p.From:p.To]
			b.WriteString(part + "\n" + cellsrc.Closers(part) + "\n")
		}
	}
	put(true, true)
	put(true, false)
	for _, d := range decls {
		b.WriteString(d + "\n")
	}
	b.WriteString("func main() {\n")
	put(false, false)
	b.WriteString("\n}\n")
	return b.String(), offset, here >= 0
}

var qualified = regexp.MustCompile(`\b([a-z][a-z0-9]*)\.([A-Z]\w*)?`)

func missingImports(text, imports string) []string {
	wanted := map[string][]string{}
	for _, m := range qualified.FindAllStringSubmatch(text, -1) {
		wanted[m[1]] = append(wanted[m[1]], m[2])
	}
	var found []string
	for _, name := range sortedKeys(wanted) {
		path := standard.find(name, wanted[name])
		if path != "" && !strings.Contains(imports, "/"+name+`"`) &&
			!strings.Contains(imports, `"`+name+`"`) {
			found = append(found, `"`+path+`"`)
		}
	}
	return found
}

var errNoGopls = errors.New("gopls is not available: nb setup builds it")

func (e *Engine) query(ctx context.Context, method, code string, at int, into any) error {
	g := e.gopls
	if g == nil {
		return errNoGopls
	}
	g.mu.Lock()
	limit := firstTime
	if g.warm {
		limit = answerTime
	}
	g.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	select {
	case <-g.turn:
		defer func() { g.turn <- struct{}{} }()
	case <-ctx.Done():
		return errors.New("gopls is not ready yet")
	}
	s := cellsrc.Parse(code)
	line := strings.Count(code[:at], "\n")
	if s.Foreign != "" || s.Kinds[line] != cellsrc.Go {
		return errors.New("not Go")
	}
	// Commands are empty lines for gopls, so later offsets move.
	shift := 0
	blank := strings.Split(s.Go(), "\n")
	for i := range line {
		shift += len(s.Lines[i]) - len(blank[i])
	}
	text, offset, ok := e.document(s, at-shift)
	if !ok {
		return errors.New("not within a declaration or statement")
	}
	return g.ask(ctx, method, text, offset, into)
}

type completions struct {
	Items []struct {
		Label    string `json:"label"`
		Kind     int    `json:"kind"`
		Detail   string `json:"detail"`
		TextEdit *struct {
			NewText string `json:"newText"`
		} `json:"textEdit"`
	} `json:"items"`
}

var itemKinds = map[int]string{2: "method", 3: "function", 4: "function", 5: "field", 6: "variable",
	7: "class", 8: "interface", 9: "module", 14: "keyword", 21: "constant", 22: "struct"}

func (e *Engine) Complete(ctx context.Context, code string, cursor int) (eval.Completion, error) {
	at := runeOffset(code, cursor)
	if found, ok := completeCommand(code, at, cursor); ok {
		return found, nil
	}
	word := code[cellsrc.WordStart(code, at):at]
	found := eval.Completion{Start: cursor - utf8.RuneCountInString(word), End: cursor}
	add := func(m eval.Match) {
		same := func(x eval.Match) bool { return x.Text == m.Text }
		if m.Text != "" && strings.HasPrefix(strings.ToLower(m.Text), strings.ToLower(word)) &&
			!slices.ContainsFunc(found.Matches, same) {
			found.Matches = append(found.Matches, m)
		}
	}
	var items completions
	err := e.query(ctx, "textDocument/completion", code, at, &items)
	for _, item := range items.Items {
		text := item.Label
		if item.TextEdit != nil {
			text = item.TextEdit.NewText
		}
		add(eval.Match{Text: text, Kind: itemKinds[item.Kind], Detail: item.Detail})
	}
	before := strings.TrimRight(code[:at-len(word)], " \t")
	selector := strings.HasSuffix(before, ".")
	switch {
	case err != nil && selector:
		e.logf("completion: %v", err)
		name := before[cellsrc.WordStart(before, len(before)-1) : len(before)-1]
		for _, m := range standard.matches(name) {
			add(m)
		}
	case err != nil:
		e.logf("completion: %v", err)
		for _, m := range e.ownNames() {
			add(m)
		}
	}
	if !selector && word != "" {
		for _, name := range standard.names() {
			add(eval.Match{Text: name, Kind: "module"})
		}
	}
	return found, nil
}

func completeCommand(code string, at, cursor int) (eval.Completion, bool) {
	begin := strings.LastIndexByte(code[:at], '\n') + 1
	line := code[begin:at]
	s := cellsrc.Parse(code)
	here := strings.Count(code[:at], "\n")
	if line != "%" && (!strings.HasPrefix(line, "%") || strings.ContainsAny(line, " \t") ||
		s.Foreign == "" && s.Kinds[here] == cellsrc.Go) || here < len(s.Within) && s.Within[here] {
		return eval.Completion{}, false
	}
	found := eval.Completion{Start: cursor - utf8.RuneCountInString(line), End: cursor}
	for _, c := range cellsrc.Commands {
		if c.Name != "%" && strings.HasPrefix("%"+c.Name, line) {
			found.Matches = append(found.Matches, eval.Match{Text: "%" + c.Name, Kind: "magic",
				Detail: c.Help})
		}
	}
	for _, name := range cellsrc.Foreign {
		if begin == 0 && strings.HasPrefix(name, line) {
			found.Matches = append(found.Matches, eval.Match{Text: name, Kind: "magic"})
		}
	}
	return found, true
}

func (e *Engine) ownNames() []eval.Match {
	e.mu.Lock()
	defer e.mu.Unlock()
	kinds := map[token.Token]string{token.FUNC: "function", token.TYPE: "class",
		token.VAR: "variable", token.CONST: "constant"}
	var found []eval.Match
	for _, name := range sortedKeys(e.memory.decls) {
		if !strings.Contains(name, "~") {
			found = append(found, eval.Match{Text: name, Kind: kinds[e.memory.decls[name].kind]})
		}
	}
	for _, name := range sortedKeys(e.memory.imports) {
		found = append(found, eval.Match{Text: name, Kind: "module"})
	}
	return found
}

func (e *Engine) Inspect(ctx context.Context, code string, cursor, _ int) (eval.Inspection, error) {
	if help := cellsrc.Parse(code).HelpAt(runeOffset(code, cursor)); help != "" {
		return eval.Inspection{Data: eval.Bundle{"text/plain": help}}, nil
	}
	at, ok := cellsrc.NameAt(code, runeOffset(code, cursor))
	if !ok {
		return eval.Inspection{}, nil
	}
	var hover *struct {
		Contents struct {
			Value string `json:"value"`
		} `json:"contents"`
	}
	if err := e.query(ctx, "textDocument/hover", code, at, &hover); err != nil {
		e.logf("inspection: %v", err)
	}
	if hover == nil || hover.Contents.Value == "" {
		// before gopls answers, the cells' own text may
		end := at
		for end < len(code) && cellsrc.IsNameRune(rune(code[end])) {
			end++
		}
		e.mu.Lock()
		d, ok := e.memory.decls[code[cellsrc.WordStart(code, at):end]]
		e.mu.Unlock()
		if !ok {
			return eval.Inspection{}, nil
		}
		return eval.Inspection{Data: eval.Bundle{"text/plain": d.text}}, nil
	}
	text := hover.Contents.Value
	plain := strings.ReplaceAll(strings.ReplaceAll(text, "```go\n", ""), "```\n", "")
	return eval.Inspection{Data: eval.Bundle{"text/plain": strings.TrimSuffix(plain, "```"),
		"text/markdown": text}}, nil
}
