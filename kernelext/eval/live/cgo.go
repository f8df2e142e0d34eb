package live

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unsafe"

	"gopets/kernelext/eval"
)

// A cell that imports "C" is a file for the cgo tool in each version that holds some of it. The C
// compiler's objects are added to the package's archive.

var cgoFlags = regexp.MustCompile(
	`(?m)^[ \t]*#cgo[ \t]+(?:[^:\n]*[ \t])?(CFLAGS|CPPFLAGS|LDFLAGS):(.*)$`)

func (c *cell) takeC(d *ast.GenDecl, spec *ast.ImportSpec) {
	doc := spec.Doc
	if doc == nil {
		doc = d.Doc
	}
	var b strings.Builder
	if doc != nil {
		for _, comment := range doc.List {
			if !strings.HasPrefix(comment.Text, "//line ") {
				b.WriteString(comment.Text + "\n")
			}
		}
	}
	c.cgo, c.preamble = true, b.String()
}

func cgoCells(cells []*cell) map[string]*cell {
	found := map[string]*cell{}
	for _, c := range cells {
		if c.cgo {
			found[fmt.Sprintf("cell%d.go", c.number)] = c
		}
	}
	return found
}

func (e *Engine) cgoTypes(ctx context.Context, c *cell) (*ast.File, error) {
	dir, err := os.MkdirTemp(e.dir, "cgo-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	files := map[string]string{}
	for name, other := range cgoCells(append(slices.Clone(e.program.cells), c)) {
		files[name] = other.text
	}
	if _, err := e.builder.runCgo(ctx, dir, files); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "_cgo_gotypes.go"))
	if err != nil {
		return nil, err
	}
	return parser.ParseFile(e.program.fset, mark+"cgo", text, parser.SkipObjectResolution)
}

// usesCgo lets a checker read the names of package C from the cgo tool's types. go/types does not
// export the field, which go vet and gopls set.
func usesCgo(config *types.Config) error {
	field := reflect.ValueOf(config).Elem().FieldByName("go115UsesCgo")
	if !field.IsValid() || field.Kind() != reflect.Bool {
		return errors.New("cgo in cells: this version of go/types is not known")
	}
	*(*bool)(unsafe.Pointer(field.UnsafeAddr())) = true
	return nil
}

func importC(pos token.Pos) ast.Decl {
	return &ast.GenDecl{Tok: token.IMPORT, TokPos: pos, Specs: []ast.Spec{
		&ast.ImportSpec{Path: &ast.BasicLit{Kind: token.STRING, Value: `"C"`, ValuePos: pos}},
	}}
}

func (b *builder) runCgo(ctx context.Context, dir string, files map[string]string) (cflags []string,
	err error) {
	var ldflags []string
	for _, name := range sorted(files) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(files[name]), 0o600); err != nil {
			return nil, err
		}
		for _, m := range cgoFlags.FindAllStringSubmatch(files[name], -1) {
			words := splitWords(strings.ReplaceAll(m[2], "${SRCDIR}", b.tool.dir))
			if m[1] == "LDFLAGS" {
				ldflags = append(ldflags, words...)
			} else {
				cflags = append(cflags, words...)
			}
		}
	}
	cflags = append([]string{"-I", dir, "-I", b.tool.dir, "-O2", "-pthread"}, cflags...)
	args := append([]string{"-objdir", dir, "-importpath", "main", "--"}, cflags...)
	with := *b.tool
	with.env = &environment{list: b.tool.env.all()}
	with.env.set("CGO_LDFLAGS", strings.Join(append(splitWords(with.env.lookup("CGO_LDFLAGS")),
		ldflags...), " "))
	_, err = with.tool(ctx, dir, b.tool.cgo, append(args, sorted(files)...)...)
	return cflags, err
}

// compileCgo returns the Go files that replace files that import "C", and the objects.
func (b *builder) compileCgo(ctx context.Context, dir string, files map[string]string) (goFiles,
	objects []string, err error) {
	cflags, err := b.runCgo(ctx, dir, files)
	if err != nil {
		return nil, nil, err
	}
	sources := []string{"_cgo_export.c"}
	goFiles = []string{filepath.Join(dir, "_cgo_gotypes.go")}
	for _, name := range sorted(files) {
		base := strings.TrimSuffix(name, ".go")
		sources = append(sources, base+".cgo2.c")
		goFiles = append(goFiles, filepath.Join(dir, base+".cgo1.go"))
	}
	compiler := strings.Fields(b.tool.cc)
	for _, source := range sources {
		object := filepath.Join(dir, strings.TrimSuffix(source, ".c")+".o")
		// Each version has functions of its own.
		args := slices.Concat(compiler[1:], cflags, []string{"-fPIC", "-fvisibility=hidden", "-c",
			"-o", object, filepath.Join(dir, source)})
		if _, err := b.tool.tool(ctx, dir, compiler[0], args...); err != nil {
			return nil, nil, err
		}
		objects = append(objects, object)
	}
	return goFiles, objects, nil
}

func addObjects(archive string, objects []string) error {
	f, err := os.OpenFile(archive, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	for i, object := range objects {
		data, err := os.ReadFile(object)
		if err != nil {
			f.Close()
			return err
		}
		if len(data)%2 == 1 {
			data = append(data, 0)
		}
		head := fmt.Sprintf("%-16s%-12d%-6d%-6d%-8o%-10d`\n", fmt.Sprintf("c%d.o", i), 0, 0, 0,
			0o644, len(data))
		if _, err := f.Write(append([]byte(head), data...)); err != nil {
			f.Close()
			return err
		}
	}
	return f.Close()
}

var cTypes = regexp.MustCompile(`\b_Ctype_(\w+)`)

func cgoError(c *cell, err error) error {
	var tool *toolError
	if !errors.As(err, &tool) {
		return err
	}
	var problems []problem
	for _, m := range regexp.MustCompile(
		`(?m)^(?:.*/)?cell\[?(\d+)\]?(?:\.go)?:(\d+)(?::\d+)?: (.*)$`).FindAllStringSubmatch(
		tool.output, -1) {
		var at eval.Position
		fmt.Sscan(m[1], &at.Cell)
		fmt.Sscan(m[2], &at.Line)
		if !strings.HasPrefix(m[3], "note:") {
			problems = append(problems, problem{at, m[3]})
		}
	}
	if len(problems) == 0 {
		text := strings.TrimSpace(plainNames(tool.output))
		return &eval.Error{Name: compileError, Value: text, Traceback: []string{red(text)},
			Position: eval.Position{Cell: c.number}}
	}
	return report(problems, c.lines)
}
