package gonb

import (
	"fmt"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopets/kernelext/internal/modules"
)

type build struct {
	e       *Engine
	x       *execution
	program *program
	overlay *overlay
	file    string // main.go, or main_test.go
	bare    bool   // without the kernel's packages
	pending map[*declared]bool
	aside   map[string]string // what this build has set aside: reasons by name
	ran     []string          // go commands that were tried
	tries   int
	faults  []fault // of the last build, which are the cell's own
}

const (
	coverKind = "cover"
	wasmKind  = "js"
)

func (e *Engine) newBuild(x *execution, dir string, test bool, kind string) (*build, error) {
	b := &build{e: e, x: x, file: "main.go", pending: map[*declared]bool{},
		aside: map[string]string{}, bare: kind == wasmKind}
	if test {
		b.file = "main_test.go"
	}
	text, err := os.ReadFile(filepath.Join(dir, b.file))
	if err != nil {
		return nil, err
	}
	var imports []string
	if b.program = readProgram(string(text)); b.program != nil {
		for _, d := range b.program.decls {
			if d.kind == token.IMPORT {
				imports = append(imports, d.names...)
			}
		}
		if !b.bare {
			b.program.begin()
		}
		e.mu.Lock()
		known := maps.Clone(e.aside)
		e.mu.Unlock()
		if !x.declares { // nothing changed that could mend them
			for i := range b.program.decls {
				if d := &b.program.decls[i]; d.kind != token.IMPORT && known[d.names[0]] != "" {
					b.setAside(d, known[d.names[0]])
				}
			}
		}
	}
	copied := kind == coverKind
	module, err := e.writeWork(dir, imports, copied)
	if err != nil {
		return nil, err
	}
	if b.overlay, err = e.newOverlay(dir, module, copied); err != nil {
		return nil, err
	}
	return b, b.write()
}

func (b *build) write() error {
	if b.program != nil {
		text := b.program.result()
		if !b.bare {
			text = linked(text, b.overlay.module)
		}
		if err := b.e.addFile(b.overlay, b.file, []byte(text)); err != nil {
			return err
		}
	}
	return b.e.writeOverlay(b.overlay)
}

func (b *build) setAside(d *declared, reason string) {
	b.program.remove(d)
	b.pending[d] = true
	for _, n := range d.names {
		b.aside[n] = reason
	}
}

var (
	buildError = regexp.MustCompile(`^(?:\S*/)?main(?:_test)?\.go:(\d+):(\d+): (.*)$`)
	suggestion = regexp.MustCompile(`(?m)^\s*(?:go: .*: )?go (get [^;\n]+|mod download [^;\n]+)$`)
	noModule   = regexp.MustCompile(
		`(?:no required module provides package|cannot find module providing package) ([^\s;:]+)`)
	undefinedID = regexp.MustCompile(`^undefined: ([\pL_][\pL\pN_]*)$`)
)

// maxTries bounds the repairs of a build; the compiler reports ten mistakes at a time.
const maxTries = 40

// fix handles a failed build: "again" when the program was changed, a go command to run, or "no".
func (b *build) fix() (string, error) {
	out, err := os.ReadFile(filepath.Join(b.e.dir, "build.out"))
	if err != nil {
		return "", err
	}
	text := string(out)
	if b.tries++; b.tries > maxTries {
		return "no", nil
	}
	if command := b.missing(text); command != "" {
		return command, nil
	}
	if b.program == nil {
		return "no", nil
	}
	lines := strings.Split(text, "\n")
	var fatal []string
	b.faults = nil
	changed := false
	for i, line := range lines {
		m := buildError.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		next := ""
		if i+1 < len(lines) && strings.HasPrefix(lines[i+1], "\t") {
			next = lines[i+1]
		}
		at, _ := strconv.Atoi(m[1])
		if b.fixError(at, m[3], next) {
			changed = true
			continue
		}
		column, _ := strconv.Atoi(m[2])
		b.noteFault(at, column, m[3])
		fatal = append(fatal, line)
		if next != "" {
			fatal = append(fatal, next)
		}
	}
	switch {
	case changed: // the rest may follow from what is mended now
		return "again", b.write()
	case len(fatal) > 0:
		return "no", os.WriteFile(filepath.Join(b.e.dir, "build.out"),
			[]byte(strings.Join(fatal, "\n")+"\n"), 0o600)
	}
	return "no", nil
}

