package kernel

import (
	"context"
	"fmt"
	"go/scanner"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// answerTime is how long gopls may think; its first answer waits until it has read the workspace.
const answerTime = 20 * time.Second

// document is the program that gopls sees for a cell: declarations of earlier cells, those of the
// cell, a main with its statements.
func (k *Kernel) document(s *source, at int) (text string, offset int, ok bool) {
	cellText := s.golang(0, len(s.lines))
	var parts []chunk
	if s.main >= 0 {
		cut := len(s.golang(0, s.main))
		parts = []chunk{{from: 0, to: cut, decl: true}, {from: min(cut+2, len(cellText)), to: len(cellText)}}
		if s.main == 0 {
			parts = []chunk{{from: min(1, len(cellText)), to: len(cellText)}}
		}
	} else {
		parts = chunks(cellText)
		end := 0
		if len(parts) > 0 {
			end = parts[len(parts)-1].to
		}
		if end < len(cellText) || len(parts) == 0 {
			parts = append(parts, chunk{from: end, to: len(cellText)})
		}
	}
	var own strings.Builder
	for _, p := range parts {
		if p.decl {
			own.WriteString(cellText[p.from:p.to] + "\n")
		}
	}
	k.mu.Lock()
	imports, decls := k.memory.without(own.String())
	k.mu.Unlock()
	imports = append(imports, k.gopls.missing(cellText+"\n"+strings.Join(decls, "\n"), strings.Join(imports, "\n")+own.String())...)
	var b strings.Builder
	b.WriteString("package main\n\n")
	for _, i := range imports {
		b.WriteString("import " + i + "\n")
	}
	here := slices.IndexFunc(parts, func(p chunk) bool { return at >= p.from && at <= p.to })
	put := func(decl, imports bool) {
		for i, p := range parts {
			if p.decl != decl || p.imports != imports {
				continue
			}
			if i == here {
				offset = b.Len() + at - p.from
			}
			part := cellText[p.from:p.to]
			b.WriteString(part + "\n" + closers(part) + "\n")
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

// closers gives the brackets that a text leaves open, so that what follows it is understood.
func closers(text string) string {
	var s scanner.Scanner
	s.Init(token.NewFileSet().AddFile("", -1, len(text)), []byte(text), func(token.Position, string) {}, 0)
	open := ""
	for {
		_, tok, _ := s.Scan()
		switch tok {
		case token.EOF:
			return open
		case token.LPAREN:
			open = ")" + open
		case token.LBRACK:
			open = "]" + open
		case token.LBRACE:
			open = "}" + open
		case token.RPAREN, token.RBRACK, token.RBRACE:
			open = strings.TrimPrefix(open, tok.String())
		}
	}
}

var qualified = regexp.MustCompile(`\b([a-z][a-z0-9]*)\.[A-Z]?`)

// missing finds the packages of the standard library that a text uses without an import, as
// goimports will.
func (g *gopls) missing(text, imports string) []string {
	var found []string
	for _, m := range qualified.FindAllStringSubmatch(text, -1) {
		path := g.std[m[1]]
		if spec := fmt.Sprintf("%q", path); path != "" && !slices.Contains(found, spec) && !strings.Contains(imports, "/"+m[1]+`"`) && !strings.Contains(imports, `"`+m[1]+`"`) {
			found = append(found, spec)
		}
	}
	return found
}

// query asks gopls about a place in a cell.
func (k *Kernel) query(method, code string, at int, into any) (text string, offset int, err error) {
	if k.gopls == nil {
		return "", 0, fmt.Errorf("there is no gopls: nb setup gets it")
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerTime)
	defer cancel()
	k.gopls.mu.Lock()
	defer k.gopls.mu.Unlock()
	if err := k.gopls.start(ctx); err != nil {
		return "", 0, err
	}
	s := readSource(code)
	// Special lines are empty in what gopls sees, so that places behind them move.
	shift := 0
	line := strings.Count(code[:at], "\n")
	if s.foreign || s.special[line] {
		return "", 0, fmt.Errorf("not Go")
	}
	blank := strings.Split(s.golang(0, len(s.lines)), "\n")
	for i := range line {
		shift += len(s.lines[i]) - len(blank[i])
	}
	text, offset, ok := k.document(s, at-shift)
	if !ok {
		return "", 0, fmt.Errorf("no place for it")
	}
	return text, offset, k.gopls.ask(ctx, method, text, offset, into)
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

// itemKinds are the words for LSP's kinds that JupyterLab has icons for.
var itemKinds = map[int]string{2: "method", 3: "function", 4: "function", 5: "field", 6: "variable", 7: "class", 8: "interface", 9: "module", 14: "keyword", 21: "constant", 22: "struct"}

// complete answers a complete_request.
func (k *Kernel) complete(code string, cursor int) object {
	at := runeOffset(code, cursor)
	from := wordStart(code, at)
	word := code[from:at]
	start := cursor - utf8.RuneCountInString(word)
	matches, types := []string{}, []object{}
	begin := strings.LastIndexByte(code[:at], '\n') + 1
	if line := code[begin:at]; strings.HasPrefix(line, "%") && !strings.ContainsAny(line, " \t") && readSource(code).special[strings.Count(code[:at], "\n")] || line == "%" {
		for _, m := range magics {
			if m.name != "%" && strings.HasPrefix("%"+m.name, line) {
				matches = append(matches, "%"+m.name)
				types = append(types, object{"text": "%" + m.name, "type": "magic", "signature": m.help, "start": cursor - utf8.RuneCountInString(line), "end": cursor})
			}
		}
		for _, name := range foreignCells {
			if begin == 0 && strings.HasPrefix(name, line) {
				matches = append(matches, name)
			}
		}
		start = cursor - utf8.RuneCountInString(line)
	} else {
		var found completions
		if _, _, err := k.query("textDocument/completion", code, at, &found); err != nil {
			k.logf("completion: %v", err)
		}
		for _, item := range found.Items {
			text := item.Label
			if item.TextEdit != nil {
				text = item.TextEdit.NewText
			}
			if !strings.HasPrefix(strings.ToLower(text), strings.ToLower(word)) || text == "" || slices.Contains(matches, text) {
				continue
			}
			matches = append(matches, text)
			types = append(types, object{"text": text, "type": itemKinds[item.Kind], "signature": item.Detail, "start": start, "end": cursor})
		}
	}
	metadata := object{}
	if len(types) > 0 {
		metadata["_jupyter_types_experimental"] = types
	}
	return object{"status": "ok", "matches": matches, "cursor_start": start, "cursor_end": cursor, "metadata": metadata}
}

// inspect answers an inspect_request.
func (k *Kernel) inspect(code string, cursor int) object {
	var hover *struct {
		Contents struct {
			Value string `json:"value"`
		} `json:"contents"`
	}
	at, ok := nameAt(code, runeOffset(code, cursor))
	if help := commandHelp(code, runeOffset(code, cursor)); help != "" {
		return object{"status": "ok", "found": true, "data": object{"text/plain": help}, "metadata": object{}}
	}
	if ok {
		if _, _, err := k.query("textDocument/hover", code, at, &hover); err != nil {
			k.logf("inspection: %v", err)
		}
	}
	if hover == nil || hover.Contents.Value == "" {
		return object{"status": "ok", "found": false, "data": object{}, "metadata": object{}}
	}
	text := hover.Contents.Value
	plain := strings.ReplaceAll(strings.ReplaceAll(text, "```go\n", ""), "```\n", "")
	return object{"status": "ok", "found": true, "data": object{"text/plain": strings.TrimSuffix(plain, "```"), "text/markdown": text}, "metadata": object{}}
}

// commandHelp says what the command does on whose line a place is.
func commandHelp(code string, at int) string {
	s := readSource(code)
	line := strings.Count(code[:at], "\n")
	switch {
	case s.foreign && line == 0:
		return "what follows is no Go: %%writefile [-a] FILE, %%bash, %%sh or %%script COMMAND"
	case s.foreign || !s.special[line]:
		return ""
	}
	for _, m := range s.magics {
		if m.line == line {
			return magicHelp(m.name)
		}
	}
	return "!COMMAND: run a shell command; !*COMMAND runs it in the folder where cells are compiled"
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func wordStart(code string, at int) int {
	for at > 0 {
		r, n := utf8.DecodeLastRuneInString(code[:at])
		if !isWord(r) {
			break
		}
		at -= n
	}
	return at
}

// nameAt finds the name that somebody at a place asks about: the one there or just before, else the
// function whose arguments he is writing.
func nameAt(code string, at int) (int, bool) {
	if r, _ := utf8.DecodeRuneInString(code[at:]); at < len(code) && isWord(r) {
		return at, true
	}
	if from := wordStart(code, at); from < at {
		return from, true
	}
	depth := 0
	for at > 0 {
		r, n := utf8.DecodeLastRuneInString(code[:at])
		at -= n
		switch r {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth--; depth < 0 {
				if from := wordStart(code, at); r == '(' && from < at {
					return from, true
				}
				depth = 0
			}
		}
	}
	return 0, false
}
