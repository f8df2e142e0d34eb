package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"gopets/kernelext/session"
)

var labPackages = []string{"jupyterlab==" + labVersion, "jupyter_server==2.20.0",
	"notebook_shim==0.2.4"}

const labVersion = "4.6.6"

type labFlags struct {
	port             int
	noBrowser        bool
	offline, private bool
}

func labCommand() *cobra.Command {
	var f labFlags
	cmd := &cobra.Command{
		Use:   "lab [NOTEBOOK] [-- JUPYTERLAB'S OPTIONS]",
		Short: "Open a notebook in JupyterLab, with the kernels of nb",
		Long: `Open JupyterLab, with a notebook if one is named, and offer it nb's kernels beside those that it
has. JupyterLab is the one on the PATH or of the active virtual environment; if there is none, or
with --private, one is made in the cache folder, which needs Python and, the first time, network.
The kernels are in a folder of their own in the cache: no Jupyter installation is changed.

The port and --no-browser are JupyterLab's own, as are all options behind --. Ctrl-C ends it.`,
		Example: `  nb lab notebooks/pets.ipynb
  nb lab --no-browser --port 8890 -- --ServerApp.ip=0.0.0.0`,
		Args: func(cmd *cobra.Command, args []string) error {
			if n := cmd.ArgsLenAtDash(); n > 1 || n < 0 && len(args) > 1 {
				return errors.New("nb lab opens one notebook; options of JupyterLab follow --")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			own := args
			if n := cmd.ArgsLenAtDash(); n >= 0 {
				own, args = args[:n], args[n:]
			} else {
				args = nil
			}
			return f.run(cmd, strings.Join(own, ""), args)
		},
	}
	fl := cmd.Flags()
	fl.IntVar(&f.port, "port", 0,
		"the port to listen on (default JupyterLab's, 8888 or the next free one)")
	fl.BoolVar(&f.noBrowser, "no-browser", false, "open no browser; the address is printed")
	fl.BoolVar(&f.private, "private", false,
		"the JupyterLab of the cache folder, whichever others there are")
	fl.BoolVar(&f.offline, "offline", false, "fetch nothing")
	return cmd
}

func (f labFlags) run(cmd *cobra.Command, path string, more []string) error {
	ctx := cmd.Context()
	if path != "" {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("opening a notebook: %w", err)
		}
	}
	lab, own, err := f.find(ctx, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	prefix := filepath.Join(session.CacheDir(), "lab")
	kernels := installFlags{prefix: prefix}
	if err := kernels.installAll(cmd, f.offline); err != nil {
		return err
	}
	child := exec.Command(lab, f.arguments(path, more)...)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	child.Env = append(os.Environ(), "JUPYTER_PATH="+joinPath(filepath.Join(prefix, "share",
		"jupyter"), os.Getenv("JUPYTER_PATH")))
	if own {
		// It has its own settings.
		for name, dir := range map[string]string{"JUPYTER_CONFIG_DIR": "config",
			"JUPYTER_RUNTIME_DIR":     "runtime",
			"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"} {
			child.Env = append(child.Env, name+"="+filepath.Join(prefix, dir))
		}
	}
	return runUntilStopped(ctx, child)
}

func joinPath(parts ...string) string {
	if parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, string(os.PathListSeparator))
}

// arguments returns JupyterLab's: a notebook below this folder is opened in it, others in their
// own.
func (f labFlags) arguments(path string, more []string) []string {
	root := absolute(".")
	var args []string
	if path != "" {
		args = append(args, absolute(path))
		if rel, err := filepath.Rel(root, absolute(path)); err != nil || !filepath.IsLocal(rel) {
			root = filepath.Dir(absolute(path))
		}
	}
	args = append(args, "--ServerApp.root_dir="+root)
	if f.port > 0 {
		args = append(args, fmt.Sprintf("--port=%d", f.port))
	}
	if f.noBrowser {
		args = append(args, "--no-browser")
	}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root")
	}
	return append(args, more...)
}

func runUntilStopped(ctx context.Context, child *exec.Cmd) error {
	if err := child.Start(); err != nil {
		return fmt.Errorf("starting JupyterLab: %w", err)
	}
	done := make(chan error, 1)
	go func() { done <- child.Wait() }()
	select {
	case <-ctx.Done():
		_ = child.Process.Signal(syscall.SIGTERM) // it may just have ended
		<-done
		return context.Cause(ctx)
	case err := <-done:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exitError(max(1, exit.ExitCode()))
		}
		return err
	}
}

func (f labFlags) find(ctx context.Context, log io.Writer) (program string, own bool, err error) {
	var candidates []string
	if venv := os.Getenv("VIRTUAL_ENV"); venv != "" {
		candidates = append(candidates, filepath.Join(venv, "bin", "jupyter-lab"))
	}
	if onPath, err := exec.LookPath("jupyter-lab"); err == nil {
		candidates = append(candidates, onPath)
	}
	for _, program := range candidates {
		if f.private || !exists(program) {
			continue
		}
		out, err := exec.CommandContext(ctx, program, "--version").CombinedOutput()
		if err == nil {
			fmt.Fprintf(log, "JupyterLab %s: %s\n", bytes.TrimSpace(out), program)
			return program, false, nil
		}
		fmt.Fprintf(log, "%s does not work: %v; looking for another\n", program, err)
	}
	program, err = f.make(ctx, log)
	return program, true, err
}

func (f labFlags) make(ctx context.Context, log io.Writer) (string, error) {
	dir := filepath.Join(session.CacheDir(), "jupyterlab-"+labVersion)
	program := filepath.Join(dir, "bin", "jupyter-lab")
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	lock := flock.New(dir + ".lock")
	if err := lock.Lock(); err != nil {
		return "", fmt.Errorf("waiting for another nb that makes a JupyterLab: %w", err)
	}
	defer lock.Unlock()
	if exec.CommandContext(ctx, program, "--version").Run() == nil {
		return program, nil
	}
	if f.offline {
		return "",
			errors.New(
				"no JupyterLab was found, and --offline forbids to fetch one: run nb lab once " +
					"with network")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		return "",
			errors.New("no JupyterLab was found, and no python3 to make one with: install Python")
	}
	fmt.Fprintf(log, "making JupyterLab %s in %s (once; a minute or two)\n", labVersion, dir)
	// A folder that another program made is not changed.
	steps := [][]string{{python, "-m", "venv", dir},
		append([]string{filepath.Join(dir, "bin", "python"), "-m", "pip", "install", "--quiet",
			"--disable-pip-version-check"}, labPackages...)}
	for _, step := range steps {
		if out, err := exec.CommandContext(ctx, step[0], step[1:]...).CombinedOutput(); err != nil {
			if ctx.Err() != nil {
				return "", context.Cause(ctx)
			}
			return "",
				fmt.Errorf("making JupyterLab: %s: %w (Debian: apt-get install python3-venv)\n%s",
					strings.Join(step[1:3], " "), err, bytes.TrimSpace(out))
		}
	}
	return program, nil
}
