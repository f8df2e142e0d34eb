package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/gonb"
	"gopets/kernelext/eval/live"
	"gopets/kernelext/internal/atomicfile"
	"gopets/kernelext/internal/cleanup"
	"gopets/kernelext/jupyter"
	"gopets/kernelext/kernel"
	"gopets/kernelext/release"
	"gopets/kernelext/session"
)

type kernelFlags struct {
	engine, workspace, gonb, gopls, history string
	cleanup                                 bool
	build                                   func() error // builds GoNB; nil if it is there
}

// for kernelspecs, not for users
func kernelCommand() *cobra.Command {
	var f kernelFlags
	cmd := &cobra.Command{
		Use:    "kernel CONNECTION-FILE",
		Short:  "Be the kernel that a connection file describes",
		Hidden: true,
		Args:   cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.cleanup {
				cleanup.Main(os.Stdin)
				return nil
			}
			if len(args) == 0 {
				return cmd.Usage()
			}
			if err := f.check("--engine"); err != nil {
				return err
			}
			conn, err := jupyter.ReadConnection(args[0])
			if err != nil {
				return err
			}
			setKernelID(args[0])
			options, err := f.options(cmd.Context())
			if err != nil {
				return err
			}
			// An interrupt is for the cell.
			return kernel.Serve(context.WithoutCancel(cmd.Context()), conn, options)
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.engine, "engine", gonbKernel, "what runs the cells: go or gonb")
	fl.StringVar(&f.workspace, "workspace", "",
		"the module whose packages cells import where there is none around the current folder")
	fl.StringVar(&f.gonb, "gonb", filepath.Join(binDir(), "gonb"), "GoNB's program")
	fl.StringVar(&f.gopls, "gopls", "", "gopls's program (default: the one that nb setup built)")
	fl.StringVar(&f.history, "history", historyDir(),
		"the folder that keeps what is run; empty for none")
	fl.BoolVar(&f.cleanup, "cleanup", false, "end what a kernel leaves behind")
	return cmd
}

func historyDir() string {
	return cmp.Or(os.Getenv("NB_HISTORY"), filepath.Join(session.CacheDir(), "history"))
}

func (f kernelFlags) check(flag string) error {
	if f.engine != liveKernel && f.engine != gonbKernel {
		return fmt.Errorf("%s %s: unknown kernel: want %s or %s", flag, f.engine, liveKernel,
			gonbKernel)
	}
	return nil
}

func (f kernelFlags) options(ctx context.Context) (kernel.Options, error) {
	watch, err := cleanupCommand()
	if err != nil {
		return kernel.Options{}, err
	}
	return kernel.Options{History: f.history, Cleanup: watch, Version: release.String(),
		Engine: func(g *cleanup.Process) (eval.Engine, string, error) {
			return f.start(ctx, g)
		}}, nil
}

func cleanupCommand() ([]string, error) {
	exe, err := os.Executable()
	return []string{exe, "kernel", "--cleanup"}, err
}

// start starts the engine. The notice says why it is not the wanted one.
func (f kernelFlags) start(ctx context.Context, g *cleanup.Process) (e eval.Engine, notice string,
	err error) {
	root := cmp.Or(os.Getenv("NB_WORKSPACE"), moduleAround("."), f.workspace)
	if root != "" {
		os.Setenv("NB_WORKSPACE", root) // for the sessions that cells start
	}
	if f.engine == liveKernel {
		setJupyterRoot()
		e, err := live.New(ctx, live.Options{Dir: ".", Module: root, Cache: session.CacheDir(),
			Cleanup: g})
		if err == nil {
			return e, "", nil
		}
		notice = fmt.Sprintf(
			"variables do not keep their values, as in the kernel \"Go "+
				"(gonb)\": %s", firstLine(err))
	}
	if f.build != nil {
		if err := f.build(); err != nil {
			return nil, "", err
		}
	}
	if f.gopls == "" && exists(goplsPath()) {
		f.gopls = goplsPath()
	}
	e, err = gonb.New(gonb.Options{GoNB: f.gonb, Workspace: root, Gopls: f.gopls,
		Cache: session.CacheDir(), Cleanup: g})
	return e, notice, err
}

func setJupyterRoot() {
	root, err := os.Readlink("/proc/" + os.Getenv("JPY_PARENT_PID") + "/cwd")
	if err == nil {
		os.Setenv("GONB_JUPYTER_ROOT", root)
	}
}

// setKernelID sets, as GoNB does, the Jupyter server's id of the kernel for cells and engines, from
// the name of the connection file.
func setKernelID(connection string) {
	if m := connectionName.FindStringSubmatch(filepath.Base(connection)); m != nil {
		os.Setenv("GONB_JUPYTER_KERNEL_ID", m[1])
	} else {
		os.Unsetenv("GONB_JUPYTER_KERNEL_ID")
	}
}

var connectionName = regexp.MustCompile(`^kernel-([\w-]+)\.json$`)

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// watchKernel starts a process that ends the kernel and recovers the notebook if nb is killed.
func watchKernel(k *jupyter.Kernel, executed string) (stop func(), err error) {
	watch, err := cleanupCommand()
	if err != nil {
		return nil, err
	}
	return cleanup.WatchKernel(watch, k, executed)
}

// not on the PATH, where GoNB would start another
func goplsPath() string { return filepath.Join(session.CacheDir(), "gopls", "gopls") }

var displayNames = map[string]string{liveKernel: "Go", gonbKernel: "Go (gonb)"}

func frontSpec(ctx context.Context, program, name string) (jupyter.Spec, error) {
	env, err := kernelEnv(ctx)
	if err != nil {
		return jupyter.Spec{}, err
	}
	engine := liveKernel
	if name == gonbKernel {
		engine = gonbKernel
	}
	return jupyter.Spec{
		Argv:        []string{program, "kernel", "{connection_file}", "--engine=" + engine},
		DisplayName: cmp.Or(displayNames[name], "Go ("+name+")"),
		Language:    "go",
		Env:         env,
		Name:        name,
	}, nil
}

// keptProgram copies nb to the cache's bin folder, as `go run` deletes its own.
func keptProgram() (string, error) {
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	program := filepath.Join(binDir(), "nb")
	if sameFile(exe, program) {
		return program, nil
	}
	text, err := os.ReadFile(exe)
	if err != nil {
		return "", fmt.Errorf("the kernel's program: %w", err)
	}
	return program, atomicfile.Bytes(program, text, 0o755)
}

// goplsVersion is not a tool of go.mod, where it would raise other programs' requirements.
const goplsVersion = "v0.21.1"

func (s *setup) gopls(ctx context.Context) {
	if exists(goplsPath()) {
		return
	}
	done := s.later(
		"building gopls, for completion in JupyterLab (once; a minute or two on a slow machine)")
	err := s.install(ctx, filepath.Dir(goplsPath()), "golang.org/x/tools/gopls", goplsVersion)
	done()
	if err != nil {
		fmt.Fprintf(s.log, "set-up: no completion in JupyterLab: gopls is not available: %s\n",
			plain(err.Error()))
	}
}
