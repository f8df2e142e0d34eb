package runner

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"gopets/kernelext/jupyter"
)

// start starts the kernel, again if a port was taken, and over TCP if Unix sockets fail.
func (r *run) start(run context.Context) error {
	ctx, cancel := context.WithTimeoutCause(run, r.o.StartTimeout,
		fmt.Errorf("kernel %q did not answer within %v", r.o.Spec.Name, r.o.StartTimeout))
	defer cancel()
	o := r.o.StartOptions
	ipc, sure := speaksIPC(r.o.Spec)
	o.IPC = o.IPC || ipc
	// As for every Jupyter client: ipykernel ends with its parent, and prints no banner, which
	// would hide the reason of its death.
	o.Env = append(slices.Clip(o.Env), fmt.Sprintf("JPY_PARENT_PID=%d", os.Getpid()))
	for try := 1; ; try++ {
		k, err := jupyter.Start(withoutHistory(r.o.Spec), o)
		if err != nil {
			return err
		}
		fallback := k.Connection.Transport == "ipc" && !r.o.IPC
		limited, stop := ctx, context.CancelFunc(func() {})
		if fallback && !sure {
			limited, stop = context.WithTimeout(ctx, r.o.StartTimeout/3)
		}
		c, info, err := k.Connect(limited)
		stop()
		if err == nil {
			r.kernel, r.client = k, c
			r.o.Events(KernelReady{k, info})
			return r.noteLanguage(info)
		}
		tail := strings.ToLower(k.LogTail(12))
		r.warn(k.Close())
		if run.Err() != nil {
			return fmt.Errorf("while kernel %q was starting: %w", r.o.Spec.Name, context.Cause(run))
		}
		if ctx.Err() == nil && try < 3 &&
			(fallback || strings.Contains(tail, "address already in use")) {
			o.IPC = r.o.IPC
			continue
		}
		return &DeadKernelError{Cause: err}
	}
}

// ipcFamilies are words in the commands, or in the scripts, of kernels that listen on Unix sockets.
var ipcFamilies = []string{"ipykernel", "IPKernelApp", "metakernel", "bash_kernel", "xeus",
	"xpython", "xcpp", "IRkernel", "gonb"}

// speaksIPC reports whether a kernel listens on Unix sockets, and whether that is sure. Nearly all
// of Python's modules are built on ipykernel; some other kernels would wait for ever.
func speaksIPC(s jupyter.Spec) (ipc, sure bool) {
	for i, arg := range s.Argv {
		texts := []string{filepath.Base(arg)} // a folder's name says nothing about the kernel
		if program, err := exec.LookPath(arg); i == 0 && err == nil {
			arg = program
		}
		if info, err := os.Stat(arg); err == nil && info.Mode().IsRegular() &&
			info.Size() < 64<<10 {
			script, _ := os.ReadFile(arg) // without it the command has to do
			texts = append(texts, string(script))
		}
		for _, text := range texts {
			if slices.ContainsFunc(ipcFamilies,
				func(word string) bool { return strings.Contains(text, word) }) {
				return true, true
			}
		}
	}
	return len(s.Argv) > 2 && s.Argv[1] == "-m" &&
		strings.HasPrefix(filepath.Base(s.Argv[0]), "python"), false
}

// withoutHistory keeps ipykernel's history in memory, as nbclient does: the file is the user's, and
// two runs would wait for it.
func withoutHistory(s jupyter.Spec) jupyter.Spec {
	const option = "--HistoryManager.hist_file="
	starts := func(with string) bool {
		return slices.ContainsFunc(s.Argv,
			func(arg string) bool { return strings.HasPrefix(arg, with) })
	}
	if starts("ipykernel") && !starts(option) {
		s.Argv = append(slices.Clip(s.Argv), option+":memory:")
	}
	return s
}
