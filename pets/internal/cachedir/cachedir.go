// Package cachedir says where downloads and compiled programs are kept.
package cachedir

import (
	"os"
	"path/filepath"
)

// Default returns $GOPETS_CACHE, else "gopets" in the user's cache or temporary folder.
func Default() string {
	if dir := os.Getenv("GOPETS_CACHE"); dir != "" {
		return dir
	}
	base, err := os.UserCacheDir()
	if err != nil {
		base = os.TempDir()
	}
	return filepath.Join(base, "gopets")
}
