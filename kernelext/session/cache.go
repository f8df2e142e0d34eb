package session

import "gopets/kernelext/session/internal/meeting"

// Info describes a session.
type Info = meeting.Info

// CacheDir is where programs, logs and whatever else outlives a session are kept: $GOPETS_CACHE,
// else the folder gopets in the user's cache folder, else in the system's folder for temporary
// files. It need not exist yet.
func CacheDir() string { return meeting.CacheDir() }

// DataDir is where what took long to get or to make is kept: data sets, weights, models, snapshots. It
// is $GOPETS_DATA, else [CacheDir]. In a container the first is a volume that outlives it, and the
// second holds the tools that came with the image, which a volume would hide.
func DataDir() string { return meeting.DataDir() }

// WriteFile writes a file as a whole or not at all: under another name in the same folder first,
// then renamed. Mode 0600.
func WriteFile(path string, data []byte) error { return meeting.WriteFile(path, data) }

// List returns the sessions of this user that live, oldest first. Entries that dead ones left
// behind are removed.
func List() ([]Info, error) { return meeting.List() }
