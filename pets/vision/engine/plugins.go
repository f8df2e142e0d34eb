package engine

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// The plugins that Setup keeps in the cache folder.
const (
	wheelPackage = "fastatomstruct-xla-cpu"
	wheelVersion = "2026.6.23"
	wheelMember  = "fastatomstruct_xla_cpu/libpjrt_cpu.so"
	wheelLibrary = "libpjrt_cpu.so"
	// wheelSHA256 is the library's, not the wheel's: zml/pjrt-artifacts, build
	// manual-2026-06-23T00-20-00Z.
	wheelSHA256 = "0a0fe56ca17be9efc7b942e89e534e5e0ad4a0f1e369b66d27b62184509015b9"
)

func wheelPath(cache string) string {
	return filepath.Join(cache, "pjrt", "wheel-"+wheelVersion, wheelLibrary)
}

func installerDir(cache string) string { return filepath.Join(cache, "pjrt", "go-xla") }

// cpuCandidates returns the CPU plugins that are here: the cache folder's, then those on go-xla's
// search path.
func cpuCandidates(cache, options string) []candidate {
	if !withXLA {
		return nil
	}
	var found []candidate
	add := func(path, sum string) {
		found = append(found, candidate{name: CPU, spec: "xla:" + path + options, plugin: path,
			sha256: sum})
	}
	if path := wheelPath(cache); exists(path) {
		add(path, wheelSHA256)
	}
	for _, path := range pluginFiles([]string{installerDir(cache)}, CPU) {
		add(path, recordedSum(path))
	}
	for _, path := range pluginFiles(searchDirs(), CPU) {
		add(path, "")
	}
	return found
}

func cudaCandidates(cache, options string) []candidate {
	if !withXLA || !nvidiaGPU() {
		return nil
	}
	paths := pluginFiles(append([]string{installerDir(cache)}, searchDirs()...), CUDA)
	paths = append(paths, pipCUDAPlugins()...)
	found := make([]candidate, len(paths))
	for i, path := range paths {
		found[i] = candidate{name: CUDA, spec: "xla:" + path + options, plugin: path}
	}
	return found
}

// pluginFiles returns the plugins of one engine in dirs by go-xla's naming, each library once.
func pluginFiles(dirs []string, engine string) []string {
	var paths []string
	seen := map[string]bool{}
	for _, dir := range dirs {
		for _, pattern := range []string{"pjrt_c_api_*_plugin", "pjrt-plugin-*", "pjrt_plugin_*"} {
			files, _ := filepath.Glob(filepath.Join(globQuote(dir), pattern+pluginExtension()))
			for _, file := range files {
				resolved, err := filepath.EvalSymlinks(file)
				if err != nil || seen[resolved] || pluginEngine(resolved) != engine {
					continue
				}
				seen[resolved] = true
				paths = append(paths, resolved)
			}
		}
	}
	return paths
}

func pluginExtension() string {
	switch runtime.GOOS {
	case "darwin":
		return ".dylib"
	case "windows":
		return ".dll"
	}
	return ".so"
}

func searchDirs() []string {
	if paths, ok := os.LookupEnv("PJRT_PLUGIN_LIBRARY_PATH"); ok {
		return absolute(filepath.SplitList(paths))
	}
	var dirs []string
	if home, err := os.UserHomeDir(); err == nil {
		lib := filepath.Join(home, ".local", "lib")
		switch runtime.GOOS {
		case "darwin":
			lib = filepath.Join(home, "Library", "Application Support")
		case "windows":
			lib = filepath.Join(home, "AppData", "Local")
		}
		dirs = append(dirs, filepath.Join(lib, "go-xla"), filepath.Join(lib, "go-xla", "nvidia"),
			filepath.Join(lib, "gomlx", "pjrt"))
	}
	dirs = append(dirs, "/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia",
		"/usr/local/lib/gomlx/pjrt")
	dirs = append(dirs, filepath.SplitList(os.Getenv("LD_LIBRARY_PATH"))...)
	configs, _ := filepath.Glob("/etc/ld.so.conf.d/*.conf")
	for _, config := range configs {
		text, err := os.ReadFile(config)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			dirs = append(dirs, strings.TrimSpace(line))
		}
	}
	return absolute(dirs)
}

// pipCUDAPlugins returns jax's CUDA plugins in the Python environments that a shell here would use.
func pipCUDAPlugins() []string {
	plugins := pluginsIn(pythonSites())
	if len(plugins) == 0 { // python3 may be a script that starts one elsewhere
		plugins = pluginsIn(askedSites())
	}
	return plugins
}

func pluginsIn(sites []string) []string {
	var plugins []string
	seen := map[string]bool{}
	for _, site := range sites {
		files, _ := filepath.Glob(filepath.Join(site, "jax_plugins", "xla_cuda*",
			"xla_cuda_plugin.so"))
		for _, file := range files {
			if !seen[file] {
				seen[file] = true
				plugins = append(plugins, file)
			}
		}
	}
	return plugins
}

// askedSites asks python3 for its folders, as patterns of filepath.Glob.
func askedSites() []string {
	text, err := outputWithin(probeTime, "python3", "-c", "import sys; print('\\n'.join(sys.path))")
	if err != nil {
		return nil
	}
	var sites []string
	for _, line := range strings.Fields(text) {
		if filepath.IsAbs(line) {
			sites = append(sites, globQuote(line))
		}
	}
	return sites
}

func pythonSites() []string {
	var sites []string
	for _, env := range []string{os.Getenv("VIRTUAL_ENV"), os.Getenv("CONDA_PREFIX")} {
		if env != "" {
			sites = append(sites, filepath.Join(globQuote(env), "lib", "python3*", "site-packages"))
		}
	}
	if python, err := exec.LookPath("python3"); err == nil {
		if resolved, err := filepath.EvalSymlinks(python); err == nil {
			sites = append(sites, filepath.Join(globQuote(filepath.Dir(filepath.Dir(resolved))),
				"lib", "python3*", "site-packages"))
		}
		sites = append(sites, filepath.Join(globQuote(filepath.Dir(filepath.Dir(python))), "lib",
			"python3*", "site-packages"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		sites = append(sites, filepath.Join(globQuote(home), ".local", "lib", "python3*",
			"site-packages"))
	}
	return append(sites, "/usr/local/lib/python3*/site-packages",
		"/usr/local/lib/python3*/dist-packages", "/usr/lib/python3/dist-packages")
}

func nvidiaGPU() bool {
	if visible, ok := os.LookupEnv("CUDA_VISIBLE_DEVICES"); ok &&
		(visible == "" || visible == "-1") {
		return false
	}
	if devices, _ := filepath.Glob("/dev/nvidia[0-9]*"); len(devices) > 0 {
		return true
	}
	smi, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return false
	}
	listing, err := outputWithin(probeTime, smi, "-L")
	return err == nil && strings.Contains(listing, "GPU ")
}

func absolute(dirs []string) []string {
	var kept []string
	for _, dir := range dirs {
		if filepath.IsAbs(dir) {
			kept = append(kept, dir)
		}
	}
	return kept
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// globQuote returns a pattern that matches only path in filepath.Glob.
func globQuote(path string) string {
	if runtime.GOOS == "windows" {
		return path
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// CPUPlugin returns the path of the CPU plugin that Open would try first, "" if there is none.
func CPUPlugin(o Options) string {
	found := cpuCandidates(o.cacheDir(), "")
	if len(found) == 0 {
		return ""
	}
	return found[0].plugin
}
