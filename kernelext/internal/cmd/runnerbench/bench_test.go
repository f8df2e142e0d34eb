package main

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/notebook"
)

func TestMemoryCountsDescendants(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("there is no /proc")
	}
	child := exec.Command("sleep", "1000")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
	var own, tree, theirs, alone int
	// until the child has its memory: it has just begun
	for before := -1; before != theirs || theirs == 0; {
		before, _ = memory(child.Process.Pid)
		time.Sleep(50 * time.Millisecond)
		own, tree = memory(os.Getpid())
		theirs, alone = memory(child.Process.Pid)
	}
	if own < 1<<20 || theirs == 0 || alone != theirs || tree < own+theirs {
		t.Errorf("this process %d, with its child %d; the child %d, with its descendants %d", own,
			tree, theirs, alone)
	}
}

func TestCompareRows(t *testing.T) {
	runners := []runnerCommand{{name: "ours"}, {name: "theirs"}}
	second := func(wall, start int) []measure {
		return []measure{{wall: time.Duration(wall) * time.Second,
			start: time.Duration(start) * time.Second}}
	}
	for _, c := range []struct {
		ours, theirs []measure
		failed       error
		ahead        bool
	}{
		{second(2, 1), second(3, 2), nil, true},
		{second(3, 1), second(3, 2), nil, false},
		{second(2, 2), second(3, 1), nil, false},
		{nil, second(3, 1), errors.New("it failed"), false},
	} {
		r := &row{runs: map[string][]measure{"ours": c.ours, "theirs": c.theirs},
			fail: map[string]error{}}
		if c.failed != nil {
			r.fail["ours"] = c.failed
		}
		if got := compareRows([]*row{r}, runners); got != c.ahead {
			t.Errorf("ours %v, theirs %v, %v: ahead %v", c.ours, c.theirs, c.failed, got)
		}
	}
}

// A run whose notebook lacks something must not count.
func TestCheckFindsWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	k := kernel{name: "k", title: "K", first: "first", small: func(int) string { return "small" },
		large: func(int, int) string { return "large" }}
	jobs, err := makeJobs([]kernel{k}, sizes, dir, regexp.MustCompile("3 cells"))
	if err != nil || len(jobs) != 1 || jobs[0].cells != 3 || jobs[0].bytes != len("0\n1\n") {
		t.Fatalf("jobs %+v, error %v", jobs, err)
	}
	nb, err := notebook.ReadFile(jobs[0].path)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range nb.Cells() {
		c.SetExecutionCount(i + 1)
		c.SetOutputs([]notebook.Output{notebook.Stream("stdout", strings.Repeat("x", 2*min(i, 1)))})
	}
	out := dir + "/out.ipynb"
	write := func() {
		if err := nb.WriteFile(out); err != nil {
			t.Fatal(err)
		}
	}
	if write(); jobs[0].check(out) != nil {
		t.Errorf("a whole notebook: %v", jobs[0].check(out))
	}
	nb.Cells()[2].SetOutputs(nil)
	if write(); jobs[0].check(out) == nil {
		t.Error("a lost output was not found")
	}
}
