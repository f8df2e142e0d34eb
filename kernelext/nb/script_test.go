package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"gopets/kernelext/internal/kerneltest"
	"gopets/kernelext/jupyter"
)

// The scenarios under testdata/script read like terminal sessions. Those that start a real GoNB
// begin with [short] skip.

func TestMain(m *testing.M) {
	kerneltest.Main()
	testscript.Main(m, map[string]func(){"nb": func() { os.Exit(nb()) }})
}

func TestScripts(t *testing.T) {
	// One cache for all scenarios, so that GoNB is linked once.
	cache := t.TempDir()
	env := goEnvironment(t)
	// of the machine; scenarios look into $IPYKERNEL for it
	python, errPython := jupyter.FindSpec("python3")
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, env...)
			data := filepath.Join(e.WorkDir, ".data")
			e.Setenv("GOPETS_CACHE", cache)
			e.Setenv("GOPROXY", "off")
			e.Setenv("GOFLAGS", "")
			e.Setenv("JUPYTER_DATA_DIR", data)
			e.Setenv("JUPYTER_PATH", "")
			e.Setenv("IPYKERNEL", filepath.Dir(filepath.Dir(python.Dir)))
			// Short, for the sockets' sake.
			tmp, err := os.MkdirTemp("", "nbt")
			if err != nil {
				return err
			}
			e.Defer(func() { os.RemoveAll(tmp) })
			e.Setenv("TMPDIR", tmp)
			if filepath.Base(e.WorkDir) == "script-kernels" {
				usual := kerneltest.Spec("python")
				usual.DisplayName = "Usual"
				if err := installKernel(data, "python3", usual); err != nil {
					return err
				}
			}
			return errors.Join(installTestKernel(data, "test", "go"),
				installTestKernel(data, "testpy", "python"), installTestKernel(data, "testr", "R"),
				makeWorkspace(filepath.Join(e.WorkDir, "ws")))
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root":
				return os.Getuid() == 0, nil
			case "long": // as in CI
				return os.Getenv("GOPETS_TEST_LONG") != "", nil
			case "ipykernel":
				return errPython == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status,
			"empty": empty, "waitfor": waitFor, "waitgone": waitGone, "waitempty": waitEmpty},
	})
}

// goEnvironment hands on where Go keeps modules and builds, as scenarios have no home.
func goEnvironment(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMODCACHE", "GOCACHE").Output()
	if err != nil {
		t.Skipf("the go command does not work here: %v", err)
	}
	lines := strings.Split(string(out), "\n")
	return []string{"GOMODCACHE=" + lines[0], "GOCACHE=" + lines[1]}
}

// status runs a command and compares its exit status: status 3 nb run x.ipynb.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, wanted %d", got, want)
	}
}

// empty fails if a folder holds anything.
func empty(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(entries) > 0 != neg {
		ts.Fatalf("%s holds %d entries", args[0], len(entries))
	}
}

// waitFor waits until a file exists: waitfor FILE. The half minute only ends a hang.
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	for range 3000 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s did not appear", args[0])
}

// waitGone waits until the process whose id a file holds is gone: waitgone FILE.
func waitGone(ts *testscript.TestScript, neg bool, args []string) {
	pid, err := strconv.Atoi(ts.ReadFile(args[0]))
	ts.Check(err)
	for range 3000 {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("process %d is still there", pid)
}

// waitEmpty waits until a folder holds nothing: waitempty FOLDER.
func waitEmpty(ts *testscript.TestScript, neg bool, args []string) {
	for range 3000 {
		entries, err := os.ReadDir(ts.MkAbs(args[0]))
		ts.Check(err)
		if len(entries) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s did not get empty", args[0])
}

func installTestKernel(data, name, language string) error {
	return installKernel(data, name, kerneltest.Spec(language))
}

func installKernel(data, name string, spec jupyter.Spec) error {
	dir := filepath.Join(data, "kernels", name)
	text, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "kernel.json"), text, 0o644)
}

// makeWorkspace makes a module like ours, with the same pins, a package for cells and a session
// worker of its own.
func makeWorkspace(dir string) error {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		return err
	}
	sum, err := os.ReadFile("../../go.sum")
	if err != nil {
		return err
	}
	var lines []string
	for line := range strings.Lines(string(mod)) {
		if !strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(line, "tool ")), "gopets/") {
			lines = append(lines, strings.Replace(line, "module gopets", "module example.com/ws",
				1))
		}
	}
	text := strings.Join(lines, "") + "\ntool example.com/ws/demo/worker\n"
	for name, content := range map[string]string{
		"go.mod": text,
		"go.sum": string(sum),
		"greet/greet.go": "// Package greet is for cells.\npackage greet\n\n// Hello greets.\n" +
			"func Hello(who string) string { return \"hello \" + who }\n",
		"demo/demo.go": "// Package demo is what the session serves.\npackage demo\n",
		"demo/worker/main.go": `package main

import (
	"fmt"
	"os"
)

func main() {
	switch os.Args[1] {
	case "setup":
		fmt.Fprintln(os.Stderr, "demo: fetching", os.Args[2:])
		fmt.Println("engine demo, ready")
	case "doctor":
		fmt.Println("{\"checks\":[{\"name\":\"engine\",\"ok\":true,\"detail\":\"demo engine\"}]}")
	}
}
`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
