package kernel

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// history keeps cells, a file for each session: 000017.jsonl, made with the first entry.
type history struct {
	mu      sync.Mutex
	dir     string // "" keeps the history in memory
	file    *os.File
	session int
	own     []historyEntry
}

type historyEntry struct {
	Session int    `json:"-"`
	Line    int    `json:"line"`
	Input   string `json:"input"`
	Output  string `json:"output,omitempty"`
}

type historyQuery struct {
	Output  bool   `json:"output"`
	Access  string `json:"hist_access_type"`
	Session int    `json:"session"`
	Start   int    `json:"start"`
	Stop    *int   `json:"stop"`
	N       int    `json:"n"`
	Pattern string `json:"pattern"`
	Unique  bool   `json:"unique"`
}

func openHistory(dir string) *history {
	h := &history{dir: dir}
	h.session = 1
	if sessions := h.sessions(); len(sessions) > 0 {
		h.session = sessions[len(sessions)-1] + 1
	}
	return h
}

func (h *history) path(session int) string {
	return filepath.Join(h.dir, fmt.Sprintf("%06d.jsonl", session))
}

func (h *history) sessions() []int {
	if h.dir == "" {
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(h.dir, "*.jsonl"))
	var found []int
	for _, f := range files {
		if n, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(f), ".jsonl")); err == nil {
			found = append(found, n)
		}
	}
	slices.Sort(found)
	return found
}

// add appends an entry. If the file cannot be written, only this session has it.
func (h *history) add(line int, input, output string) {
	if len(output) > 10_000 {
		output = strings.ToValidUTF8(output[:10_000], "")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dir != "" && h.file == nil && len(h.own) == 0 {
		if os.MkdirAll(h.dir, 0o700) == nil {
			for range 100 { // another kernel may take a number first
				f, err := os.OpenFile(h.path(h.session),
					os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
				if err == nil {
					h.file = f
					break
				}
				if !os.IsExist(err) {
					break
				}
				h.session++
			}
		}
	}
	e := historyEntry{h.session, line, input, output}
	h.own = append(h.own, e)
	if h.file != nil {
		if data, err := json.Marshal(e); err == nil {
			_, _ = h.file.Write(append(data, '\n'))
		}
	}
}

func (h *history) read(session int) []historyEntry {
	// without an entry the number may become another kernel's
	if session == h.session && len(h.own) > 0 {
		return slices.Clone(h.own)
	}
	f, err := os.Open(h.path(session))
	if err != nil {
		return nil
	}
	defer f.Close()
	var found []historyEntry
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		e := historyEntry{Session: session}
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			found = append(found, e)
		}
	}
	return found
}

func (h *history) query(q historyQuery) []any {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []historyEntry
	switch q.Access {
	case "range":
		session := q.Session
		if session <= 0 {
			session += h.session
		}
		for _, e := range h.read(session) {
			if e.Line >= q.Start && (q.Stop == nil || e.Line < *q.Stop) {
				found = append(found, e)
			}
		}
	case "tail", "search":
		pattern := q.Pattern
		if q.Access == "tail" || pattern == "" {
			pattern = "*"
		}
		n := q.N
		if n <= 0 && q.Access == "tail" {
			n = 10
		}
		sessions := h.sessions()
		if !slices.Contains(sessions, h.session) {
			sessions = append(sessions, h.session)
		}
		seen := map[string]bool{}
		for _, session := range slices.Backward(sessions) {
			for _, e := range slices.Backward(h.read(session)) {
				if !matches(pattern, e.Input) || q.Unique && seen[e.Input] {
					continue
				}
				seen[e.Input] = true
				found = append(found, e)
				if n > 0 && len(found) == n {
					break
				}
			}
			if n > 0 && len(found) >= n {
				break
			}
		}
		slices.Reverse(found)
	}
	out := []any{}
	for _, e := range found {
		if q.Output {
			var output any
			if e.Output != "" {
				output = e.Output
			}
			out = append(out, []any{e.Session, e.Line, []any{e.Input, output}})
		} else {
			out = append(out, []any{e.Session, e.Line, e.Input})
		}
	}
	return out
}

func matches(pattern, text string) bool {
	if pattern == "*" {
		return true
	}
	hide := strings.NewReplacer("/", "\x01", "\\", "\x02")
	ok, err := path.Match(hide.Replace(pattern), hide.Replace(text))
	return err == nil && ok
}
