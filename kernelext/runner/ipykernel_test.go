package runner_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/runner"
)

// The second kernel: whatever is written for GoNB alone shows here.
func TestIPykernel(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	spec, err := jupyter.FindSpec("python3")
	if err != nil {
		t.Skipf("ipykernel is not installed: %v", err)
	}
	nb := book(t, "#parameters n = 3",
		"from IPython.display import HTML, clear_output, display, update_display\n"+
			"d = display(HTML('1'), display_id='q')\nprint(n)\nn + 1",
		"for i in range(3):\n    clear_output(wait=True)\n    print(i)\n"+
			"update_display(HTML('2'), display_id='q')", "input()", "1/0")
	if _, err := runner.SetParameters(nb, spec.Language, []runner.Setting{{Name: "n",
		Value: "5"}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	transport := ""
	report, err := runner.Run(ctx, nb, runner.Options{Spec: spec, AllowErrors: true,
		Events: func(e runner.Event) {
			if ready, ok := e.(runner.KernelReady); ok {
				transport = ready.Kernel.Connection.Transport
			}
		}})
	if transport != "ipc" {
		t.Errorf("ipykernel runs over %s", transport)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range map[int]string{2: "|stdout:5\n|execute_result:6", 3: "stdout:2\n",
		4: "StdinNotImplementedError", 5: "ZeroDivisionError"} {
		if got := outputs(nb.Cells()[i]); !strings.Contains(got, want) {
			t.Errorf("cell %d shows %q, wanted %q in it", i+1, got, want)
		}
	}
	if html, _ := nb.Cells()[2].Outputs()[0].Mime("text/html"); html != "2" {
		t.Errorf("the display of an earlier cell is %q after its update", html)
	}
	if report.Count(runner.Failed) != 2 {
		t.Errorf("%d cells failed, wanted 2", report.Count(runner.Failed))
	}
	_, err = runner.Run(ctx, book(t, "import time\ntime.sleep(1000)"),
		runner.Options{Spec: spec, CellTimeout: time.Second})
	var slow *runner.TimeoutError
	if !errors.As(err, &slow) || slow.Killed {
		t.Errorf("error %v", err)
	}
	_, err = runner.Run(ctx, book(t, "import os\nos._exit(3)"), runner.Options{Spec: spec})
	var dead *runner.DeadKernelError
	if !errors.As(err, &dead) || strings.Contains(err.Error(), "--existing") ||
		strings.Contains(err.Error(), "Ctrl-C") {
		t.Errorf("error %v", err)
	}
	// What no kernel replies to, and papermill fails: a magic's error. What ends a notebook.
	for code, exit := range map[string]bool{"%time 1/0": false,
		"get_ipython().showtraceback((ValueError, ValueError(1), None))": false,
		"import sys; sys.exit()": true, "raise SystemExit(0)": true, "exit()": true,
		"import sys; sys.exit(1)": false} {
		report, err := runner.Run(ctx, book(t, code, "print(1)"), runner.Options{Spec: spec})
		if exit != (err == nil && report.Exit != nil) || !exit && report.Count(runner.Failed) != 1 {
			t.Errorf("%s: error %v, exit %v", code, err, report.Exit)
		}
	}
}
