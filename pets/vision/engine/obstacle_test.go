package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// failingAPI is a plugin whose client cannot be made: it logs LOG and answers ERROR. Its calls are
// in the order of PJRT's header.
const failingAPI = `
#include <stddef.h>
#include <stdio.h>
#include <string.h>
struct message { size_t size; void *extension; void *error; const char *text; size_t length; };
static void *nothing(void *args) { return 0; }
static void *message(struct message *args) { args->text = ERROR; args->length = strlen(ERROR); return 0; }
static void *fails(void *args) { fputs(LOG "\n", stderr); return (void *)1; }
static struct { size_t size; void *extension; struct { size_t size; void *extension; int major, minor; } version; void *(*calls[200])(void *); } api;
void *GetPjrtApi(void) {
	api.size = sizeof api;
	api.version.size = sizeof api.version;
	api.version.minor = 199;
	for (int i = 0; i < 200; i++) api.calls[i] = nothing;
	api.calls[1] = (void *(*)(void *))message;
	api.calls[10] = fails; /* PJRT_Client_Create */
	return &api;
}
`

// Every known obstacle of a first contact with a GPU has its own message and remedy. The words are
// those of XLA's plugin, of CUDA and of the dynamic linker.
func TestObstacles(t *testing.T) {
	needXLA(t)
	for name, test := range map[string]struct{ says, logs, want string }{
		"newer interface": {
			"Unexpected PJRT_Client_Create_Args size: expected 96, got 88. Check installed " +
				"software versions.",
			"", "interface is newer than go-xla's"},
		"no cuDNN": {"cuDNN could not be found or could not be loaded.", "", "cuDNN is missing"},
		"cuDNN does not start": {"No DNN for stream.",
			"cudnn library could not create a handle: CUDNN_STATUS_NOT_INITIALIZED",
			"cuDNN is missing"},
		"old cuDNN": {"No DNN for stream.",
			"Loaded runtime CuDNN library: 9.1.0 but source was compiled with: 9.8.0.",
			"cuDNN is older"},
		"old driver": {"No visible GPU devices.",
			"failed call to cuInit: CUDA error: CUDA driver version is insufficient for CUDA " +
				"runtime version",
			"driver is too old: CUDA 13 wants 580"},
		"two drivers": {"No visible GPU devices.",
			"kernel version 535.104.5 does not match DSO version 580.65.6", "driver is too old"},
		"out of memory": {
			"RESOURCE_EXHAUSTED: Out of memory while trying to allocate 85899345920 bytes.", "",
			"memory is taken"},
		"no device": {"No visible GPU devices.",
			"failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: UNKNOWN " +
				"ERROR (303)",
			"no GPU is visible"},
		"no code for the GPU": {"INTERNAL: CUDA_ERROR_NO_BINARY_FOR_GPU",
			"", "compute capability 7.5"},
		"no compiler files": {"INTERNAL: libdevice not found at ./libdevice.10.bc", "",
			"compiler files are missing"},
		"something else": {"the moon is full", "", "its trial failed: while creating plugin"},
	} {
		t.Run(name, func(t *testing.T) {
			cache := alone(t)
			plugin := fakePlugin(t, cString("ERROR", test.says)+cString("LOG", test.logs)+
				failingAPI)
			_, err := Open(Options{Spec: "xla:" + plugin, CacheDir: cache})
			if err == nil || !strings.Contains(err.Error(), test.want) ||
				!strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
		})
	}
}

func cString(name, text string) string {
	return "#define " + name + " \"" + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) +
		"\"\n"
}

