package kernel

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// gopls is the kernel's own, started by the first question. It sees one file, which is never
// written: what earlier cells declared, and the cell.
type gopls struct {
	program, workspace, dir string
	started                 func(pid int)

	mu      sync.Mutex // one question at a time
	cmd     *exec.Cmd
	lsp     *lsp
	version int
	failed  time.Time
	std     map[string]string // name of a package of the standard library to its path
}

func newGopls(program, workspace, dir string, started func(pid int)) *gopls {
	return &gopls{program: program, workspace: workspace, dir: filepath.Join(dir, "lsp"), started: started}
}

func (g *gopls) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kill()
}

func (g *gopls) kill() {
	if g.cmd != nil {
		_ = syscall.Kill(-g.cmd.Process.Pid, syscall.SIGKILL)
		_ = g.cmd.Wait()
		g.cmd, g.lsp = nil, nil
	}
}

func (g *gopls) uri() string { return "file://" + filepath.Join(g.dir, "main.go") }

// settings keep to what a cell needs: no diagnostics of the whole workspace, no snippets, no
// guesses.
var settings = object{"matcher": "CaseInsensitive", "completionBudget": "3s", "deepCompletion": false, "usePlaceholders": false, "diagnosticsTrigger": "Save", "hoverKind": "FullDocumentation", "linksInHover": false}

// start starts gopls in a folder of its own, with a go.work that holds the workspace.
func (g *gopls) start(ctx context.Context) error {
	if g.lsp != nil {
		return nil
	}
	if time.Since(g.failed) < time.Minute {
		return fmt.Errorf("gopls does not start")
	}
	g.failed = time.Now()
	if err := os.MkdirAll(g.dir, 0o700); err != nil {
		return err
	}
	list := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = g.workspace
		cmd.Env = append(os.Environ(), "GOWORK=off")
		out, err := cmd.Output()
		return strings.TrimSpace(string(out)), err
	}
	version, err := list("list", "-m", "-f", "{{.GoVersion}}")
	if err != nil {
		return fmt.Errorf("the workspace's Go version: %w", err)
	}
	if g.std == nil {
		g.std = map[string]string{}
		paths, err := list("list", "std")
		if err != nil {
			return fmt.Errorf("the standard library: %w", err)
		}
		for p := range strings.FieldsSeq(paths) {
			name := p[strings.LastIndexByte(p, '/')+1:]
			known := g.std[name]
			if !strings.Contains(p, "internal/") && !strings.HasPrefix(p, "vendor/") && (known == "" || len(p) < len(known)) && p != "text/template" || p == "math/rand" {
				g.std[name] = p
			}
		}
	}
	for name, text := range map[string]string{
		"go.mod":  "module nbcell\n\ngo " + version + "\n",
		"go.work": fmt.Sprintf("go %s\n\nuse (\n\t.\n\t%q\n)\n", version, g.workspace),
	} {
		if err := os.WriteFile(filepath.Join(g.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	cmd := exec.Command(g.program, "-mode=stdio")
	cmd.Dir = g.dir
	// the latter keeps it from starting a process of its own, to report how it is used
	cmd.Env = append(os.Environ(), "GOWORK=", "X_TELEMETRY_CHILD=2")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	to, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("gopls: %w", err)
	}
	g.started(cmd.Process.Pid)
	g.cmd, g.lsp, g.version = cmd, newLSP(to, from, settings), 0
	var ignored json.RawMessage
	err = g.lsp.call(ctx, "initialize", object{
		"processId": os.Getpid(), "rootUri": "file://" + g.dir, "initializationOptions": settings,
		"workspaceFolders": []object{{"uri": "file://" + g.dir, "name": "cells"}},
		"capabilities": object{
			"workspace":    object{"configuration": true},
			"textDocument": object{"hover": object{"contentFormat": []string{"markdown"}}, "completion": object{"completionItem": object{"snippetSupport": false}}},
		},
	}, &ignored)
	if err == nil {
		err = g.lsp.notify("initialized", object{})
	}
	if err != nil {
		g.kill()
		return err
	}
	g.failed = time.Time{}
	return nil
}

// ask puts a question about a place in a text.
func (g *gopls) ask(ctx context.Context, method, text string, offset int, into any) error {
	if err := g.start(ctx); err != nil {
		return err
	}
	g.version++
	var err error
	if g.version == 1 {
		err = g.lsp.notify("textDocument/didOpen", object{"textDocument": object{"uri": g.uri(), "languageId": "go", "version": 1, "text": text}})
	} else {
		err = g.lsp.notify("textDocument/didChange", object{"textDocument": object{"uri": g.uri(), "version": g.version}, "contentChanges": []object{{"text": text}}})
	}
	if err == nil {
		line, char := position(text, offset)
		err = g.lsp.call(ctx, method, object{"textDocument": object{"uri": g.uri()}, "position": object{"line": line, "character": char}}, into)
	}
	if err == errServerGone {
		g.kill()
	}
	return err
}

// position gives line and column, in UTF-16 units, of a byte.
func position(text string, offset int) (line, char int) {
	line = strings.Count(text[:offset], "\n")
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	for _, r := range text[start:offset] {
		char += utf16.RuneLen(max(r, 0))
	}
	return line, char
}

// runeOffset gives the byte at which a rune begins, as Jupyter counts.
func runeOffset(text string, runes int) int {
	at := 0
	for range runes {
		_, n := utf8.DecodeRuneInString(text[at:])
		at += n
	}
	return at
}
