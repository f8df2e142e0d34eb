package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// report is a child's output, on a line of its own after reportMark.
type report struct {
	Major, Minor int
	Error        string
}

const reportMark = "gopets-engine-child "

// RunTrial computes a small convolution and its gradients with spec ("xla:/path/to/plugin.so"),
// compares them with the Go backend's, and prints its report. A plugin may crash the process, so
// Open and Setup run it in a child.
func RunTrial(spec string) error {
	var r report
	err := Call("trial of "+spec, func() {
		if err := trial(spec, &r); err != nil {
			panic(err)
		}
	})
	if err != nil {
		r.Error = strings.TrimPrefix(err.Error(), "trial of "+spec+": ")
	}
	line, jsonErr := json.Marshal(r)
	if jsonErr != nil {
		return jsonErr
	}
	fmt.Printf("\n%s%s\n", reportMark, line)
	return err
}

func trial(spec string, r *report) error {
	_, config, _ := strings.Cut(spec, ":")
	if plugin, _, _ := strings.Cut(config, ","); filepath.IsAbs(plugin) {
		if reason := foreign(plugin); reason != "" {
			return errors.New(reason)
		}
		var err error
		if r.Major, r.Minor, err = pluginVersion(plugin); err != nil {
			return err
		}
		if major, minor := headerVersion(); r.Major != major {
			return fmt.Errorf("its PJRT version is %d.%d, go-xla supports %d.%d", r.Major,
				r.Minor, major, minor)
		}
	}
	want, err := trialGraph(goSpec)
	if err != nil {
		return err
	}
	got, err := trialGraph(spec)
	if err != nil {
		return err
	}
	for i := range want {
		var scale, worst float64
		for j := range want[i] {
			scale = math.Max(scale, math.Abs(float64(want[i][j])))
			worst = math.Max(worst, math.Abs(float64(got[i][j]-want[i][j])))
		}
		if !(worst <= trialTolerance*scale) { // NaN fails too
			return fmt.Errorf(
				"it computes a convolution or its gradient wrongly: off by %.2g where values "+
					"reach %.2g", worst, scale)
		}
	}
	return nil
}

// trialTolerance allows TF32 on GPUs, which keeps ten bits.
const trialTolerance = 1e-2

// trialGraph returns a 3×3 convolution [2,8,8,3]→[2,8,8,4] and the gradients of its mean square
// with respect to input and kernel.
func trialGraph(spec string) ([3][]float32, error) {
	var results [3][]float32
	backend, err := compute.NewWithConfig(spec)
	if err != nil {
		return results, err
	}
	defer backend.Finalize()
	x := tensors.FromFlatDataAndDimensions(waves(2*8*8*3, 0.37), 2, 8, 8, 3)
	kernel := tensors.FromFlatDataAndDimensions(waves(3*3*3*4, 0.83), 3, 3, 3, 4)
	exec, err := graph.NewExec(backend, func(x, kernel *graph.Node) []*graph.Node {
		y := graph.Convolve(x, kernel).PadSame().Done()
		gradients := graph.Gradient(graph.ReduceAllMean(graph.Square(y)), x, kernel)
		return append([]*graph.Node{y}, gradients...)
	})
	if err != nil {
		return results, err
	}
	defer exec.Finalize()
	outputs, err := exec.Call(x, kernel)
	if err != nil {
		return results, err
	}
	for i, output := range outputs {
		if results[i], err = tensors.CopyFlatData[float32](output); err != nil {
			return results, err
		}
	}
	return results, nil
}

func waves(n int, step float64) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(math.Sin(step * float64(i+1)))
	}
	return values
}
