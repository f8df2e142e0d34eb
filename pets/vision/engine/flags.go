package engine

import (
	"bytes"
	"io"
	"os"
	"strings"
)

// A plugin's flags are one environment variable, which XLA reads when it compiles its first graph;
// an unknown flag ends the process. So the plugin's file is searched for the flag's name first.
const flagsVar = "XLA_FLAGS"

// cpuFlags are the flags that this package sets for XLA on the CPU.
var cpuFlags = []struct{ name, value string }{
	// Which operations YNNPACK compiles: its default without convolutions. YNNPACK computes the
	// gradient of a 3×3 kernel at a third of the speed of Eigen.
	{"xla_cpu_experimental_ynn_fusion_type",
		"LIBRARY_FUSION_TYPE_DOT,LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT," +
			"LIBRARY_FUSION_TYPE_ELTWISE,LIBRARY_FUSION_TYPE_REDUCE"},
	// Operations in the order that needs the least memory, not the one that runs most side by side:
	// a step of ResNet-34 needs an eighth less and takes as long.
	{"xla_cpu_enable_concurrency_optimized_scheduler", "false"},
}

type pluginFlags map[string]bool

func (f pluginFlags) examined() bool {
	for _, flag := range cpuFlags {
		if _, ok := f[flag.name]; !ok {
			return false
		}
	}
	return true
}

// add returns the value of $XLA_FLAGS with the supported flags, and reports whether it differs from
// the present one. Flags that the user set stay.
func (f pluginFlags) add() (value string, differs bool) {
	value = os.Getenv(flagsVar)
	for _, flag := range cpuFlags {
		if f[flag.name] && !strings.Contains(value, "--"+flag.name+"=") {
			value, differs = join(value, " ", "--"+flag.name+"="+flag.value), true
		}
	}
	return value, differs
}

func flagsOf(c candidate) (pluginFlags, error) {
	found := pluginFlags{}
	for _, flag := range cpuFlags {
		found[flag.name] = false
		if c.name != CPU {
			continue
		}
		f, err := os.Open(c.plugin)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if found[flag.name], err = contains(f, flag.name); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func contains(r io.Reader, text string) (bool, error) {
	buffer, kept := make([]byte, 1<<20), 0
	for {
		n, err := io.ReadFull(r, buffer[kept:])
		if bytes.Contains(buffer[:kept+n], []byte(text)) {
			return true, nil
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return false, nil
		default:
			return false, err
		}
		kept = copy(buffer, buffer[len(buffer)-len(text)+1:])
	}
}
