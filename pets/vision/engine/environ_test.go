package engine

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// lookup finds a variable in an environment that must hold it at most once.
func lookup(t *testing.T, env []string, name string) string {
	t.Helper()
	value, seen := "", false
	for _, entry := range env {
		if v, ok := strings.CutPrefix(entry, name+"="); ok {
			if seen {
				t.Errorf("%s is there twice", name)
			}
			value, seen = v, true
		}
	}
	return value
}

// become puts an environment in the place of the present one.
func become(t *testing.T, env []string) {
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		t.Setenv(name, value)
	}
}

func TestEnvironOnce(t *testing.T) {
	alone(t)
	t.Setenv("GOMLX_NO_AUTO_INSTALL", "")
	t.Setenv("GLIBC_TUNABLES", "glibc.malloc.arena_max=4")
	env, note := Environ(Options{Spec: "go"})
	if lookup(t, env, "GOMLX_NO_AUTO_INSTALL") != "1" || note == "" {
		t.Errorf("note %q", note)
	}
	if got := lookup(t, env, "GLIBC_TUNABLES"); runtime.GOOS == "linux" &&
		got != "glibc.malloc.arena_max=4:glibc.malloc.hugetlb=1" {
		t.Errorf("GLIBC_TUNABLES=%s", got)
	}
	become(t, env)
	if env, note := Environ(Options{Spec: "go"}); env != nil || note != "" {
		t.Errorf("a process started right would be started again: %s", note)
	}
}

func TestEnvironForCUDAFromPip(t *testing.T) {
	needXLA(t)
	cache := alone(t)
	site := filepath.Join(t.TempDir(), "site-packages")
	plugin := filepath.Join(site, "jax_plugins", "xla_cuda13", "xla_cuda_plugin.so")
	libs := []string{filepath.Join(site, "nvidia", "cu13", "lib"), filepath.Join(site, "nvidia",
		"cudnn", "lib")}
	for _, dir := range append(libs, filepath.Dir(plugin)) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("LD_LIBRARY_PATH", "/opt/lib")
	t.Setenv("XLA_FLAGS", "--xla_dump_to=/tmp/x")
	o := Options{Spec: "xla:" + plugin}
	env, _ := Environ(o)
	if got, want := lookup(t, env, "LD_LIBRARY_PATH"), strings.Join(append(libs, "/opt/lib"),
		":"); got != want {
		t.Errorf("LD_LIBRARY_PATH=%s, want %s", got, want)
	}
	flags := strings.Fields(lookup(t, env, "XLA_FLAGS"))
	want := []string{"--xla_dump_to=/tmp/x", "--xla_gpu_cuda_data_dir=" + filepath.Join(site,
		"nvidia", "cu13"),
		"--xla_gpu_per_fusion_autotune_cache_dir=" + filepath.Join(cache, "pjrt", "autotune")}
	if !slices.Equal(flags, want) {
		t.Errorf("XLA_FLAGS=%q, want %q", flags, want)
	}
	become(t, env)
	if again, note := Environ(o); again != nil {
		t.Errorf("would be started again: %s", note)
	}
}

func TestPipCUDAPluginsOfAnEnvironment(t *testing.T) {
	alone(t)
	env := t.TempDir()
	plugin := filepath.Join(env, "lib", "python3.12", "site-packages", "jax_plugins", "xla_cuda13",
		"xla_cuda_plugin.so")
	if err := os.MkdirAll(filepath.Dir(plugin), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(plugin, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("VIRTUAL_ENV", env)
	if found := pipCUDAPlugins(); !slices.Contains(found, plugin) {
		t.Errorf("found %v, not %s", found, plugin)
	}
}

func TestPluginsOnTheSearchPath(t *testing.T) {
	needXLA(t)
	cache := alone(t)
	dir := filepath.Join(t.TempDir(), "odd [name]*")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pjrt_c_api_cpu_v1_plugin.so", "pjrt_c_api_cuda_v1_plugin.so",
		"libother.so"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("pjrt_c_api_cpu_v1_plugin.so",
		filepath.Join(dir, "pjrt_c_api_cpu_plugin.so")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", "relative:"+dir)
	found, err := candidates("xla:cpu,shared_buffers", cache)
	if err != nil || len(found) != 1 || found[0].plugin != filepath.Join(dir,
		"pjrt_c_api_cpu_v1_plugin.so") ||
		found[0].spec != "xla:"+found[0].plugin+",shared_buffers" {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestDoctor(t *testing.T) {
	alone(t)
	names := map[string]Check{}
	for _, c := range Doctor(Options{}) {
		names[c.Name] = c
		if c.Detail == "" || !c.OK && c.Fix == "" {
			t.Errorf("%+v says too little", c)
		}
	}
	for _, name := range []string{"engine", "XLA for the CPU", "CUDA", "memory", "cores",
		"cache folder"} {
		if _, ok := names[name]; !ok {
			t.Errorf("no check %q", name)
		}
	}
	if c := names["engine"]; c.OK || !strings.Contains(c.Fix, "nb setup") {
		t.Errorf("with no plugin: %+v", c)
	}
	t.Setenv("GOPETS_CACHE", filepath.Join(os.DevNull, "no"))
	if c := CheckFolder("cache folder", Options{}.cacheDir(), "GOPETS_CACHE"); c.OK || c.Fix == "" {
		t.Errorf("cache that cannot be written: %+v", c)
	}
}
