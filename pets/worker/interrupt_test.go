package main_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/session"
)

// A worker that is killed in the third of four epochs costs that epoch only: in a new session, of
// another kernel, the same four rows come out.
func TestResumeAfterKill(t *testing.T) {
	whole := newKernel(t)
	want := rows(t, whole.run("create", "fit:4", "rows"))
	whole.end()

	k := newKernel(t)
	begun := time.Now()
	cmd := k.command("create", "fit:4")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitForEpochs(t, begun, 2)
	s, err := k.session()
	if err != nil {
		t.Fatal(err)
	}
	if p, err := os.FindProcess(s.Info().PID); err != nil || p.Kill() != nil {
		t.Fatal("no worker to kill")
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the cell whose worker was killed succeeded")
	}
	next := newKernel(t)
	out := next.run("resume:4", "rows")
	if got := rows(t, out); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("want %v\ngot %v\n%s", want, got, out)
	}
	if !regexp.MustCompile("resume: learn is after fit 1, epoch [23]").MatchString(out) {
		t.Errorf("got %s", out)
	}
	// Asked once more, there is nothing left to do, and the rows are the same.
	if got := rows(t, next.run("resume:4", "rows")); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("want %v\ngot %v", want, got)
	}
}

// waitForEpochs waits until a snapshot that was written since then holds so many rows.
func waitForEpochs(t *testing.T, since time.Time, n int) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); epochsDone(t, since) < n; {
		time.Sleep(5 * time.Millisecond)
		if time.Now().After(end) {
			t.Fatalf("%d epochs are not done within two minutes", n)
		}
	}
}

// epochsDone returns how many rows the newest snapshot holds.
func epochsDone(t *testing.T, since time.Time) (rows int) {
	files, err := filepath.Glob(filepath.Join(session.DataDir(), "snapshots", "learn-*",
		"last.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil || !info.ModTime().After(since) {
			continue
		}
		since = info.ModTime()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rows = bytes.Count(data[:min(len(data), 1<<16)], []byte("error_rate"))
	}
	return rows
}

// interrupted is what a cell says; on a slow machine it does not wait for the running batch to end.
var interrupted = regexp.MustCompile(
	"Interrupted: cancelled: (the weights are kept: learn is |it stops after the running step)")

// An interrupt cancels after the running batch, keeps the weights, says so, and ends the cell with
// an error.
func TestInterrupt(t *testing.T) {
	k := newKernel(t)
	k.run("create")
	begun := time.Now()
	cmd := k.command("fit:500")
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitForEpochs(t, begun, 1)
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || !interrupted.MatchString(complaint.String()) {
		t.Errorf("got %v, %s", err, complaint.String())
	}
	if out := k.run("validate"); !strings.Contains(out, "after fit 1") {
		t.Errorf("after the interrupt: %s", out)
	}
}

// After a while without a call the learner goes to a file and the device is released; the next
// call does not notice.
func TestIdle(t *testing.T) {
	k := newKernel(t).with("GOPETS_IDLE=200ms")
	k.run("fit:1")
	s, err := k.session()
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(2 * time.Minute); ; {
		text, err := os.ReadFile(s.Info().Log)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("the device is released")) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the device is not released within two minutes")
		}
		time.Sleep(20 * time.Millisecond)
	}
	first := withoutNotes(k.run("validate"))
	if again := withoutNotes(k.run("validate")); again != first ||
		!strings.Contains(first, "after fit 1, epoch 1") {
		t.Errorf("got %s, then %s", first, again)
	}
}
