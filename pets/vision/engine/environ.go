package engine

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Environ returns the whole environment, for syscall.Exec or exec.Cmd, in which a process that
// calls Open with o should start, and a line that says what is different; env is nil when the
// present one is right. The C library, XLA and CUDA read these variables before main runs:
//
//   - GLIBC_TUNABLES: huge pages for malloc, which make training a quarter faster on the CPU;
//   - LD_LIBRARY_PATH and XLA_FLAGS: the folders of CUDA's libraries, for a CUDA plugin from pip;
//   - GOMLX_NO_AUTO_INSTALL: go-xla downloads nothing by itself.
func Environ(o Options) (env []string, note string) {
	plugin := ""
	if options, err := candidates(o.spec(), o.cacheDir()); err == nil && len(options) > 0 {
		plugin = options[0].plugin
	}
	env = os.Environ()
	var changed []string
	for _, entry := range additions(plugin, o.cacheDir()) {
		name, value, _ := strings.Cut(entry, "=")
		if os.Getenv(name) == value {
			continue
		}
		env = slices.DeleteFunc(env, func(old string) bool {
			return strings.HasPrefix(old,
				name+"=")
		})
		env = append(env, entry)
		changed = append(changed, name)
	}
	if len(changed) == 0 {
		return nil, ""
	}
	return env, "started anew with " + strings.Join(changed, ", ")
}

// additions returns what the environment should hold for a plugin ("" for none), values complete.
// It may be applied repeatedly.
func additions(plugin, cache string) []string {
	entries := []string{"GOMLX_NO_AUTO_INSTALL=1"}
	if runtime.GOOS == "linux" {
		if tunables := os.Getenv("GLIBC_TUNABLES"); !strings.Contains(tunables,
			"glibc.malloc.hugetlb=") {
			entries = append(entries, "GLIBC_TUNABLES="+join(tunables, ":",
				"glibc.malloc.hugetlb=1"))
		}
	}
	if pluginEngine(plugin) != CUDA {
		return entries
	}
	site := pipSite(plugin)
	if site == "" {
		return entries
	}
	libs := nvidiaLibs(site)
	path := os.Getenv("LD_LIBRARY_PATH")
	present := filepath.SplitList(path)
	for _, lib := range slices.Backward(libs) {
		if !slices.Contains(present, lib) {
			path = join(lib, ":", path)
		}
	}
	entries = append(entries, "LD_LIBRARY_PATH="+path, "GOPJRT_CUDA_CHECKS=0")
	flags := os.Getenv("XLA_FLAGS")
	if data := cudaData(site); data != "" && !strings.Contains(flags, "--xla_gpu_cuda_data_dir=") {
		flags = join(flags, " ", "--xla_gpu_cuda_data_dir="+data)
	}
	if !strings.Contains(flags, "--xla_gpu_per_fusion_autotune_cache_dir=") {
		tuned := filepath.Join(cache, "pjrt", "autotune")
		if os.MkdirAll(tuned, 0o755) == nil {
			flags = join(flags, " ", "--xla_gpu_per_fusion_autotune_cache_dir="+tuned)
		}
	}
	return append(entries, "XLA_FLAGS="+flags)
}

// nvidiaLibs returns the folders of CUDA's libraries that pip put beside the plugin or, where they
// are missing there, into another environment, such as PyTorch's.
func nvidiaLibs(site string) []string {
	var libs []string
	seen := map[string]bool{}
	for _, site := range append([]string{globQuote(site)}, pythonSites()...) {
		found, _ := filepath.Glob(filepath.Join(site, "nvidia", "*", "lib"))
		for _, lib := range found {
			if name := filepath.Base(filepath.Dir(lib)); !seen[name] {
				seen[name] = true
				libs = append(libs, lib)
			}
		}
	}
	return libs
}

// pipSite is the site-packages folder that holds <site>/jax_plugins/xla_cuda*/xla_cuda_plugin.so,
// "" for another layout.
func pipSite(plugin string) string {
	plugins := filepath.Dir(filepath.Dir(plugin))
	if filepath.Base(plugins) != "jax_plugins" {
		return ""
	}
	return filepath.Dir(plugins)
}

func cudaData(site string) string {
	for _, name := range []string{"cu13", "cuda_nvcc"} {
		dir := filepath.Join(site, "nvidia", name)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
	}
	return ""
}

func join(a, separator, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + separator + b
}
