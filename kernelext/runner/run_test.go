package runner_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/internal/kerneltest"
	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

func TestMain(m *testing.M) {
	kerneltest.Main()
	os.Exit(m.Run())
}

// book makes a notebook of code cells; "#tag text" in front of a cell gives it a tag.
func book(t *testing.T, cells ...string) *notebook.Notebook {
	t.Helper()
	nb := notebook.New("test", "Test", "go")
	for _, source := range cells {
		tag := ""
		if strings.HasPrefix(source, "#") {
			tag, source, _ = strings.Cut(source[1:], " ")
		}
		c := notebook.NewCell(notebook.Code, source)
		c.SetOutputs([]notebook.Output{notebook.Stream("stdout", "of an earlier run")})
		if tag != "" {
			if err := c.SetMetadata([]string{tag}, "tags"); err != nil {
				t.Fatal(err)
			}
		}
		nb.Insert(len(nb.Cells()), c)
	}
	return nb
}

func run(t *testing.T, nb *notebook.Notebook, o runner.Options) (*runner.Report, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	o.Spec, o.IPC = kerneltest.Spec("go"), true
	return runner.Run(ctx, nb, o)
}

// outputs writes a cell's outputs in short: type or stream name, a colon, the text.
func outputs(c *notebook.Cell) string {
	var all []string
	for _, o := range c.Outputs() {
		switch o.Type {
		case notebook.StreamOutput:
			all = append(all, o.Name+":"+o.Text)
		case notebook.ErrorOutput:
			all = append(all, "error:"+o.EName+":"+o.EValue)
		default:
			text, _ := o.Mime("text/plain")
			all = append(all, string(o.Type)+":"+text)
		}
	}
	return strings.Join(all, "|")
}

func TestWhatCellsShow(t *testing.T) {
	for name, c := range map[string]struct {
		cells []string
		want  []string
	}{
		"streams are merged": {[]string{"print a\nwrite b\nwrite c\nerr d\nprint e"},
			[]string{"stdout:a\nbc|stderr:d\n|stdout:e\n"}},
		"a result": {[]string{"result 42"}, []string{"execute_result:42"}},
		"an update in place": {[]string{"display a one\nprint x\nupdate a two"},
			[]string{"display_data:two|stdout:x\n"}},
		"an update of an earlier cell": {[]string{"display a one\ndisplay b 1",
			"update a two\ndisplay a 3"}, []string{"display_data:3|display_data:1",
			"display_data:3"}},
		"one id shown twice": {[]string{"display a 1\ndisplay a 1", "update a 2"},
			[]string{"display_data:2|display_data:2", ""}},
		"an update of nothing": {[]string{"update nobody x\nprint y"},
			[]string{"stdout:y\n"}},
		"clear": {[]string{"print a\nclear\nprint b"},
			[]string{"stdout:b\n"}},
		"clear, wait": {[]string{"print a\nclear wait\nprint b"},
			[]string{"stdout:b\n"}},
		"clear, wait, and nothing more": {[]string{"print a\nclear wait"}, []string{"stdout:a\n"}},
		"an update after a clear":       {[]string{"display a 1\nclear\nupdate a 2"}, []string{""}},
		"a late line": {[]string{"print a", "late b\nprint c"},
			[]string{"stdout:a\nb\n", "stdout:c\n"}},
		"junk": {[]string{"junk\nprint a"}, []string{"stdout:a\n"}},
		"skipped": {[]string{"#skip-execution print a", "print b", "  "},
			[]string{"stdout:of an earlier run", "stdout:b\n", ""}},
		"an expected error": {[]string{"#raises-exception fail E v", "print b"},
			[]string{"error:E:v", "stdout:b\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			nb := book(t, c.cells...)
			report, err := run(t, nb, runner.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for i, cell := range nb.Cells() {
				if got := outputs(cell); got != c.want[i] {
					t.Errorf("cell %d shows %q, wanted %q", i+1, got, c.want[i])
				}
			}
			if n := report.Count(runner.Failed); n != 0 {
				t.Errorf("%d cells failed", n)
			}
		})
	}
}

func TestTimesAndNumbersAreSaved(t *testing.T) {
	nb := book(t, "print a", "print b")
	if _, err := run(t, nb, runner.Options{}); err != nil {
		t.Fatal(err)
	}
	if n := nb.Cells()[1].ExecutionCount(); n != 2 {
		t.Errorf("execution count %d", n)
	}
	raw, _ := nb.Cells()[0].Metadata("execution")
	var timing map[string]time.Time
	if err := json.Unmarshal(raw, &timing); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"iopub.status.busy", "iopub.execute_input", "shell.execute_reply",
		"iopub.status.idle"} {
		if timing[key].IsZero() {
			t.Errorf("the cell's metadata has no %s: %s", key, raw)
		}
	}
	if raw, _ := nb.Cells()[0].Metadata("execution",
		"shell.execute_reply.started"); string(raw) != `"2026-01-02T03:04:05.600000Z"` {
		t.Errorf("the reply's start is %s", raw)
	}
	if raw, _ := nb.Metadata("language_info"); !strings.Contains(string(raw), "1.50") {
		t.Errorf("language_info is %s", raw)
	}
}

