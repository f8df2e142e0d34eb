package main

import (
	"context"
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

// chooseKernel finds the kernel that the flag, unless it is empty, or the notebook names, and makes it ready.
func chooseKernel(ctx context.Context, nb *notebook.Notebook, dir, flag string, offline bool, log io.Writer) (kernelChoice, error) {
	k, err := findKernel(nb, flag)
	if err == nil {
		err = k.prepare(ctx, dir, offline, log)
	}
	return k, err
}

// findKernel says which kernel it is to be. A Go notebook gets GoNB, to be built from the workspace, whether a kernel of that name is installed or
// not; another kernel has to be installed.
func findKernel(nb *notebook.Notebook, flag string) (kernelChoice, error) {
	if flag != "" {
		// One that is installed under this very name is what was asked for.
		spec, err := jupyter.FindSpec(flag)
		if err == nil {
			return kernelChoice{spec: spec, language: spec.Language}, nil
		} else if flag != "gonb" {
			return kernelChoice{}, err
		}
	}
	if isGo(nb, flag) {
		return kernelChoice{language: "go", builtIn: true, book: nb}, nil
	}
	spec, err := jupyter.FindSpec(nb.Kernel().Name)
	if err != nil {
		return kernelChoice{}, fmt.Errorf("%w (or name another with --kernel)", err)
	}
	return kernelChoice{spec: spec, language: spec.Language}, nil
}

func isGo(nb *notebook.Notebook, flag string) bool {
	wants := nb.Kernel()
	return flag == "gonb" || flag == "" && (wants.Name == "gonb" || strings.EqualFold(wants.Language, "go") || wants.Name == "")
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

// imports reports whether a cell may import a package of the module: its path stands somewhere in the source.
func imports(nb *notebook.Notebook, module string) bool {
	return slices.ContainsFunc(nb.Cells(), func(c *notebook.Cell) bool {
		return c.Type() == notebook.Code && strings.Contains(c.Source(), module+"/")
	})
}

// kernelSpec describes GoNB on this workspace: errors as text, and a go.work that holds the module, so that cells import it without any set-up.
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
