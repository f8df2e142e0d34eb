package session

import "gopets/kernelext/session/internal/discovery"

// Info describes a session.
type Info = discovery.Info

// CacheDir returns the folder of programs, logs and other files that outlive a session:
// $GOPETS_CACHE, else gopets in the user's cache folder, else in the system's temporary folder. It
// may not exist.
func CacheDir() string { return discovery.CacheDir() }

// DataDir returns the folder of data sets, weights, models and snapshots: $GOPETS_DATA, else
// [CacheDir]. In a container it is a volume, which must not hide the tools in the image's cache.
func DataDir() string { return discovery.DataDir() }

// WriteFile writes a file atomically, with mode 0600.
func WriteFile(path string, data []byte) error { return discovery.WriteFile(path, data) }

// List returns this user's live sessions, oldest first, and removes entries of dead ones.
func List() ([]Info, error) { return discovery.List() }
