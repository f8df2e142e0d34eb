package runner_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// fates returns the cells' outcomes in short.
func fates(r *runner.Report) string {
	var all []string
	for _, c := range r.Cells {
		all = append(all, string(c.Status))
	}
	return strings.Join(all, ", ")
}

func setMetadata(t *testing.T, c *notebook.Cell, value any, path ...string) {
	t.Helper()
	if err := c.SetMetadata(value, path...); err != nil {
		t.Fatal(err)
	}
}

func TestOnlySomeCells(t *testing.T) {
	for _, c := range []struct {
		only  string
		until string
		want  string
		shows string
	}{
		{"2", "", "skipped, ok, skipped, skipped, skipped", "old a ;b;old c ;old d ;skip"},
		{"2-3", "", "skipped, ok, ok, skipped, skipped", "old a ;b;c;old d ;skip"},
		{"4,1", "", "ok, skipped, skipped, ok, skipped", "a;old b ;old c ;d;skip"},
		{"named", "", "skipped, skipped, ok, skipped, skipped", "old a ;old b ;c;old d ;skip"},
		{"tagged", "", "skipped, ok, skipped, ok, skipped", "old a ;b;old c ;d;skip"},
		{"", "2", "ok, ok, not run, not run, skipped", "a;b;;;skip"},
		{"", "named", "ok, ok, ok, not run, skipped", "a;b;c;;skip"},
		{"", "tagged", "ok, ok, ok, ok, skipped", "a;b;c;d;skip"},
		{"9", "", `called "9"; give a number from 1 to 4, an id (`, ""},
		{"nobody", "", "a tag (tagged)", ""},
		{"", "skip-execution", `called "skip-execution"`, ""},
		{"3-2", "", "from the lower number", ""},
		{"1", "2", "neither", ""},
	} {
		t.Run(c.only+"|"+c.until, func(t *testing.T) {
			nb := book(t, "print a", "#tagged print b", "print c", "#tagged print d",
				"#skip-execution print e")
			setMetadata(t, nb.Cells()[0], map[string]string{"iopub.status.idle": "x", "mine": "y"},
				"execution")
			nb.Remove(2)
			insertNamed(t, nb, 2, "named", "print c")
			for i, text := range []string{"old a ", "old b ", "old c ", "old d ", "skip"} {
				nb.Cells()[i].SetOutputs([]notebook.Output{notebook.Stream("stdout", text)})
			}
			o := runner.Options{Until: c.until}
			if c.only != "" {
				o.Only = strings.Split(c.only, ",")
			}
			before := string(nb.Bytes())
			report, err := run(t, nb, o)
			if c.shows == "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("error %v, wanted %q in it", err, c.want)
				}
				if string(nb.Bytes()) != before {
					t.Error("the notebook was changed")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := fates(report); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			var shows []string
			for _, cell := range nb.Cells() {
				shows = append(shows, strings.ReplaceAll(strings.TrimPrefix(outputs(cell),
					"stdout:"), "\n", ""))
			}
			if got := strings.Join(shows, ";"); got != c.shows {
				t.Errorf("the cells show %q, wanted %q", got, c.shows)
			}
			if raw, _ := nb.Cells()[0].Metadata("execution",
				"iopub.status.idle"); string(raw) == `"x"` {
				t.Error("a time of an earlier run is left")
			}
			if raw, _ := nb.Cells()[0].Metadata("execution", "mine"); string(raw) != `"y"` {
				t.Error("foreign metadata is gone")
			}
		})
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// insertNamed puts in a cell with an id of its own.
func insertNamed(t *testing.T, nb *notebook.Notebook, at int, id, source string) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"cells": []any{map[string]any{"cell_type": "code",
		"id": id, "metadata": map[string]any{}, "source": source,
		"outputs": []any{}, "execution_count": nil}}, "metadata": map[string]any{}, "nbformat": 4,
		"nbformat_minor": 5})
	if err != nil {
		t.Fatal(err)
	}
	other, err := notebook.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	nb.Insert(at, other.Cells()[0])
}

