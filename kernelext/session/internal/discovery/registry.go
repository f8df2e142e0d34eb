package discovery

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"time"
)

// Info describes a session.
type Info struct {
	Name    string    `json:"name"`
	PID     int       `json:"pid"`   // of the worker
	Owner   int       `json:"owner"` // the kernel, or the program that opened the session
	Dir     string    `json:"dir"`   // its private folder
	Log     string    `json:"log"`   // the worker's log file
	Build   string    `json:"build"` // hash of the worker's source
	Started time.Time `json:"started"`
}

// An Entry is an Info on disk, with start times, to recognise dead sessions.
type Entry struct {
	Info
	Worker Process `json:"worker"`
}

func registryDir() string { return filepath.Join(CacheDir(), "sessions") }

func (e Entry) Path() string {
	return filepath.Join(registryDir(), strconv.Itoa(e.PID)+".json")
}

func (e Entry) Write() error {
	if err := os.MkdirAll(registryDir(), 0o700); err != nil {
		return err
	}
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	return WriteFile(e.Path(), data)
}

// List returns this user's live sessions, oldest first, and removes entries of dead ones.
func List() ([]Info, error) {
	files, err := filepath.Glob(filepath.Join(registryDir(), "*.json"))
	if err != nil {
		return nil, err
	}
	var live []Info
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // ended just now
		}
		var e Entry
		if json.Unmarshal(data, &e) != nil || !e.Worker.Alive() {
			os.Remove(path)
			continue
		}
		live = append(live, e.Info)
	}
	sort.Slice(live, func(i, j int) bool { return live[i].Started.Before(live[j].Started) })
	return live, nil
}
