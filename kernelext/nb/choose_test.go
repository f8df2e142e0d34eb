package main

import (
	"errors"
	"testing"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/runner"
)

// A notebook outside the module that its cells import: the run says what to do.
func TestLacksModule(t *testing.T) {
	missing := &runner.CellError{ErrorContent: jupyter.ErrorContent{EName: "CompileError",
		EValue: "cell[1]:1:8: package gopets/pets is not in std (/usr/local/go/src/gopets/pets)"}}
	for _, test := range []struct {
		kernel kernelChoice
		err    error
		want   bool
	}{
		{kernelChoice{builtIn: liveKernel}, missing, true},
		{kernelChoice{builtIn: gonbKernel}, missing, true},
		{kernelChoice{builtIn: liveKernel, module: "/m"}, missing, false},
		{kernelChoice{}, missing, false},
		{kernelChoice{builtIn: liveKernel}, errors.New("undefined: x"), false},
		{kernelChoice{builtIn: liveKernel}, nil, false},
	} {
		if got := test.kernel.lacksModule(test.err); got != test.want {
			t.Errorf("%+v, %v: %v", test.kernel, test.err, got)
		}
	}
}
