package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

type kernelChoice struct {
	spec     jupyter.Spec
	language string
	builtIn  string // the name of a kernel that nb brings, or ""
	env      []string
	book     *notebook.Notebook // the notebook
	module   string             // the folder of the Go module around it, known after prepare
}

// Kernels that nb brings, without installation. An installed go or gonb is the same.
const (
	liveKernel  = "go"         // variables keep their values
	gonbKernel  = "gonb"       // GoNB, with this project's front
	plainKernel = "plain-gonb" // GoNB by itself, for comparison
)

func isBuiltIn(name string) bool {
	return name == liveKernel || name == gonbKernel || name == plainKernel
}

// findKernel returns a kernel that nb brings, or an installed one. A Go notebook's missing kernel
// is replaced by "go".
func findKernel(nb *notebook.Notebook, flag string) (kernelChoice, error) {
	wants := nb.Kernel()
	if flag != "" {
		wants.Name, wants.Language = flag, ""
	}
	isGo := strings.EqualFold(wants.Language, "go")
	builtIn := func(name string) (kernelChoice, error) {
		return kernelChoice{language: "go", builtIn: name, book: nb}, nil
	}
	var spec jupyter.Spec
	var err error
	switch {
	case isBuiltIn(wants.Name):
		return builtIn(wants.Name)
	case wants.Name == "" && wants.Language == "":
		err = fmt.Errorf("the notebook names no kernel: give one with -k (%s)", kernelNames())
	case wants.Name != "":
		spec, err = jupyter.FindSpec(wants.Name)
	case isGo:
		return builtIn(liveKernel)
	default:
		spec, err = specOf(wants.Language)
	}
	var broken *jupyter.BrokenSpecError
	switch {
	case err == nil:
		return kernelChoice{spec: spec, language: spec.Language}, nil
	case errors.As(err, &broken):
		return kernelChoice{}, err
	case isGo:
		return builtIn(liveKernel)
	case flag == "" && wants.Name != "":
		err = fmt.Errorf("%w (or name another with -k)", err)
	}
	return kernelChoice{}, err
}

func kernelNames() string {
	names := []string{liveKernel, gonbKernel, plainKernel}
	for _, s := range jupyter.Specs() {
		if !isBuiltIn(s.Name) {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, ", ")
}

var usualKernel = map[string]string{"python": "python3", "r": "ir", "c++": "xcpp17",
	"csharp": ".net-csharp", "c#": ".net-csharp",
	"javascript": "javascript", "typescript": "tslab", "scala": "scala"}

// specOf finds a kernel for a notebook that names only its language: the usual one, else the first
// that can start.
func specOf(language string) (jupyter.Spec, error) {
	var found []jupyter.Spec
	usual := cmp.Or(usualKernel[strings.ToLower(language)], strings.ToLower(language))
	for _, s := range jupyter.Specs() {
		switch {
		case !strings.EqualFold(s.Language, language):
		case strings.EqualFold(s.Name, usual):
			found = slices.Insert(found, 0, s)
		default:
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return jupyter.Spec{},
			fmt.Errorf(
				"the notebook names no kernel, and none for %s is installed: give one with -k (%s)",
				language, kernelNames())
	}
	for _, s := range found {
		if len(found) == 1 || canStart(s) {
			return s, nil
		}
	}
	return found[0], nil // starting it reports the error
}

func canStart(s jupyter.Spec) bool {
	program, err := exec.LookPath(s.Argv[0])
	if err != nil {
		return false
	}
	at := slices.Index(s.Argv, "-m")
	if at != 1 || len(s.Argv) < 3 || !strings.Contains(strings.ToLower(filepath.Base(program)),
		"python") {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	const find = "import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) " +
		"is None)"
	return exec.CommandContext(ctx, program, "-c", find, s.Argv[2]).Run() == nil
}

// prepare builds what a Go notebook needs. Its module is searched around the folders.
func (k *kernelChoice) prepare(ctx context.Context, offline bool, log io.Writer,
	folders ...string) error {
	if k.builtIn == "" {
		return nil
	}
	w, err := findWorkspace(ctx, append(folders, ".")...)
	if err != nil {
		return err
	}
	k.module = w.root
	// A session that no cell imports is built when it is needed.
	w.workers = slices.DeleteFunc(w.workers,
		func(pkg string) bool { return !imports(k.book, path.Dir(pkg)) })
	s := &setup{log: log, offline: offline, lenient: true}
	if err := s.all(ctx, w); err != nil {
		return err
	}
	// The caller's GOWORK would replace the kernel's own go.work.
	k.env = []string{"GOWORK="}
	if offline {
		k.env = append(k.env, "GOPROXY=off")
	}
	if k.builtIn == plainKernel {
		k.spec, err = plainSpec(ctx, w)
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	k.spec, err = frontSpec(ctx, exe, k.builtIn)
	// A run is not part of the user's history.
	k.spec.Argv = append(k.spec.Argv, "--workspace="+w.root, "--history=")
	return err
}

// lacksModule reports whether a cell failed because no module is around the notebook.
func (k *kernelChoice) lacksModule(err error) bool {
	return err != nil && k.builtIn != "" && k.module == "" &&
		strings.Contains(err.Error(), "is not in std")
}

func imports(nb *notebook.Notebook, pkg string) bool {
	return slices.ContainsFunc(nb.Cells(), func(c *notebook.Cell) bool {
		return c.Type() == notebook.Code && (strings.Contains(c.Source(), `"`+pkg+`"`) ||
			strings.Contains(c.Source(), `"`+pkg+`/`))
	})
}

func plainSpec(ctx context.Context, w *workspace) (jupyter.Spec, error) {
	env, err := kernelEnv(ctx)
	if err != nil {
		return jupyter.Spec{}, err
	}
	argv := []string{filepath.Join(binDir(), "gonb"), "-kernel", "{connection_file}", "-raw_error"}
	if w.root != "" {
		argv = append(argv, "-go_work="+w.root)
		env["NB_WORKSPACE"] = w.root
	}
	return jupyter.Spec{Argv: argv, DisplayName: "GoNB", Language: "go", Env: env,
		Name: plainKernel}, nil
}