func TestOnlyReplaysAndSetsParameters(t *testing.T) {
	nb := book(t, "#parameters print n=1", "#injected-parameters print n=2",
		"print declared\nprint done", "print c", "print d")
	replay := func(source string) string {
		declared, _, _ := strings.Cut(source, "\n")
		return declared + "\nappend " + filepath.Join(t.TempDir(), "x") + " x"
	}
	var events []string
	report, err := run(t, nb, runner.Options{Only: []string{"4"}, Replay: replay,
		Events: func(e runner.Event) {
			if e, ok := e.(runner.Shown); ok {
				events = append(events, strings.TrimSpace(e.Output.Text))
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	if got := fates(report); got != "ok, ok, skipped, ok, skipped" {
		t.Errorf("got %s", got)
	}
	if got := strings.Join(events, ","); got != "n=1,n=2,c" {
		t.Errorf("shown were %s", got)
	}
	if got := outputs(nb.Cells()[2]); got != "stdout:of an earlier run" {
		t.Errorf("a replayed cell shows %q", got)
	}
}

func TestReplayFails(t *testing.T) {
	nb := book(t, "print a", "print b")
	_, err := run(t, nb, runner.Options{Only: []string{"2"},
		Replay: func(string) string { return "fail Oops gone" }})
	var failed *runner.ReplayError
	if !errors.As(err, &failed) || failed.Number != 1 || !strings.Contains(err.Error(), "gone") {
		t.Errorf("error %v", err)
	}
}

func TestLimitsOfMetadata(t *testing.T) {
	slow := func(value any) *notebook.Notebook {
		nb := book(t, "sleep 1h", "print b")
		setMetadata(t, nb.Cells()[0], value, "nb", "timeout")
		return nb
	}
	for _, value := range []any{0.05, "50ms"} {
		_, err := run(t, slow(value), runner.Options{CellTimeout: time.Hour})
		var late *runner.TimeoutError
		if !errors.As(err, &late) || late.After != 50*time.Millisecond {
			t.Errorf("%v: error %v", value, err)
		}
	}
	if _, err := run(t, slow("soon"), runner.Options{}); err == nil ||
		!strings.Contains(err.Error(), `nb.timeout of cell 1`) ||
		!strings.Contains(err.Error(), `not "soon"`) {
		t.Errorf("error %v", err)
	}
	for _, path := range [][]string{{"execution", "timeout"}, {"nb", "cell_timeout"},
		{"nb", "timeout"}} {
		nb := book(t, "sleep 1h")
		if err := nb.SetMetadata(0.3, path...); err != nil {
			t.Fatal(err)
		}
		_, err := run(t, nb, runner.Options{})
		var late *runner.TimeoutError
		if !errors.As(err, &late) && !errors.Is(err, runner.ErrRunTimeout) {
			t.Errorf("%v: error %v", path, err)
		}
		nb = book(t, "sleep 500ms")
		if err := nb.SetMetadata("200ms", path...); err != nil {
			t.Fatal(err)
		}
		if _, err := run(t, nb, runner.Options{CellTimeout: -1, Timeout: -1}); err != nil {
			t.Errorf("%v, no limit wanted: error %v", path, err)
		}
	}
	nb := book(t, "fail E v", "print b")
	if err := nb.SetMetadata(true, "execution", "allow_errors"); err != nil {
		t.Fatal(err)
	}
	if report, err := run(t, nb, runner.Options{}); err != nil || fates(report) != "failed, ok" {
		t.Errorf("error %v, %s", err, fates(report))
	}
	if err := nb.SetMetadata("yes", "execution", "allow_errors"); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, nb, runner.Options{}); err == nil ||
		!strings.Contains(err.Error(), "want true or false") {
		t.Errorf("error %v", err)
	}
}
