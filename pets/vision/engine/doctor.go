package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// A Check is one line of a diagnosis.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`        // what is there
	Fix    string `json:"fix,omitempty"` // what to do
}

// Doctor checks all that decides how fast a machine computes: the engine that Open would choose,
// the CPU plugins, CUDA, memory, cores and the cache folder. It opens the engine briefly and
// downloads nothing.
func Doctor(o Options) []Check {
	checks := []Check{checkEngine(o)}
	checks = append(checks, checkPlugins(o)...)
	return append(checks, checkCUDA(o), checkMemory(), checkCores(),
		CheckFolder("cache folder", o.cacheDir(), "GOPETS_CACHE"))
}

const setupFix = "`nb setup`, once, with a network"

func checkEngine(o Options) Check {
	c := Check{Name: "engine"}
	eng, err := Open(o)
	if err != nil {
		c.Detail, c.Fix = err.Error(), "correct or unset GOMLX_BACKEND"
		return c
	}
	defer eng.Close()
	c.OK, c.Detail = true, eng.String()
	if eng.Name == Go && o.spec() == "" {
		c.OK, c.Detail, c.Fix = false,
			"the pure Go backend: right, but tens of times slower than XLA", setupFix
	}
	return c
}

func checkPlugins(o Options) []Check {
	if !withXLA {
		return []Check{{Name: "XLA for the CPU", Detail: noXLA}}
	}
	var checks []Check
	for _, candidate := range cpuCandidates(o.cacheDir(), "") {
		v := check(candidate, o)
		c := Check{Name: "XLA for the CPU", OK: v.Refused == "",
			Detail: fmt.Sprintf("%s, %s, SHA-256 %.12s…", candidate.plugin,
				versionLine(v.Major, v.Minor), v.SHA256)}
		if !c.OK {
			c.Detail, c.Fix = candidate.plugin+": "+v.Refused, setupFix
		}
		checks = append(checks, c)
	}
	if len(checks) == 0 {
		checks = append(checks, Check{Name: "XLA for the CPU",
			Detail: "no plugin in the cache folder or on go-xla's search path", Fix: setupFix})
	}
	return checks
}

func checkCUDA(o Options) Check {
	c := Check{Name: "CUDA", OK: true, Detail: "no NVIDIA GPU"}
	if !nvidiaGPU() {
		return c
	}
	if found := cudaCandidates(o.cacheDir(), ",preallocate=false"); len(found) > 0 {
		c.Detail = "NVIDIA GPU, plugin " + found[0].plugin
		if v := check(found[0], o); v.Refused != "" {
			c.OK, c.Detail, c.Fix = false, found[0].plugin+": "+v.Refused, cudaFix
		}
		return c
	}
	return Check{Name: "CUDA", Detail: "NVIDIA GPU, but no CUDA plugin", Fix: cudaFix}
}

func checkMemory() Check {
	const wanted = 3 << 30 // ResNet-50 at 224 pixels, 16 a batch, takes 2.7 GB
	available, known := availableMemory()
	c := Check{Name: "memory", OK: !known || available >= wanted, Detail: "unknown here"}
	if known {
		c.Detail = fmt.Sprintf("%.1f GB available", float64(available)/(1<<30))
	}
	if !c.OK {
		c.Fix = "smaller batches; ResNet-50 at 224 pixels wants 3 GB"
	}
	return c
}

// availableMemory reads /proc/meminfo and the container's limit, if they exist.
func availableMemory() (bytes int64, known bool) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"),
				10, 64)
			bytes, known = kilobytes<<10, err == nil
		}
	}
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil &&
			limit < bytes {
			bytes = limit
		}
	}
	return bytes, known
}

func checkCores() Check {
	usable := runtime.GOMAXPROCS(0) // respects a container's limit
	c := Check{Name: "cores", OK: usable >= 2, Detail: fmt.Sprintf("%d usable of %d, %s/%s", usable,
		runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)}
	if !c.OK {
		c.Fix = "two cores or more: images are prepared while the engine computes"
	}
	return c
}

// CheckFolder reports whether a folder, which an environment variable names, can be written to.
func CheckFolder(name, dir, variable string) Check {
	probe := filepath.Join(dir, ".writable")
	if err := writeFile(probe, nil); err != nil {
		return Check{Name: name, Detail: "cannot be written: " + err.Error(),
			Fix: "set " + variable + " to a folder of yours; run a container as the user to whom " +
				"the mounted folder belongs"}
	}
	_ = os.Remove(probe)
	return Check{Name: name, OK: true, Detail: dir}
}
