package discovery

import (
	"os"
	"path/filepath"

	"gopets/kernelext/internal/atomicfile"
)

// CacheDir is documented at session.CacheDir.
func CacheDir() string {
	if dir := absolute(os.Getenv("GOPETS_CACHE")); dir != "" {
		return dir
	}
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	return filepath.Join(base, "gopets")
}

// DataDir is documented at session.DataDir.
func DataDir() string {
	if dir := absolute(os.Getenv("GOPETS_DATA")); dir != "" {
		return dir
	}
	return CacheDir()
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); path != "" && err == nil {
		return abs
	}
	return path
}

func WriteFile(path string, data []byte) error { return atomicfile.Bytes(path, data, 0o600) }