func TestFailuresStopTheRun(t *testing.T) {
	nb := book(t, "print a", "print b\nfail Oops it broke", "print c")
	saved := 0
	report, err := run(t, nb, runner.Options{Save: func() error { saved++; return nil }})
	var failed *runner.CellError
	if !errors.As(err, &failed) || failed.Number != 2 || failed.EName != "Oops" ||
		!strings.Contains(err.Error(), "it broke") {
		t.Errorf("error %v", err)
	}
	if got := outputs(nb.Cells()[1]); got != "stdout:b\n|error:Oops:it broke" {
		t.Errorf("the failed cell shows %q", got)
	}
	if got := outputs(nb.Cells()[2]); got != "" || report.Cells[2].Status != runner.NotRun {
		t.Errorf("the cell behind shows %q, %s", got, report.Cells[2].Status)
	}
	if saved != 3 { // before the first cell, and after each
		t.Errorf("saved %d times, wanted 3", saved)
	}
}

func TestFailureByReplyOnly(t *testing.T) {
	nb := book(t, "quiet-fail Oops it broke")
	if _, err := run(t, nb, runner.Options{}); err == nil {
		t.Error("no error")
	}
	if got := outputs(nb.Cells()[0]); got != "error:Oops:it broke" {
		t.Errorf("the cell shows %q", got)
	}
}

// What papermill and nbmake fail: an error among the outputs, whatever the kernel replies.
func TestAnErrorIsAFailureWhateverTheReply(t *testing.T) {
	for name, c := range map[string]struct {
		cells  []string
		failed int // the cell, from 1; 0 for none
		says   string
	}{
		"reply ok": {[]string{"print a\nsoft-fail Oops it broke\nprint b",
			"print c"}, 1, "Oops: it broke"},
		"two errors":    {[]string{"soft-fail One 1\nsoft-fail Two 2"}, 1, "One: 1"},
		"cleared again": {[]string{"soft-fail Oops x\nclear\nprint b"}, 0, ""},
		"tagged": {[]string{"#raises-exception soft-fail Oops x", "print b"}, 0,
			""},
		"of an earlier cell": {[]string{"print a", "late-fail Oops x", "print c"}, 1,
			"Oops: x"},
		"of an earlier, tagged": {[]string{"#raises-exception print a", "late-fail Oops x"}, 0,
			""},
		"an exit with an error":   {[]string{"soft-fail Oops x\nfail SystemExit 0"}, 1, "Oops: x"},
		"an exit with a status":   {[]string{"fail SystemExit 3"}, 1, "SystemExit: 3"},
		"an exit with a text":     {[]string{"fail SystemExit no data"}, 1, "SystemExit: no data"},
		"an error that is no one": {[]string{"print Traceback: Oops"}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := run(t, book(t, c.cells...), runner.Options{})
			var failed *runner.CellError
			if c.failed == 0 {
				if err != nil || report.Count(runner.Failed) > 0 {
					t.Errorf("error %v, %d failed", err, report.Count(runner.Failed))
				}
				return
			}
			if !errors.As(err, &failed) || failed.Number != c.failed ||
				!strings.HasSuffix(err.Error(), "failed: "+c.says) {
				t.Errorf("error %v, want one of cell %d with %q", err, c.failed, c.says)
			}
			if report.Cells[c.failed-1].Status != runner.Failed ||
				report.Count(runner.Failed) != 1 {
				t.Errorf("statuses %+v", report.Cells)
			}
			if last := report.Cells[len(c.cells)-1]; len(c.cells) == 3 &&
				last.Status != runner.NotRun {
				t.Errorf("the last cell is %s", last.Status)
			}
		})
	}
	nb := book(t, "soft-fail Oops x", "print b")
	report, err := run(t, nb, runner.Options{AllowErrors: true})
	if err != nil || report.Count(runner.Failed) != 1 || outputs(nb.Cells()[1]) != "stdout:b\n" {
		t.Errorf("with AllowErrors: error %v, %d failed", err, report.Count(runner.Failed))
	}
}

// sys.exit(0) ends a notebook; the cells behind it are not run, and nothing has failed.
func TestExitIsNotAFailure(t *testing.T) {
	for _, code := range []string{"fail SystemExit 0", "fail SystemExit", "fail SystemExit None",
		"quiet-fail SystemExit 0", "soft-fail SystemExit 0", "quit"} {
		for _, o := range []runner.Options{{}, {AllowErrors: true}, {ForceErrors: true}} {
			nb := book(t, "print a", "print b\n"+code, "print c")
			report, err := run(t, nb, o)
			if err != nil || report.Exit == nil || report.Exit.Number != 2 {
				t.Errorf("%q: error %v, exit %v", code, err, report.Exit)
			}
			if report.Cells[1].Status != runner.OK || report.Cells[2].Status != runner.NotRun ||
				outputs(nb.Cells()[2]) != "" {
				t.Errorf("%q: statuses %s, %s", code, report.Cells[1].Status,
					report.Cells[2].Status)
			}
		}
	}
	nb := book(t, "#raises-exception fail SystemExit 0", "print b")
	if report, err := run(t, nb, runner.Options{}); err != nil || report.Exit != nil ||
		outputs(nb.Cells()[1]) != "stdout:b\n" {
		t.Errorf("where an exception is expected: error %v, exit %v", err, report.Exit)
	}
}

