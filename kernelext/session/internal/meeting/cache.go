package meeting

import (
	"os"
	"path/filepath"

	"gopets/kernelext/internal/atomicfile"
)

// CacheDir is where programs, logs and whatever else outlives a session are kept: $GOPETS_CACHE,
// else the folder gopets in the user's cache folder, else in the system's folder for temporary
// files. It need not exist yet.
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

// DataDir is where what took long to get or to make is kept: data sets, weights, models, snapshots. It
// is $GOPETS_DATA, else [CacheDir]. In a container the first is a volume that outlives it, and the
// second holds the tools that came with the image, which a volume would hide.
func DataDir() string {
	if dir := absolute(os.Getenv("GOPETS_DATA")); dir != "" {
		return dir
	}
	return CacheDir()
}

// absolute makes a path independent of the working folder, as far as that is known.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); path != "" && err == nil {
		return abs
	}
	return path
}

// WriteFile writes a file as a whole or not at all: under another name in the same folder first,
// then renamed. Mode 0600.
func WriteFile(path string, data []byte) error { return atomicfile.Bytes(path, data, 0o600) }
