package engine

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// alone keeps a test from the machine's own plugins, settings and GPU, and gives it a cache folder.
func alone(t *testing.T) string {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", "")
	t.Setenv("GOMLX_BACKEND", "")
	t.Setenv("CUDA_VISIBLE_DEVICES", "-1")
	cache := t.TempDir()
	t.Setenv("GOPETS_CACHE", cache)
	return cache
}

func needXLA(t *testing.T) {
	t.Helper()
	if !withXLA {
		t.Skip("this program was built without XLA")
	}
}

// fakePlugin compiles a shared library from C.
func fakePlugin(t *testing.T, source string) string {
	t.Helper()
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no gcc to build a misbehaving plugin with")
	}
	path := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_fake_plugin.so")
	cmd := exec.Command(gcc, "-shared", "-fPIC", "-x", "c", "-o", path, "-")
	cmd.Stdin = strings.NewReader(source)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	return path
}

// A plugin's API begins with its own size, an extension, the version, and then one function after
// the other.
const fakeAPI = `
#include <stddef.h>
static void *nothing(void *args) { return 0; }
static struct { size_t size; void *extension; struct { size_t size; void *extension; int major, minor; } version; void *(*calls[200])(void *); } api;
void *GetPjrtApi(void) {
	api.size = sizeof api;
	api.version.size = sizeof api.version;
	api.version.major = MAJOR;
	api.version.minor = 1;
	for (int i = 0; i < 200; i++) api.calls[i] = nothing;
	return &api;
}
`

func TestTrialRefuses(t *testing.T) {
	needXLA(t)
	for name, test := range map[string]struct{ source, want string }{
		"no plugin":   {"int x;", "trial failed: "},
		"wrong major": {"#define MAJOR 9\n" + fakeAPI, "its PJRT version is 9.1"},
		"crash": {
			"#include <stdlib.h>\n__attribute__((constructor)) static void f(void) { abort(); }",
			"trial crashed"},
		"exit": {
			"#include <stdlib.h>\n__attribute__((constructor)) static void f(void) { _Exit(0); }",
			"without a report"},
		"hang": {
			"#include <unistd.h>\n__attribute__((constructor)) static void f(void) { for (;;) " +
				"pause(); }", "did not end within"},
		"no such thing": {"void *GetPjrtApi(void) { return 0; }", "trial "},
	} {
		t.Run(name, func(t *testing.T) {
			cache := alone(t)
			plugin := fakePlugin(t, test.source)
			limit := cpuTrialTime
			if name == "hang" {
				limit = 300 * time.Millisecond
			}
			_, err := Open(Options{Spec: "xla:" + plugin, CacheDir: cache, trialTime: limit})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
		})
	}
}

func TestRefusedPluginLeavesGo(t *testing.T) {
	needXLA(t)
	cache := alone(t)
	plugin := fakePlugin(t, "int x;")
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", filepath.Dir(plugin))
	var lines []string
	log := func(line string) { lines = append(lines, line) }
	eng, err := Open(Options{CacheDir: cache, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	notes := strings.Join(eng.Notes, "\n")
	if eng.Name != Go || !strings.Contains(notes, plugin+" is not used") ||
		!strings.Contains(notes, "nb setup") {
		t.Errorf("opened %s with notes %q", eng, notes)
	}
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "computing on go") {
		t.Errorf("last line is %q", last)
	}
}

func TestSpecsThatNameNoPlugin(t *testing.T) {
	needXLA(t)
	for spec, want := range map[string]string{
		"xla:gpu":                 "absolute path",
		"xla:relative/plugin.so":  "absolute path",
		"xla:/not/here/plugin.so": "cannot be read",
		"xla:cpu":                 "no plugin found",
		"xla:cuda":                "no GPU is visible",
		"xla":                     "no plugin found",
	} {
		alone(t)
		if eng, err := Open(Options{Spec: spec}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, error %v does not say %q", spec, eng, err, want)
		}
	}
}

// fakeTrial stands for a child: it appends a line to a file and answers.
func fakeTrial(t *testing.T, answer string) (program []string, runs func() int) {
	t.Helper()
	count := filepath.Join(t.TempDir(), "runs")
	script := fmt.Sprintf("echo run >>'%s'; echo noise; echo '%s'", count, answer)
	return []string{"/bin/sh", "-c", script}, func() int {
		text, _ := os.ReadFile(count)
		return strings.Count(string(text), "\n")
	}
}

const goodAnswer = reportMark + `{"Major":0,"Minor":104}`

func TestResultIsRemembered(t *testing.T) {
	cache := alone(t)
	plugin := filepath.Join(t.TempDir(), "libcpu.so")
	write := func(content string) {
		if err := os.WriteFile(plugin, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write("first")
	program, runs := fakeTrial(t, goodAnswer)
	o := Options{CacheDir: cache, Trial: program}
	c := candidate{name: CPU, spec: "xla:" + plugin, plugin: plugin}
	for range 3 {
		if v := check(c, o); v.Refused != "" || v.Minor != 104 {
			t.Fatalf("%+v", v)
		}
	}
	if runs() != 1 {
		t.Errorf("%d trials for one unchanged file", runs())
	}
	c.sha256 = strings.Repeat("0", 64)
	if v := check(c, o); !strings.Contains(v.Refused, "SHA-256") || runs() != 1 {
		t.Errorf("wrong checksum: %+v after %d trials", v, runs())
	}
	c.sha256 = ""
	write("second, longer")
	if v := check(c, o); v.Refused != "" || runs() != 2 {
		t.Errorf("changed file: %+v after %d trials", v, runs())
	}

	write("third")
	o.Trial, runs = fakeTrial(t, reportMark+`{"Error":"out of luck"}`)
	for range 2 {
		if v := check(c, o); v.Refused != "its trial failed: out of luck" {
			t.Errorf("%+v", v)
		}
	}
	o.again = true
	check(c, o)
	if runs() != 2 {
		t.Errorf("%d trials, want one and, asked again, another", runs())
	}
}

func TestTrialOfTheGoBackend(t *testing.T) {
	var r report
	if err := trial(goSpec, &r); err != nil {
		t.Error(err)
	}
}

func TestLastLine(t *testing.T) {
	if got := lastLine("a\nb \n\n"); got != ": b" {
		t.Errorf("%q", got)
	}
	if got := lastLine(" \n"); got != "" {
		t.Errorf("%q", got)
	}
}
