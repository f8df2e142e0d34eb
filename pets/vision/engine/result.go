package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopets/pets/internal/atomicfile"
	"gopets/pets/internal/download"
)

type result struct {
	Path     string
	Size     int64
	Modified int64 // nanoseconds
	SHA256   string
	Major    int // the plugin's PJRT version
	Minor    int
	Flags    pluginFlags   // whether it supports our flags
	Took     time.Duration // of the trial
	Refused  string        // why, or ""
	When     time.Time
}

// refusalHolds is how long a refusal counts without a new trial: the GPU or the machine may have
// been busy.
const refusalHolds = time.Hour

// check reports whether a plugin may be loaded: by an earlier result if the file is unchanged, else
// by checksum and trial.
func check(c candidate, o Options) result {
	info, err := os.Stat(c.plugin)
	if err != nil {
		return result{Refused: "it cannot be read: " + err.Error()}
	}
	fresh := result{Path: c.plugin, Size: info.Size(), Modified: info.ModTime().UnixNano(),
		When: time.Now()}
	file := resultFile(o.cacheDir(), c.plugin)
	if old, err := readResult(file); err == nil && old.Path == fresh.Path &&
		old.Size == fresh.Size && old.Modified == fresh.Modified {
		sumHolds := c.sha256 == "" || c.sha256 == old.SHA256
		accepted := old.Refused == "" || !o.again && time.Since(old.When) < refusalHolds
		if sumHolds && accepted && old.Flags.examined() {
			return old
		}
	}
	if fresh.SHA256, err = download.SHA256(c.plugin); err == nil {
		fresh.Flags, err = flagsOf(c)
	}
	switch {
	case err != nil:
		fresh.Refused = "it cannot be read: " + err.Error()
		return fresh
	case c.sha256 != "" && fresh.SHA256 != c.sha256:
		fresh.Refused = fmt.Sprintf(
			"its SHA-256 is %.12s…, wanted %.12s…; remove it and run `nb setup` again",
			fresh.SHA256, c.sha256)
	default:
		o.log("trying " + filepath.Base(c.plugin) + " in its own process")
		try(c, o, &fresh)
	}
	_ = writeResult(file, fresh) // without a cache the trial runs again next time
	return fresh
}

func resultFile(cache, plugin string) string {
	sum := sha256.Sum256([]byte(plugin))
	return filepath.Join(cache, "pjrt", "results", hex.EncodeToString(sum[:8])+".json")
}

func readResult(file string) (result, error) {
	var v result
	text, err := os.ReadFile(file)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(text, &v)
}

func writeResult(file string, v result) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(file, append(text, '\n'))
}

func recordedSum(plugin string) string {
	text, err := os.ReadFile(plugin + ".sha256")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// writeFile writes a file atomically, and makes its folder.
func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Bytes(path, content, 0o644)
}
