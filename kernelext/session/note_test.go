package session_test

import (
	"testing"

	"gopets/kernelext/session"
)

func TestNotes(t *testing.T) {
	t.Setenv("GONB_TMP_DIR", t.TempDir())
	w := session.Worker{Name: "notes"}
	var got []int
	if w.Note("a", &got) || !w.SetNote("a", []int{1, 2}) || !w.SetNote("b", "text") {
		t.Fatal("nothing can be kept")
	}
	if !w.Note("a", &got) || len(got) != 2 || w.Note("b", &got) {
		t.Errorf("read %v", got)
	}
	if w.SetNote("a", nil) || w.Note("a", &got) {
		t.Error("a note that was removed is there")
	}
	var text string
	if err := w.ForgetNotes(); err != nil || w.Note("b", &text) {
		t.Errorf("after all were removed: %q, %v", text, err)
	}
}
