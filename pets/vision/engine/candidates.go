package engine

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
)

type candidate struct {
	name   string // engine name
	spec   string // for GoMLX; XLA always by absolute path
	plugin string // path of the plugin, "" for the Go backend
	sha256 string // of the plugin, "" when unknown
}

var xlaAliases = []string{"xla", "stablehlo", "hlo", "shlo"}

// candidates returns what spec allows, best first. The empty spec allows all.
func candidates(spec, cache string) ([]candidate, error) {
	goOnly := candidate{name: Go, spec: goSpec}
	if spec == "" {
		return append(append(cudaCandidates(cache, ",preallocate=false"),
			cpuCandidates(cache, "")...), goOnly), nil
	}
	head, config, _ := strings.Cut(spec, ":")
	switch {
	case head == "go":
		if config != "" && !strings.Contains(config, "ops_") {
			goOnly.spec = goSpec + "," + config
		} else if config != "" {
			goOnly.spec = spec
		}
		return []candidate{goOnly}, nil
	case slices.Contains(xlaAliases, head) && withXLA:
		plugin, options, hasOptions := strings.Cut(config, ",")
		if hasOptions {
			options = "," + options
		}
		cuda := options
		if !strings.Contains(options, "preallocate") {
			cuda += ",preallocate=false"
		}
		switch {
		case filepath.IsAbs(plugin):
			c := candidate{name: pluginEngine(plugin), spec: "xla:" + plugin + options,
				plugin: plugin}
			return []candidate{c}, nil
		case plugin == "":
			return append(cudaCandidates(cache, cuda), cpuCandidates(cache, options)...), nil
		case plugin == "cuda":
			return cudaCandidates(cache, cuda), nil
		case plugin == "cpu":
			return cpuCandidates(cache, options), nil
		}
		return nil,
			fmt.Errorf(
				"engine %q: after \"xla:\" comes \"cpu\", \"cuda\" or the absolute path of a "+
					"PJRT plugin, not %q", spec, plugin)
	case slices.Contains(compute.List(), head):
		return []candidate{{name: head, spec: spec}}, nil
	}
	return nil,
		fmt.Errorf("engine %q: there is no backend %q here; known are %s; correct or unset $%s",
			spec, head, strings.Join(compute.List(), ", "), compute.ConfigEnvVar)
}

// pluginEngine guesses a plugin's device from its file name, as go-xla does.
func pluginEngine(path string) string {
	name := strings.ToLower(filepath.Base(path))
	if strings.Contains(name, "cuda") || strings.Contains(name, "nvidia") {
		return CUDA
	}
	if strings.Contains(name, "cpu") {
		return CPU
	}
	return "xla"
}
