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
	nb := book(t, "#parameters n = 3", "from IPython.display import HTML, clear_output, display, update_display\nd = display(HTML('1'), display_id='q')\nprint(n)\nn + 1",
		"for i in range(3):\n    clear_output(wait=True)\n    print(i)\nupdate_display(HTML('2'), display_id='q')", "input()", "1/0")
	if _, err := runner.SetParameters(nb, spec.Language, []runner.Setting{{Name: "n", Value: "5"}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	report, err := runner.Run(ctx, nb, runner.Options{Spec: spec, AllowErrors: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range map[int]string{2: "|stdout:5\n|execute_result:6", 3: "stdout:2\n", 4: "StdinNotImplementedError", 5: "ZeroDivisionError"} {
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
	_, err = runner.Run(ctx, book(t, "import time\ntime.sleep(1000)"), runner.Options{Spec: spec, CellTimeout: time.Second})
	var slow *runner.TimeoutError
	if !errors.As(err, &slow) || slow.Killed {
		t.Errorf("error %v", err)
	}
	_, err = runner.Run(ctx, book(t, "import os\nos._exit(3)"), runner.Options{Spec: spec})
	var dead *runner.DeadKernelError
	if !errors.As(err, &dead) {
		t.Errorf("error %v", err)
	}
}
