package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"gopets/kernelext/internal/atomicfile"
	"gopets/kernelext/jupyter"
	"gopets/kernelext/kernel"
	"gopets/kernelext/release"
	"gopets/kernelext/session"
)

// kernelCommand is what a kernelspec starts, not people.
func kernelCommand() *cobra.Command {
	var workspace, gonb, gopls string
	var guard bool
	cmd := &cobra.Command{
		Use:    "kernel CONNECTION-FILE",
		Short:  "Be the kernel that a connection file describes",
		Hidden: true,
		Args:   cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if guard {
				kernel.Guard(os.Stdin)
				return nil
			}
			if len(args) == 0 {
				return cmd.Usage()
			}
			conn, err := jupyter.ReadConnection(args[0])
			if err != nil {
				return err
			}
			exe, err := os.Executable()
			if err != nil {
				return err
			}
			if gopls == "" && exists(goplsPath()) {
				gopls = goplsPath()
			}
			// An interrupt is meant for the cell.
			return kernel.Serve(context.WithoutCancel(cmd.Context()), conn, kernel.Options{
				GoNB:      cmp.Or(gonb, filepath.Join(binDir(), "gonb")),
				Workspace: cmp.Or(workspace, os.Getenv("NB_WORKSPACE")),
				Gopls:     gopls,
				Cache:     session.CacheDir(),
				History:   cmp.Or(os.Getenv("NB_HISTORY"), filepath.Join(session.CacheDir(), "history")),
				Guard:     []string{exe, "kernel", "--guard"},
				Version:   release.String(),
			})
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&workspace, "workspace", "", "the module whose packages cells import (default $NB_WORKSPACE)")
	fl.StringVar(&gonb, "gonb", "", "GoNB's program (default: the one that nb setup built)")
	fl.StringVar(&gopls, "gopls", "", "gopls's program (default: the one that nb setup built)")
	fl.BoolVar(&guard, "guard", false, "end what a kernel leaves behind")
	return cmd
}

// watchKernel has a process look after a run's kernel, which ends what is left of it if nb is
// killed.
func watchKernel(k *jupyter.Kernel) (release func(), err error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return kernel.Watch([]string{exe, "kernel", "--guard"}, k)
}

// goplsPath is where nb setup puts the gopls of the kernel; not on the PATH, where GoNB would start
// one more.
func goplsPath() string { return filepath.Join(session.CacheDir(), "gopls", "gopls") }

// frontSpec describes the kernel in front of GoNB. It is this very program, kept in the cache's bin
// folder, for `go run` deletes its own.
func (w *workspace) frontSpec(ctx context.Context, name string) (jupyter.Spec, error) {
	spec, err := w.kernelSpec(ctx, name)
	if err != nil {
		return spec, err
	}
	exe, err := os.Executable()
	if err != nil {
		return spec, err
	}
	program := filepath.Join(binDir(), "nb")
	if !sameFile(exe, program) {
		text, err := os.ReadFile(exe)
		if err != nil {
			return spec, fmt.Errorf("the kernel's program: %w", err)
		}
		if err := atomicfile.Bytes(program, text, 0o755); err != nil {
			return spec, err
		}
	}
	spec.Argv = []string{program, "kernel", "{connection_file}", "--workspace=" + w.root}
	return spec, nil
}

// goplsVersion is one that the kernel was tested with. It is no tool of go.mod, for it would raise
// what other programs require.
const goplsVersion = "v0.21.1"

// gopls gets the gopls for the kernel's completion and inspection, which do without if it is not to
// be had.
func (s *setup) gopls(ctx context.Context) {
	if exists(goplsPath()) {
		return
	}
	tool, err := goTool()
	if err == nil {
		done := s.later("building gopls, for completion in JupyterLab (once; a minute or two on a slow machine)")
		cmd := exec.CommandContext(ctx, tool, "install", "golang.org/x/tools/gopls@"+goplsVersion)
		cmd.Env = append(os.Environ(), "GOBIN="+filepath.Dir(goplsPath()), "GOWORK=off", "GOFLAGS=")
		var out []byte
		if out, err = cmd.CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(out))
		}
		done()
	}
	if err != nil {
		fmt.Fprintf(s.log, "set-up: no completion in JupyterLab, for gopls is not to be had: %s\n", plain(err.Error()))
	}
}