// Files that the dynamic linker does not load are obstacles too.
func TestFilesThatAreNotPlugins(t *testing.T) {
	needXLA(t)
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("no gcc to build libraries with")
	}
	good, err := os.ReadFile(fakePlugin(t, "int x;"))
	if err != nil {
		t.Fatal(err)
	}
	other := append([]byte(nil), good...)
	other[18], other[19] = 0xf3, 0 // e_machine: RISC-V
	needs := func(t *testing.T) string {
		dir := t.TempDir()
		missing := filepath.Join(dir, "libcublas_of_nobody.so")
		plugin := filepath.Join(dir, "pjrt_c_api_cuda_fake_plugin.so")
		for _, args := range [][]string{{"-o", missing, "-"}, {"-o", plugin, "-", missing}} {
			cmd := exec.Command(gcc, append([]string{"-shared", "-fPIC", "-Wl,--no-as-needed",
				"-Wl,-rpath,/nowhere", "-x", "c"}, args...)...)
			if len(args) == 4 { // the last argument is a library, not C
				cmd.Args = append(cmd.Args[:len(cmd.Args)-1], "-x", "none", missing)
			}
			cmd.Stdin = strings.NewReader("int y;")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("gcc: %v\n%s", err, out)
			}
		}
		if err := os.Remove(missing); err != nil {
			t.Fatal(err)
		}
		return plugin
	}
	file := func(content []byte) func(t *testing.T) string {
		return func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "pjrt_c_api_cuda_fake_plugin.so")
			if err := os.WriteFile(path, content, 0o755); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
	for name, test := range map[string]struct {
		plugin func(t *testing.T) string
		want   string
	}{
		"another processor": {file(other), "for another processor (EM_RISCV"},
		"empty":             {file(nil), "the file is empty"},
		"a web page":        {file([]byte("<html>not found</html>")), "not a Linux shared library"},
		"no plugin":         {file(good), "not a PJRT plugin"},
		"a missing library": {needs, "a library that the plugin needs is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			cache := alone(t)
			_, err := Open(Options{Spec: "xla:" + test.plugin(t), CacheDir: cache,
				trialTime: time.Minute})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
		})
	}
}

func TestParseGPUs(t *testing.T) {
	list := parseGPUs("NVIDIA H100 80GB HBM3, 580.65.06, 81559, 81079, 9.0\n" +
		"Tesla T4, 535.104.05, 15360, [N/A], 7.5\nnonsense\n")
	if len(list) != 2 || list[0] != (gpu{"NVIDIA H100 80GB HBM3", "580.65.06", 81559 << 20,
		81079 << 20, 9}) || list[1].free != 0 || list[1].capability != 7.5 {
		t.Errorf("%+v", list)
	}
	for capability, want := range map[float64]bool{9: true, 8: true, 7.5: false, 0: true} {
		e := &Engine{Name: CUDA, gpus: []gpu{{capability: capability}}}
		if e.FastBFloat16() != want {
			t.Errorf("compute capability %v: bfloat16 %v", capability, !want)
		}
	}
	if (&Engine{Name: CPU}).FastBFloat16() {
		t.Error("bfloat16 on a CPU")
	}
}

// A python3 that is a script, and CUDA's libraries in another environment than the plugin.
func TestPluginOfAPythonThatIsAScript(t *testing.T) {
	alone(t)
	root := t.TempDir()
	site, torch := filepath.Join(root, "one"), filepath.Join(root, "venv", "lib", "python3.12",
		"site-packages")
	plugin := filepath.Join(site, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so")
	cudnn, cu13 := filepath.Join(torch, "nvidia", "cudnn", "lib"), filepath.Join(site, "nvidia",
		"cu13", "lib")
	for _, dir := range []string{filepath.Dir(plugin), cudnn, cu13, filepath.Join(torch, "nvidia",
		"cu13", "lib"), filepath.Join(root, "bin")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for path, content := range map[string]string{plugin: "", filepath.Join(root, "bin",
		"python3"): "#!/bin/sh\necho\necho zip\necho '" + site + "'\n"} {
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", filepath.Join(root, "bin")+":/usr/bin:/bin")
	t.Setenv("VIRTUAL_ENV", "")
	t.Setenv("CONDA_PREFIX", "")
	if found := pipCUDAPlugins(); len(found) != 1 || found[0] != plugin {
		t.Errorf("found %v, not %s", found, plugin)
	}
	t.Setenv("VIRTUAL_ENV", filepath.Join(root, "venv"))
	if libs := nvidiaLibs(site); len(libs) != 2 || libs[0] != cu13 || libs[1] != cudnn {
		t.Errorf("libraries %v", libs)
	}
}
