package live

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gopets/kernelext/eval"
)

var pluginPackages = []string{"reflect", "sync", "sync/atomic", "unsafe", "runtime", "runtime/cgo"}

// build compiles a version and links it as a plugin; some packages are initialised already.
func (e *Engine) build(ctx context.Context, v *version, initialised map[string]bool) (plugin string,
	err error) {
	dir := filepath.Join(e.dir, fmt.Sprintf("v%d", v.number))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	var paths []string
	for path := range v.paths {
		paths = append(paths, path)
	}
	paths = append(paths, pluginPackages...)
	if err := e.program.packages.load(ctx, paths...); err != nil {
		return "", err
	}
	config := &importConfig{}
	config.packages(e.program.packages.deps(paths...))
	config.file(rtPath, e.support.rt)
	var files, objects []string
	if len(v.cgo) > 0 {
		texts := map[string]string{}
		for name := range v.cgo {
			texts[name] = v.files[name]
		}
		if files, objects, err = e.builder.compileCgo(ctx, dir, texts); err != nil {
			return "", cgoError(v.cell, err)
		}
	}
	for _, name := range sorted(v.files) {
		if v.cgo[name] {
			continue
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(v.files[name]), 0o600); err != nil {
			return "", err
		}
		files = append(files, file)
	}
	embed, err := v.cell.embedConfig(dir, e.folder)
	if err != nil {
		return "", &eval.Error{Name: compileError, Value: err.Error(),
			Traceback: []string{red(err.Error())}, Position: eval.Position{Cell: v.cell.number}}
	}
	archive := filepath.Join(dir, "program.a")
	if err := e.builder.compile(ctx, compilation{path: v.path, dir: dir, config: config,
		files: files, out: archive, lang: e.program.lang, embed: embed,
		loose: v.loose}); err != nil {
		return "", err
	}
	if err := addObjects(archive, objects); err != nil {
		return "", err
	}
	if e.tool.goos == "linux" {
		done := func(path string) bool { return initialised[path] }
		if err := skipInits(archive, done); err != nil {
			return "", err
		}
	}
	return e.linkVersion(ctx, v, dir, config, archive)
}

// linkVersion links the plugin. Its main package has a path of its own, as a plugin must, and only
// imports the cells' package.
func (e *Engine) linkVersion(ctx context.Context, v *version, dir string, config *importConfig,
	archive string) (string, error) {
	const imported = "program"
	path := fmt.Sprintf("nb/cell%d", v.number)
	config.file(v.path, archive)
	config.mapped(imported, v.path)
	main := filepath.Join(dir, "main.go")
	text := "package main\n\nimport _ \"" + imported + "\"\n" + e.gonbuiLink(sorted(v.paths)...) +
		"\nfunc main() {}\n"
	if err := os.WriteFile(main, []byte(text), 0o600); err != nil {
		return "", err
	}
	out := filepath.Join(dir, "main.a")
	if err := e.builder.compile(ctx, compilation{path: path, dir: dir, config: config,
		files: []string{main}, out: out}); err != nil {
		return "", err
	}
	args := []string{"-buildmode=plugin", "-pluginpath=" + path}
	if script := filepath.Join(e.dir, "symbols"); e.tool.goos == "linux" {
		if err := os.WriteFile(script, []byte(hidden(v.path)), 0o600); err != nil {
			return "", err
		}
		args = append(args, "-extldflags=-Wl,--version-script="+script)
	}
	plugin := filepath.Join(e.dir, fmt.Sprintf("cell%d.so", v.number))
	return plugin, e.builder.link(ctx, linking{config: config, dir: dir, main: out, out: plugin,
		args: args})
}

// hidden returns a linker script that makes the functions and variables of the cells' package local
// to the plugin. Type descriptors ("type:…") stay visible: versions of an epoch share the first's.
func hidden(path string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '?'
	}, path)
	return fmt.Sprintf("{ local: %s.*; go?link.pkghash*.%s; };\n", name, name)
}

const gonbuiPath = "github.com/janpfeifer/gonb/gonbui"

// gonbuiLink makes GoNB's gonbui write to the engine's socket: it opens no pipe if these two
// variables are set.
func (e *Engine) gonbuiLink(paths ...string) string {
	uses := false
	for _, k := range e.program.packages.deps(paths...) {
		uses = uses || k.ImportPath == gonbuiPath
	}
	if !uses {
		return ""
	}
	return fmt.Sprintf(gonbuiText, rtPath, gonbuiPath)
}

const gonbuiText = `
import (
	"encoding/gob"
	"io"
	"os"
	_ "unsafe"

	rt %[1]q
	_ %[2]q
)

//go:linkname pipe %[2]s.gonbWriterPipe
var pipe *os.File

//go:linkname encoder %[2]s.gonbEncoder
var encoder *gob.Encoder

func init() {
	if pipe != nil {
		return
	}
	if file, writer := rt.Gonbui(); file != nil {
		pipe, encoder = file.(*os.File), gob.NewEncoder(writer.(io.Writer))
	}
}
`

var compilerLine = regexp.MustCompile(`(?m)^cell\[(\d+)\]:(\d+)(?::(\d+))?: (.*)$`)

// buildError converts the compiler's output to an error. It is rare, since types are checked
// before.
func (e *Engine) buildError(err error, k *checked) error {
	var tool *toolError
	if !errors.As(err, &tool) {
		return err
	}
	var problems []problem
	for _, m := range compilerLine.FindAllStringSubmatch(tool.output, -1) {
		number := func(i int) int { n, _ := strconv.Atoi(m[i]); return n }
		problems = append(problems, problem{eval.Position{Cell: number(1), Line: number(2)},
			plainNames(k.words(m[4]))})
	}
	var exit *exec.ExitError
	if errors.As(tool.err, &exit) && exit.ExitCode() < 0 {
		text := fmt.Sprintf("the build was ended (%s: %v), perhaps out of memory: run the "+
			"cell again",
			tool.command, tool.err)
		return &eval.Error{Name: compileError, Value: text, Traceback: []string{red(text)},
			Position: eval.Position{Cell: k.cell.number}}
	}
	if len(problems) == 0 {
		text := strings.TrimSpace(plainNames(tool.output))
		return &eval.Error{Name: compileError, Value: text, Traceback: []string{red(text)},
			Position: eval.Position{Cell: k.cell.number}}
	}
	return report(problems, k.lines)
}
