package session

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"

	"gopets/kernelext/session/internal/discovery"
)

// Note reads the value that [Worker.SetNote] stored under a key, and reports whether there is one.
// Notes are removed with the session's folder.
func (w Worker) Note(key string, value any) bool {
	path, err := w.notePath(key)
	if err != nil {
		return false
	}
	text, err := os.ReadFile(path)
	return err == nil && json.Unmarshal(text, value) == nil
}

// SetNote stores a value for later cells, or removes it if it is nil, and reports success.
func (w Worker) SetNote(key string, value any) bool {
	path, err := w.notePath(key)
	if err != nil {
		return false
	}
	if value == nil {
		os.Remove(path)
		return false
	}
	text, err := json.Marshal(value)
	return err == nil && discovery.WriteFile(path, text) == nil
}

// ForgetNotes removes all notes.
func (w Worker) ForgetNotes() error {
	dir, err := w.Dir()
	if err != nil {
		return err
	}
	notes, _ := filepath.Glob(filepath.Join(dir, "note-*")) // the pattern is well formed
	for _, path := range notes {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

func (w Worker) notePath(key string) (string, error) {
	dir, err := w.Dir()
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(dir, "note-"+hex.EncodeToString(sum[:8])), err
}
