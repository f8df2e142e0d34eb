package main

import (
	"bufio"
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"gopets/kernelext/session"
)

func setupCommand() *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use:   "setup",
		Short: "Fetch and build all that a later offline run needs",
		Long: `Fetch and build all that a later offline run needs: GoNB, goimports, gopls, and the session workers
among the module's tools (packages called worker in go.mod's tool lines), which in turn fetch what
they need. What is there is kept.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := findWorkspace(cmd.Context(), ".")
			if err != nil {
				return err
			}
			s := &setup{log: cmd.OutOrStdout(), offline: offline}
			if err := s.all(cmd.Context(), w); err != nil {
				return err
			}
			s.modules(cmd.Context(), w)
			s.gopls(cmd.Context())
			fmt.Fprintf(cmd.OutOrStdout(), "set-up: ready; everything is in %s\n",
				session.CacheDir())
			return nil
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "build only; fetch nothing")
	return cmd
}

type setup struct {
	log     io.Writer
	offline bool
	lenient bool // report a worker's failure and go on
	noTools bool // tools builds GoNB and goimports when they are needed
}

func (s *setup) all(ctx context.Context, w *workspace) error {
	if s.offline {
		os.Setenv("GOPROXY", "off")
	}
	// Workers must be built with the flags of cells, or cells link them again.
	os.Setenv("GOFLAGS", goFlags(ctx))
	if w.root != "" {
		os.Setenv("NB_WORKSPACE", w.root)
	}
	if !s.noTools {
		if err := s.tools(ctx, w); err != nil {
			return err
		}
	}
	if err := writeShim(); err != nil {
		return fmt.Errorf("set-up: %w", err)
	}
	for _, pkg := range w.workers {
		if err := s.worker(ctx, w.worker(pkg)); err != nil {
			if !s.lenient || ctx.Err() != nil {
				return err
			}
			fmt.Fprintf(s.log, "set-up: %v\n", err)
		}
	}
	return nil
}

// tools builds GoNB and goimports into the cache's bin folder: the workspace's tools if its go.mod
// has them, else nb's versions. A lock keeps two nb from writing one file.
func (s *setup) tools(ctx context.Context, w *workspace) error {
	if err := os.MkdirAll(binDir(), 0o755); err != nil {
		return fmt.Errorf("set-up: the folder for tools: %w", err)
	}
	lock := flock.New(filepath.Join(binDir(), ".lock"))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("set-up: waiting for another nb that builds tools: %w", err)
	}
	defer lock.Unlock()
	done := s.later("building GoNB and goimports (once; a minute or two on a slow machine)")
	defer done()
	if w.hasGoNB {
		// The go command links only what changed.
		if _, err := goOutput(ctx, w.root, "build", "-o", binDir()+string(filepath.Separator),
			gonbPackage, goimportsPackage); err != nil {
			return fmt.Errorf("set-up: %w", err)
		}
		return nil
	}
	for pkg, version := range toolVersions() {
		if builtFrom(filepath.Join(binDir(), path.Base(pkg))) == version {
			continue
		}
		if err := s.install(ctx, binDir(), pkg, version); err != nil {
			return fmt.Errorf("set-up: %w", err)
		}
	}
	return nil
}

func (s *setup) install(ctx context.Context, dir, pkg, version string) error {
	tool, err := goTool()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, tool, "install", pkg+"@"+version)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s@%s: %w\n%s", pkg, version, err, bytes.TrimSpace(out))
	}
	return nil
}

// goimportsVersion is that of golang.org/x/tools in go.mod, which nb does not link.
const goimportsVersion = "v0.52.0"

func toolVersions() map[string]string {
	versions := map[string]string{gonbPackage: "v0.11.5", goimportsPackage: goimportsVersion}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if _, wanted := versions[d.Path]; wanted && d.Replace == nil {
				versions[d.Path] = d.Version
			}
		}
	}
	return versions
}

func builtFrom(program string) string {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return ""
	}
	return info.Main.Version
}

// worker builds a session worker and runs its set-up, whose last line of output is the result.
func (s *setup) worker(ctx context.Context, w session.Worker) error {
	done := s.later(fmt.Sprintf(
		"building the %s session's program (once; a minute or two on a slow machine)", w.Name))
	program, err := w.Build(ctx)
	done()
	if err != nil {
		return fmt.Errorf("the %s session's program cannot be built: %w", w.Name, err)
	}
	args := []string{"setup"}
	if s.offline {
		args = append(args, "--offline")
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	var result bytes.Buffer
	cmd.Stdout = &result
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("the %s session's program: %w", w.Name, err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		fmt.Fprintf(s.log, "set-up: %s\n", plain(lines.Text()))
	}
	_, _ = io.Copy(io.Discard, stderr) // a line too long for the scanner must not block the program
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("the %s session could not be set up (%s setup): %w", w.Name, program, err)
	}
	if text := strings.TrimSpace(result.String()); text != "" {
		fmt.Fprintf(s.log, "%s: %s\n", w.Name, plain(text[strings.LastIndexByte(text, '\n')+1:]))
	}
	return nil
}

func (s *setup) later(what string) (done func()) {
	begun := time.Now()
	printed := make(chan struct{})
	timer := time.AfterFunc(time.Second, func() {
		fmt.Fprintf(s.log, "set-up: %s …\n", what)
		close(printed)
	})
	return func() {
		if timer.Stop() {
			return
		}
		<-printed
		fmt.Fprintf(s.log, "set-up: … done in %v\n", time.Since(begun).Round(100*time.Millisecond))
	}
}
