package engine

import (
	"bytes"
	"io"
	"os"
	"strings"
)

// A plugin's flags are one environment variable, which XLA reads when it compiles its first graph;
// a flag that it does not know ends the process. So a plugin's file is searched for the flag's name
// first.
const flagsVar = "XLA_FLAGS"

// cpuFlag says which operations XLA's CPU compiler gives to the YNNPACK library: all that it gives
// by default except convolutions. YNNPACK computes the gradient of a 3×3 kernel at a third of the
// speed of Eigen, which takes convolutions otherwise.
const (
	cpuFlag      = "xla_cpu_experimental_ynn_fusion_type"
	cpuFlagValue = "LIBRARY_FUSION_TYPE_DOT,LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT,LIBRARY_FUSION_TYPE_ELTWISE,LIBRARY_FUSION_TYPE_REDUCE"
)

// withFlags returns the value of $XLA_FLAGS for a plugin that supports the flags listed, and
// reports whether it differs from the present one. A value that the user chose stays.
func withFlags(known []string) (value string, differs bool) {
	value = os.Getenv(flagsVar)
	for _, flag := range known {
		if !strings.Contains(value, "--"+flag+"=") {
			value, differs = join(value, " ", "--"+flag+"="+cpuFlagValue), true
		}
	}
	return value, differs
}

// flagsOf lists the flags of this package that a candidate's plugin supports; never nil.
func flagsOf(c candidate) ([]string, error) {
	known := []string{}
	if c.name != CPU {
		return known, nil
	}
	f, err := os.Open(c.plugin)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found, err := contains(f, cpuFlag)
	if found {
		known = append(known, cpuFlag)
	}
	return known, err
}

// contains reports whether text occurs in what r has.
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
