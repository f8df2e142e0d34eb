package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// modules fetches what the go command needs of other modules before it compiles a cell. A cell is a
// module of its own beside the workspace, for which the go command reads the go.mod files of the
// whole graph. So this prepares a cell that imports every possible package, without compiling it.
func (s *setup) modules(ctx context.Context, w *workspace) {
	if w.root == "" {
		return
	}
	if err := w.getAsCell(ctx); err != nil {
		fmt.Fprintf(s.log, "set-up: the first cell will want a network: %s\n", plain(err.Error()))
	}
}

func (w *workspace) getAsCell(ctx context.Context) error {
	out, err := goOutput(ctx, w.root, "list", "-f",
		`{{if and .GoFiles (ne .Name "main")}}{{.ImportPath}}{{end}}`, "./...")
	if err != nil {
		return err
	}
	var code strings.Builder
	code.WriteString("package main\n\n")
	for path := range strings.FieldsSeq(string(out)) {
		if !strings.Contains(path+"/", "/internal/") {
			fmt.Fprintf(&code, "import _ %q\n", path)
		}
	}
	code.WriteString("\nfunc main() {}\n")
	dir, err := os.MkdirTemp("", "nb-setup-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(code.String()),
		0o644); err != nil {
		return err
	}
	for _, args := range [][]string{{"mod", "init", "nb_setup"}, {"work", "init"},
		{"work", "use", ".", w.root}, {"get"}} {
		if _, err := goOutput(ctx, dir, args...); err != nil {
			return err
		}
	}
	return nil
}
