package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"gopets/kernelext/session"
	"gopets/pets/spec"
)

// kernel is a folder that cells share, and what their user has set.
type kernel struct {
	t   *testing.T
	tmp string
	env []string
}

// long skips a test that takes long, unless $GOPETS_TEST_LONG is set, as in CI.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("GOPETS_TEST_LONG") == "" {
		t.Skip("takes long: set GOPETS_TEST_LONG")
	}
}

// newKernel starts a kernel; what sessions leave (snapshots, models, the worker's program) is
// shared by all.
func newKernel(t *testing.T) kernel {
	k := kernel{t: t, tmp: t.TempDir(), env: []string{"SOURCE=" + photos}}
	t.Cleanup(k.end)
	return k
}

func (k kernel) end() {
	if s, err := k.session(); err == nil {
		s.Stop(context.Background())
	}
}

func (k kernel) session() (*session.Session, error) {
	os.Setenv("GONB_TMP_DIR", k.tmp)
	defer os.Unsetenv("GONB_TMP_DIR")
	return session.Worker{Name: "pets"}.Running(context.Background())
}

// with is the same kernel after its user has changed a variable.
func (k kernel) with(env ...string) kernel {
	k.env = append(append([]string{}, k.env...), env...)
	return k
}

func (k kernel) command(verbs ...string) *exec.Cmd {
	cmd := exec.CommandContext(k.t.Context(), cell, verbs...)
	cmd.Env = append(append(os.Environ(), "GONB_TMP_DIR="+k.tmp), k.env...)
	return cmd
}

// run runs a cell that has to succeed.
func (k kernel) run(verbs ...string) string {
	k.t.Helper()
	cmd := k.command(verbs...)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		k.t.Fatalf("cell %v: %v\n%s\n%s", verbs, err, out, complaint.Bytes())
	}
	return string(out)
}

// refused runs a cell that has to fail with words, and without a stack trace.
func (k kernel) refused(words string, verbs ...string) {
	k.t.Helper()
	out, err := k.command(verbs...).CombinedOutput()
	if err == nil || !regexp.MustCompile(words).Match(out) ||
		bytes.Contains(out, []byte("goroutine ")) {
		k.t.Errorf("cell %v: want a failure that says %q, got %v\n%s", verbs, words, err, out)
	}
}

// rows finds a cell's output of the verb "rows", times left out.
func rows(t *testing.T, out string) []spec.Row {
	t.Helper()
	_, text, ok := strings.Cut(out, "rows ")
	var list []spec.Row
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&list); err != nil || !ok {
		t.Fatalf("no rows in %q: %v", out, err)
	}
	for i := range list {
		list[i].Seconds = 0
	}
	return list
}

// untimed takes out of a cell's output what takes its own time.
func untimed(out string) string {
	return regexp.MustCompile(`\d\d:\d\d|"seconds":[\d.]+`).ReplaceAllString(out, "00:00")
}
