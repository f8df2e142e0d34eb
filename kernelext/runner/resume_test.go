package runner_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/internal/kerneltest"
	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// A failed run is resumed; log counts what was really run.
func TestResume(t *testing.T) {
	declarations := func(source string) string {
		var kept []string
		for line := range strings.Lines(source) {
			if strings.HasPrefix(line, "append") && strings.Contains(line, "declare") {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "")
	}
	for name, c := range map[string]struct {
		replay    string // declarations are replayed
		tags      []string
		change    string // the second cell is edited between the runs
		from      string
		want, log string
	}{
		"a kernel that remembers": {want: "ok, ok, ok, ok",
			log: "declare1 do1 declare2 do2 done3 done4"},
		"with a cell to keep": {tags: []string{"", runner.KeepTag}, want: "ok, kept, ok, ok",
			log: "declare1 do1 done3 done4"},
		"with declarations": {replay: "yes", want: "kept, kept, ok, ok",
			log: "declare1 declare2 done3 done4"},
		"with a cell to rerun": {replay: "yes", tags: []string{runner.RerunTag},
			want: "ok, kept, ok, ok", log: "declare1 do1 declare2 done3 done4"},
		"from a cell": {replay: "yes", from: "2", want: "kept, ok, ok, ok",
			log: "declare1 declare2 do2 done3 done4"},
		"a changed cell": {replay: "yes", change: "2", want: "kept, ok, ok, ok",
			log: "declare1 declare2 changed2 done3 done4"},
	} {
		t.Run(name, func(t *testing.T) {
			log := filepath.Join(t.TempDir(), "log")
			cells := func(second, third string) *notebook.Notebook {
				nb := book(t, fmt.Sprintf("append %s declare1\nappend %[1]s do1\nprint one", log),
					fmt.Sprintf("append %s declare2\nappend %[1]s %s\nprint two", log, second),
					third, fmt.Sprintf("append %s done4", log))
				for i, tag := range c.tags {
					if tag != "" {
						setMetadata(t, nb.Cells()[i], []string{tag}, "tags")
					}
				}
				return nb
			}
			first := cells("do2", "fail E broken")
			if _, err := run(t, first, runner.Options{}); err == nil {
				t.Fatal("no error")
			}
			remove(t, log)
			second := "do2"
			if c.change != "" {
				second = "changed2"
			}
			nb := cells(second, fmt.Sprintf("append %s done3", log))
			o := runner.Options{Resume: first, From: c.from}
			if c.replay != "" {
				o.Replay = declarations
			}
			report, err := run(t, nb, o)
			if err != nil {
				t.Fatal(err)
			}
			if got := fates(report); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if got := strings.Join(strings.Fields(read(t, log)), " "); got != c.log {
				t.Errorf("run were %s, want %s", got, c.log)
			}
			if got := outputs(nb.Cells()[0]) +
				outputs(nb.Cells()[1]); got != "stdout:one\nstdout:two\n" {
				t.Errorf("the finished cells show %q", got)
			}
			if _, ok := nb.Cells()[0].Metadata("execution", "shell.execute_reply"); !ok {
				t.Error("a finished cell has no times")
			}
			// Once more: all has finished, so no kernel is needed where nothing has to be
			// remembered.
			if c.replay != "" && len(c.tags) == 0 && c.from == "" {
				var started bool
				again, err := run(t, cells(second, fmt.Sprintf("append %s done3", log)),
					runner.Options{Resume: nb, Replay: declarations, Events: func(e runner.Event) {
						_, ready := e.(runner.KernelReady)
						started = started || ready
					}})
				if err != nil || started || again.Count(runner.Kept) != 4 {
					t.Errorf("error %v, started %v, %s", err, started, fates(again))
				}
			}
		})
	}
}

func TestWhatCountsAsFinished(t *testing.T) {
	for name, c := range map[string]struct {
		cells []string
		o     runner.Options
		kept  int
	}{
		"an error": {[]string{"print a", "fail E v"},
			runner.Options{AllowErrors: true}, 1},
		"an expected error": {[]string{"#raises-exception fail E v", "fail E v"},
			runner.Options{}, 1},
		"a time-out, though passed": {[]string{"print a", "sleep 1h", "print b"},
			runner.Options{AllowErrors: true, CellTimeout: 200 * time.Millisecond}, 1},
		"a dead kernel": {[]string{"print a", "die"}, runner.Options{}, 1},
		"until": {[]string{"print a", "print b", "print c"},
			runner.Options{Until: "2"}, 2},
		"others": {[]string{"print a", "print b", "print c"},
			runner.Options{Only: []string{"2"}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			first := book(t, c.cells...)
			_, _ = run(t, first, c.o)
			report, _ := run(t, book(t, c.cells...), runner.Options{Resume: first,
				Replay: func(string) string { return "" }, CellTimeout: 200 * time.Millisecond})
			if n := report.Count(runner.Kept); n != c.kept {
				t.Errorf("%d cells were kept, wanted %d: %s", n, c.kept, fates(report))
			}
		})
	}
	// Errors that are allowed are not a reason to run again.
	first := book(t, "fail E v", "print b")
	if _, err := run(t, first, runner.Options{AllowErrors: true}); err != nil {
		t.Fatal(err)
	}
	report, err := run(t, book(t, "fail E v", "print b"), runner.Options{Resume: first,
		AllowErrors: true, Replay: func(string) string { return "" }})
	if err != nil || report.Count(runner.Kept) != 2 {
		t.Errorf("error %v, %s", err, fates(report))
	}
}

// If a run is killed while a cell runs, that cell's output so far is saved, and the cell has not
// finished.
func TestSavesWhileACellRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.ipynb")
	nb := book(t, "print a\nsleep 1h")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	_, err := runner.Run(ctx, nb, runner.Options{Spec: kerneltest.Spec("go"),
		Autosave: time.Millisecond, Save: func() error {
			if err := nb.WriteFile(path); err != nil {
				return err
			}
			saved, err := notebook.ReadFile(path)
			if err != nil {
				return err
			}
			if _, ended := saved.Cells()[0].Metadata("execution",
				"shell.execute_reply"); outputs(saved.Cells()[0]) == "stdout:a\n" && !ended {
				cancel()
			}
			return nil
		}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestKernelWithoutReply(t *testing.T) {
	nb := book(t, "print a\nmute", "print b")
	_, err := run(t, nb, runner.Options{Grace: 100 * time.Millisecond})
	var dead *runner.DeadKernelError
	if !errors.As(err, &dead) || !strings.Contains(err.Error(), "without a reply") {
		t.Errorf("error %v", err)
	}
	if got := outputs(nb.Cells()[0]); !strings.HasPrefix(got, "stdout:a\n|error:DeadKernel") {
		t.Errorf("the cell shows %q", got)
	}
}

// Resume a run that failed, once its cell is corrected: what had finished is kept. In a kernel
// whose cells leave nothing in memory, nothing is replayed.
func ExampleRun_resume() {
	book := func(second string) *notebook.Notebook {
		nb := notebook.New("test", "Test", "go")
		nb.Insert(0, notebook.NewCell(notebook.Code, "print hours of work"))
		nb.Insert(1, notebook.NewCell(notebook.Code, second))
		return nb
	}
	o := runner.Options{Spec: kerneltest.Spec("go"),
		Replay: func(source string) string { return "" }}
	earlier := book("fail Oops mistyped")
	_, err := runner.Run(context.Background(), earlier, o)
	fmt.Println("earlier:", err != nil)

	nb := book("print mended")
	o.Resume = earlier // or notebook.ReadFile("out.ipynb")
	report, err := runner.Run(context.Background(), nb, o)
	if err != nil {
		fmt.Println(err)
	}
	for i, c := range report.Cells {
		fmt.Print(c.Status, ": ", nb.Cells()[i].Outputs()[0].Text)
	}
	// Output:
	// earlier: true
	// kept: hours of work
	// ok: mended
}
