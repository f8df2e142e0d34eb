package session

import (
	"os"
	"path/filepath"
)

// CacheDir is where programs, logs, data and whatever else outlives a session are kept: $GOPETS_CACHE, else the folder gopets in the
// user's cache folder, else in the system's folder for temporary files. It need not exist yet.
func CacheDir() string {
	if dir := os.Getenv("GOPETS_CACHE"); dir != "" {
		if abs, err := filepath.Abs(dir); err == nil {
			return abs
		}
		return dir
	}
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	return filepath.Join(base, "gopets")
}

// WriteFile writes a file as a whole or not at all: under another name in the same folder first, then renamed. Mode 0600.
func WriteFile(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(data); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