// missing returns the go command that fetches what a build lacks, or "again" if a module beside the
// notebook has it.
func (b *build) missing(out string) string {
	if !b.x.autoget {
		return ""
	}
	for _, m := range noModule.FindAllStringSubmatch(out, -1) {
		if dir, ok := modules.Beside(b.x.dir, m[1]); ok && b.e.addModule(dir) {
			if _, err := b.e.writeWork(b.overlay.dir, nil, b.overlay.copied); err == nil {
				return "again"
			}
		}
	}
	var commands []string
	for _, m := range suggestion.FindAllStringSubmatch(out, -1) {
		commands = append(commands, strings.TrimSpace(m[1]))
	}
	for _, m := range noModule.FindAllStringSubmatch(out, -1) {
		commands = append(commands, "get "+m[1])
	}
	for _, c := range commands {
		if !slices.Contains(b.ran, c) {
			b.ran = append(b.ran, c)
			return "run " + c
		}
	}
	return ""
}

var noValue = regexp.MustCompile(`\(no value\) used as value`)

func (b *build) fixError(line int, message, next string) bool {
	p := b.program
	switch {
	case strings.Contains(message, "imported and not used"),
		strings.Contains(message, "imported as ") && strings.Contains(message, " and not used"):
		d := p.at(line)
		if d == nil || d.kind != token.IMPORT || b.pending[d] {
			return false
		}
		p.remove(d)
		b.pending[d] = true
		return true
	case noValue.MatchString(message) && p.unwrap(resultsName, ""):
		b.e.noteMute(b.x.plan)
		return true
	case strings.Contains(message, "argument to "+showName) &&
		strings.Contains(message, "overflows"):
		return p.unwrap(showName, "uint64")
	}
	d := p.at(line)
	if d != nil && d.kind == token.IMPORT {
		return false
	}
	if strings.Contains(message, " redeclared") || strings.Contains(message, "already declared") {
		return b.redeclared(d, message, next)
	}
	if d == nil || b.pending[d] {
		return false
	}
	switch {
	case !b.x.isNew(d):
		b.setAside(d, message)
	case b.x.plan.body == "" && d.kind == token.FUNC && undefinedID.MatchString(message):
		b.setAside(d, message) // until a later cell declares what it needs
	default:
		return false
	}
	return true
}

// redeclared removes the older of two declarations of a name.
func (b *build) redeclared(d *declared, message, next string) bool {
	var other *declared
	if m := buildError.FindStringSubmatch(strings.TrimSpace(next)); m != nil {
		at, _ := strconv.Atoi(m[1])
		other = b.program.at(at)
	}
	name := strings.Fields(message)[0]
	name = name[strings.LastIndexByte(name, '.')+1:]
	kind := b.x.fresh.decls[name].kind
	if kind == token.ILLEGAL { // both are older
		b.e.mu.Lock()
		kind = b.e.memory.decls[name].kind
		b.e.mu.Unlock()
	}
	for _, x := range []*declared{d, other} {
		if x == nil || x.kind == kind || b.pending[x] {
			continue
		}
		if len(x.names) > 1 && x.ident[name] != [2]int{} {
			b.program.rename(x, name)
		} else {
			b.program.remove(x)
		}
		b.pending[x] = true
		return true
	}
	return false
}

func (x *execution) isNew(d *declared) bool {
	return slices.ContainsFunc(d.names, func(n string) bool {
		f, ok := x.fresh.decls[n]
		return ok && (f.kind == d.kind || d.kind == token.ILLEGAL)
	}) || d.isInit && x.declaresInit
}

func (b *build) finished() (warnings []string) {
	e := b.e
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(b.aside)) {
		if reason := b.aside[name]; e.aside[name] != reason {
			where := ""
			if d, ok := e.memory.decls[name]; ok && !b.x.isNew(&declared{names: []string{name}}) {
				where = fmt.Sprintf(" (cell [%d])", d.cell)
			}
			warnings = append(warnings,
				fmt.Sprintf("%s%s is set aside: %s; it is tried again with each later cell", name,
					where, hideNames(reason)))
		}
	}
	if b.x.declares {
		e.aside = b.aside
	}
	return warnings
}

func (e *Engine) addModule(dir string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if slices.Contains(e.modules, dir) {
		return false
	}
	e.modules = append(e.modules, dir)
	return true
}

func (e *Engine) noteMute(p plan) {
	if p.call != "" && !p.passing {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.mute[p.call] = true
	}
}

var hidden = regexp.MustCompile(`( as value)? in argument to ` + private + `[\w.]+`)

func hideNames(message string) string { return hidden.ReplaceAllString(message, "") }
