package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// kernelChoice is the kernel that runs a notebook.
type kernelChoice struct {
	spec     jupyter.Spec
	language string
	builtIn  bool
	env      []string
	book     *notebook.Notebook // whose kernel it is
}

// chooseKernel finds the kernel that the flag, unless it is empty, or the notebook names, and makes
// it ready.
func chooseKernel(ctx context.Context, nb *notebook.Notebook, dir, flag string, offline bool, log io.Writer) (kernelChoice, error) {
	k, err := findKernel(nb, flag)
	if err == nil {
		err = k.prepare(ctx, dir, offline, log)
	}
	return k, err
}

// findKernel says which kernel it is to be: the one that is installed under the name that is asked
// for. For Go there is also GoNB, to be built from the workspace: for the name gonb in a notebook,
// whether one is installed or not, and where the notebook's own is missing.
func findKernel(nb *notebook.Notebook, flag string) (kernelChoice, error) {
	wants := nb.Kernel()
	if flag != "" {
		wants.Name, wants.Language = flag, ""
	}
	isGo := wants.Name == "gonb" || strings.EqualFold(wants.Language, "go") || wants.Name == "" && wants.Language == ""
	var spec jupyter.Spec
	var err error
	switch {
	case wants.Name == "" && !isGo:
		spec, err = specOf(wants.Language)
	case wants.Name != "" && (flag != "" || wants.Name != "gonb"):
		spec, err = jupyter.FindSpec(wants.Name)
	default:
		err = errBuiltIn
	}
	switch {
	case err == nil:
		return kernelChoice{spec: spec, language: spec.Language}, nil
	case isGo:
		return kernelChoice{language: "go", builtIn: true, book: nb}, nil
	case flag == "":
		err = fmt.Errorf("%w (or name another with --kernel)", err)
	}
	return kernelChoice{}, err
}

var errBuiltIn = errors.New("GoNB is built in")

// specOf finds a kernel for a notebook that names only its language, as some editors write them.
func specOf(language string) (jupyter.Spec, error) {
	var names []string
	for _, s := range jupyter.Specs() {
		if strings.EqualFold(s.Language, language) {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return jupyter.Spec{}, fmt.Errorf("the notebook names no kernel, and none for %s is installed; there are %s", language, strings.Join(names, ", "))
}

// prepare builds what a Go notebook needs.
func (k *kernelChoice) prepare(ctx context.Context, dir string, offline bool, log io.Writer) error {
	if !k.builtIn {
		return nil
	}
	w, err := findWorkspace(ctx, dir, ".")
	if err != nil {
		return err
	}
	if !imports(k.book, w.module) {
		w.workers = nil // it starts no session, and its first cell need not wait for one
	}
	s := &setup{log: log, offline: offline, lenient: true}
	if err := s.all(ctx, w); err != nil {
		return err
	}
	// GOWORK of the caller would take the place of the kernel's own go.work.
	k.env = []string{"GOWORK="}
	k.spec, err = w.kernelSpec(ctx, "gonb")
	return err
}

// imports reports whether a cell may import a package of the module: its path stands somewhere in
// the source.
func imports(nb *notebook.Notebook, module string) bool {
	return slices.ContainsFunc(nb.Cells(), func(c *notebook.Cell) bool {
		return c.Type() == notebook.Code && strings.Contains(c.Source(), module+"/")
	})
}

// kernelSpec describes GoNB on this workspace: errors as text, and a go.work that holds the module,
// so that cells import it without any set-up.
func (w *workspace) kernelSpec(ctx context.Context, name string) (jupyter.Spec, error) {
	env, err := w.kernelEnv(ctx)
	if err != nil {
		return jupyter.Spec{}, err
	}
	gonb := filepath.Join(binDir(), "gonb")
	if _, err := os.Stat(gonb); err != nil {
		return jupyter.Spec{}, fmt.Errorf("GoNB is not built: run nb setup (%w)", err)
	}
	return jupyter.Spec{
		Argv:        []string{gonb, "-kernel", "{connection_file}", "-raw_error", "-go_work=" + w.root},
		DisplayName: "Go (" + name + ")",
		Language:    "go",
		Env:         env,
		Name:        name,
	}, nil
}
