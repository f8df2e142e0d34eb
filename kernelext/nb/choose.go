package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
}

// chooseKernel finds the kernel that the flag, unless it is empty, or the notebook names. A Go notebook gets GoNB, built from the workspace, whether a kernel of that
// name is installed or not; another kernel has to be installed.
func chooseKernel(ctx context.Context, nb *notebook.Notebook, dir, flag string, offline bool, log io.Writer) (kernelChoice, error) {
	wants := nb.Kernel()
	name := flag
	if name == "" {
		name = wants.Name
	}
	isGo := name == "gonb" || flag == "" && (strings.EqualFold(wants.Language, "go") || name == "")
	if flag != "" {
		// One that is installed under this very name is what was asked for.
		if spec, err := jupyter.FindSpec(flag); err == nil {
			return kernelChoice{spec: spec, language: spec.Language}, nil
		} else if !isGo {
			return kernelChoice{}, err
		}
	}
	if !isGo {
		spec, err := jupyter.FindSpec(name)
		if err != nil {
			return kernelChoice{}, fmt.Errorf("%w (or name another with --kernel)", err)
		}
		return kernelChoice{spec: spec, language: spec.Language}, nil
	}
	w, err := findWorkspace(ctx, dir, ".")
	if err != nil {
		return kernelChoice{}, err
	}
	s := &setup{log: log, offline: offline, lenient: true}
	if err := s.all(ctx, w); err != nil {
		return kernelChoice{}, err
	}
	spec, err := w.kernelSpec(ctx, "gonb")
	if err != nil {
		return kernelChoice{}, err
	}
	// GOWORK of the caller would take the place of the kernel's own go.work.
	return kernelChoice{spec: spec, language: "go", builtIn: true, env: []string{"GOWORK="}}, nil
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
