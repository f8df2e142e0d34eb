package engine

import (
	"strconv"
	"strings"
)

type gpu struct {
	name       string
	driver     string
	total      int64 // bytes
	free       int64
	capability float64 // compute capability: 9.0 of Hopper
}

const gpuQuery = "--query-gpu=name,driver_version,memory.total,memory.free,compute_cap"

// gpus asks nvidia-smi, if there is one, for the GPUs that this process may use.
func gpus() []gpu {
	text, err := outputWithin(probeTime, "nvidia-smi", gpuQuery, "--format=csv,noheader,nounits")
	if err != nil {
		return nil
	}
	return parseGPUs(text)
}

func parseGPUs(text string) []gpu {
	var list []gpu
	for line := range strings.Lines(text) {
		fields := strings.Split(line, ",")
		if len(fields) != 5 {
			continue
		}
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		g := gpu{name: fields[0], driver: fields[1]}
		megabytes := func(text string) int64 {
			n, _ := strconv.ParseInt(text, 10, 64) // 0 where it is not supported
			return n << 20
		}
		g.total, g.free = megabytes(fields[2]), megabytes(fields[3])
		g.capability, _ = strconv.ParseFloat(fields[4], 64)
		list = append(list, g)
	}
	return list
}

// FreeMemory returns the least free memory of the engine's devices, and reports whether it is
// known.
func (e *Engine) FreeMemory() (bytes int64, known bool) {
	if e.Name != CUDA {
		return availableMemory()
	}
	for _, g := range gpus() {
		if g.free > 0 && (!known || g.free < bytes) {
			bytes, known = g.free, true
		}
	}
	return bytes, known
}

const withBFloat16 = 8.0

// FastBFloat16 reports whether bfloat16 is faster than float32: on GPUs that have it, and on GPUs
// of which nvidia-smi says nothing.
func (e *Engine) FastBFloat16() bool {
	if e.Name != CUDA {
		return false
	}
	for _, g := range e.gpus {
		if g.capability > 0 && g.capability < withBFloat16 {
			return false
		}
	}
	return true
}