func TestMaxOutput(t *testing.T) {
	nb := book(t, "print 0123456789\nerr 0123456789\ndisplay - x\nfail E v",
		"flood 3000\nclear\nprint a", "show text/plain 0123456789abcdefghijklm\nprint a",
		"display x a\nupdate x b")
	_, _ = run(t, nb, runner.Options{MaxOutput: 20, AllowErrors: true})
	for i, want := range []string{
		"stdout:0123456789\n|stderr:012345678|error:E:v|stderr:nb: 5 bytes of output left out: " +
			"the limit for a cell is 20 bytes\n",
		"stdout:a\n",
		"stderr:nb: 27 bytes of output left out: the limit for a cell is 20 bytes\n",
		"display_data:b",
	} {
		if got := outputs(nb.Cells()[i]); got != want {
			t.Errorf("cell %d shows %q, want %q", i+1, got, want)
		}
	}
}

func TestAllowErrors(t *testing.T) {
	nb := book(t, "fail E v", "abort", "print c")
	report, err := run(t, nb, runner.Options{AllowErrors: true})
	if err != nil {
		t.Fatal(err)
	}
	if report.Count(runner.Failed) != 2 || outputs(nb.Cells()[2]) != "stdout:c\n" {
		t.Errorf("%d failed; the last cell shows %q", report.Count(runner.Failed),
			outputs(nb.Cells()[2]))
	}
}

func TestCellRetries(t *testing.T) {
	count := filepath.Join(t.TempDir(), "count")
	nb := book(t, "print a\nflaky "+count+" 3", "print b")
	var tries []int
	o := runner.Options{CellRetries: 2, Events: func(e runner.Event) {
		if retry, ok := e.(runner.CellRetry); ok {
			tries = append(tries, retry.Try)
		}
	}}
	report, err := run(t, nb, o)
	if err != nil || len(report.Cells[0].Tries) != 2 || len(tries) != 2 ||
		outputs(nb.Cells()[0]) != "stdout:a\n" {
		t.Errorf("tries %v, the cell shows %q, error %v", tries, outputs(nb.Cells()[0]), err)
	}
	os.Remove(count)
	o.CellRetries = 1
	if report, err = run(t, nb, o); err == nil || len(report.Cells[0].Tries) != 1 {
		t.Errorf("error %v after %v", err, report.Cells[0].Tries)
	}
	if _, err := run(t, book(t, "die"), runner.Options{CellRetries: 5}); err == nil {
		t.Error("a dead kernel was retried")
	}
}

func TestInputIsRefused(t *testing.T) {
	nb := book(t, "input name?", "print b")
	_, err := run(t, nb, runner.Options{})
	var input *runner.InputError
	if !errors.As(err, &input) || input.Prompt != "name?" {
		t.Errorf("error %v", err)
	}
}

func TestEvents(t *testing.T) {
	var events []string
	nb := book(t, "print a\ndisplay x 1\nupdate x 2\nclear", "fail E v")
	_, _ = run(t, nb, runner.Options{Events: func(e runner.Event) {
		switch e := e.(type) {
		case runner.KernelReady:
			events = append(events, "ready "+e.Info.Language())
		case runner.CellStart:
			events = append(events, fmt.Sprintf("start %d/%d", e.Number, e.Of))
		case runner.Shown:
			events = append(events, fmt.Sprintf("shown %s %v", e.Output.Type, e.Update))
		case runner.Cleared:
			events = append(events, "cleared")
		case runner.CellEnd:
			events = append(events, fmt.Sprintf("end %d %s", e.Number, e.Status))
		}
	}})
	want := "ready go, start 1/2, shown stream false, shown display_data false, shown " +
		"display_data true, cleared, end 1 ok, start 2/2, shown error false, end 2 failed"
	if got := strings.Join(events, ", "); got != want {
		t.Errorf("events\n%s\nwanted\n%s", got, want)
	}
}

// Run a notebook and look at what its cell printed.
func ExampleRun() {
	nb := notebook.New("test", "Test", "go")
	nb.Insert(0, notebook.NewCell(notebook.Code, "print hello"))
	report, err := runner.Run(context.Background(), nb, runner.Options{Spec: kerneltest.Spec("go")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(report.Count(runner.OK), " cell ok: ", nb.Cells()[0].Outputs()[0].Text)
	// Output: 1 cell ok: hello
}
