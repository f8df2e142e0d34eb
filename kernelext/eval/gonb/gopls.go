package gonb

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

	"gopets/kernelext/internal/cleanup"
)

// gopls sees GoNB's folder, and a main.go that is never written: earlier declarations and the cell.
// It starts with the engine, as its first answer takes seconds.
type gopls struct {
	program string
	work    string // the go.work of builds
	cleanup *cleanup.Process

	turn    chan struct{} // holds a token while no request is running
	mu      sync.Mutex
	dir     string // GoNB's
	cmd     *exec.Cmd
	lsp     *lsp
	version int
	warm    bool // it has answered once
	failed  time.Time
	mods    string // go.mod and go.work as it last read them
}

type object = map[string]any

func newGopls(program, work string, watch *cleanup.Process) *gopls {
	g := &gopls{program: program, work: work, cleanup: watch, turn: make(chan struct{}, 1)}
	g.turn <- struct{}{}
	return g
}

func (g *gopls) follow(dir string) {
	go func() {
		<-g.turn
		defer func() { g.turn <- struct{}{} }()
		g.kill()
		g.mu.Lock()
		g.dir = dir
		g.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		var ignored json.RawMessage
		const program = "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println()\n}\n"
		// the next request reports it
		_ = g.ask(ctx, "textDocument/completion", program, strings.Index(program, "Println"),
			&ignored)
	}()
}

func (g *gopls) close() {
	g.mu.Lock()
	cmd := g.cmd
	g.mu.Unlock()
	if cmd != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // requests fail
	}
	<-g.turn
	g.kill()
}

func (g *gopls) kill() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.cmd != nil {
		_ = syscall.Kill(-g.cmd.Process.Pid, syscall.SIGKILL)
		_ = g.cmd.Wait()
		g.cleanup.Over(g.cmd.Process.Pid)
		g.cmd, g.lsp, g.warm = nil, nil, false
	}
}

func (g *gopls) uri() string { return "file://" + filepath.Join(g.dir, "main.go") }

// settings are what a cell needs: no diagnostics, snippets, guesses, or unimported packages.
var settings = object{"matcher": "CaseInsensitive", "completionBudget": "3s",
	"deepCompletion": false, "completeUnimported": false, "usePlaceholders": false,
	"diagnosticsTrigger": "Save",
	"hoverKind":          "FullDocumentation", "linksInHover": false}

func (g *gopls) start(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lsp != nil {
		return nil
	}
	if time.Since(g.failed) < time.Minute || g.dir == "" {
		return fmt.Errorf("gopls does not start")
	}
	g.failed = time.Now()
	cmd := exec.Command(g.program, "-mode=stdio")
	cmd.Dir = g.dir
	// no telemetry process
	cmd.Env = append(os.Environ(), "GOWORK="+g.goWork(), "X_TELEMETRY_CHILD=2")
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
	g.cleanup.Watch(cmd.Process.Pid, "")
	g.cmd, g.lsp, g.version = cmd, newLSP(to, from, settings), 0
	var ignored json.RawMessage
	err = g.lsp.call(ctx, "initialize", object{
		"processId": os.Getpid(), "rootUri": "file://" + g.dir, "initializationOptions": settings,
		"workspaceFolders": []object{{"uri": "file://" + g.dir, "name": "cells"}},
		"capabilities": object{
			"workspace": object{"configuration": true, "didChangeWatchedFiles": object{}},
			"textDocument": object{"hover": object{"contentFormat": []string{"markdown"}},
				"completion": object{"completionItem": object{"snippetSupport": false}}},
		},
	}, &ignored)
	if err == nil {
		err = g.lsp.notify("initialized", object{})
	}
	if err != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		g.cmd, g.lsp = nil, nil
		return err
	}
	g.failed = time.Time{}
	g.mods = g.modules()
	return nil
}

func (g *gopls) goWork() string {
	if _, err := os.Stat(g.work); err == nil {
		return g.work
	}
	return ""
}

func (g *gopls) modules() string {
	var b strings.Builder
	for _, file := range []string{filepath.Join(g.dir, "go.mod"), filepath.Join(g.dir, "go.work"),
		g.work} {
		text, _ := os.ReadFile(file)
		b.Write(text)
		b.WriteByte(0)
	}
	return b.String()
}

func (g *gopls) notifyModules() error {
	now := g.modules()
	if now == g.mods {
		return nil
	}
	g.mods = now
	var changes []object
	for _, file := range []string{filepath.Join(g.dir, "go.mod"), filepath.Join(g.dir, "go.sum"),
		filepath.Join(g.dir, "go.work"), g.work} {
		changes = append(changes, object{"uri": "file://" + file, "type": 2})
	}
	return g.lsp.notify("workspace/didChangeWatchedFiles", object{"changes": changes})
}

// ask sends a request about a position in a text. The caller has the turn.
func (g *gopls) ask(ctx context.Context, method, text string, offset int, into any) error {
	if err := g.start(ctx); err != nil {
		return err
	}
	if err := g.notifyModules(); err != nil {
		return err
	}
	g.version++
	var err error
	if g.version == 1 {
		err = g.lsp.notify("textDocument/didOpen",
			object{"textDocument": object{"uri": g.uri(), "languageId": "go", "version": 1,
				"text": text}})
	} else {
		err = g.lsp.notify("textDocument/didChange",
			object{"textDocument": object{"uri": g.uri(), "version": g.version},
				"contentChanges": []object{{"text": text}}})
	}
	if err == nil {
		line, char := position(text, offset)
		err = g.lsp.call(ctx, method, object{"textDocument": object{"uri": g.uri()},
			"position": object{"line": line, "character": char}}, into)
	}
	switch err {
	case errServerGone:
		g.kill()
	case nil:
		g.mu.Lock()
		g.warm = true
		g.mu.Unlock()
	}
	return err
}

func position(text string, offset int) (line, char int) {
	line = strings.Count(text[:offset], "\n")
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	for _, r := range text[start:offset] {
		char += utf16.RuneLen(max(r, 0))
	}
	return line, char
}

func runeOffset(text string, runes int) int {
	at := 0
	for range runes {
		_, n := utf8.DecodeRuneInString(text[at:])
		at += n
	}
	return at
}
