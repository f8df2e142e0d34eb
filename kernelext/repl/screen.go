package repl

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"

	"gopets/kernelext/eval"
	"gopets/kernelext/internal/terminal"
)

// A screen prints what cells write and show. It implements [eval.Output].
type screen struct {
	out, err io.Writer
	color    bool
	columns  func() int // 0 if nothing can be redrawn
	textOf   func(eval.Bundle) string
	ask      func(ctx context.Context, prompt string, password bool) (string, error)

	mu      sync.Mutex
	open    bool              // the last line has no line break yet
	shown   string            // the ID of the last printed display
	rows    int               // its rows
	later   map[string]string // by ID: updates that cannot be drawn in place
	order   []string
	pending []string // text that came while the editor was in use
	poke    func()   // has the editor print it; nil while a cell runs
	clear   bool     // the next output replaces what the cell has shown
	height  int      // rows of the cell's output
}

func newScreen(out, errs io.Writer, text func(eval.Bundle) string) *screen {
	s := &screen{out: out, err: errs, textOf: text, columns: func() int { return 0 },
		later: map[string]string{}}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.color = os.Getenv("NO_COLOR") == ""
		s.columns = func() int {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil || width < 1 {
				return 80
			}
			return width
		}
	}
	return s
}

func (s *screen) text(data eval.Bundle) string {
	if s.textOf != nil {
		return s.textOf(data)
	}
	text, _ := data["text/plain"].(string)
	return terminal.Plain(text)
}

func (s *screen) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.poke, s.shown, s.rows, s.height, s.clear = nil, "", 0, 0, false
	pending := strings.Join(s.pending, "")
	s.pending = nil
	s.write(s.out, pending, true)
}

func (s *screen) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range s.order {
		s.write(s.out, s.later[id]+"\n", true)
	}
	s.order, s.later = nil, map[string]string{}
	s.freshLine()
}

func (s *screen) print(text string) {
	if text == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(s.out, strings.TrimSuffix(text, "\n")+"\n", true)
}

func (s *screen) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(s.err, plainError(err, s.color)+"\n", true)
}

func (s *screen) Stream(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.out
	if name == "stderr" {
		w = s.err
	}
	s.write(w, text, false)
}

func (s *screen) Display(d eval.Display) {
	text := s.text(d.Data)
	if text == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.Update {
		switch {
		case s.columns() == 0:
			if _, again := s.later[d.ID]; !again {
				s.order = append(s.order, d.ID)
			}
			s.later[d.ID] = text
			return
		case s.poke == nil && s.shown == d.ID:
			s.erase(s.rows)
		}
	}
	s.write(s.out, text+"\n", true)
	s.shown, s.rows = d.ID, s.rowsOf(text+"\n")
}

func (s *screen) Clear(wait bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clear = s.columns() > 0; !wait && s.clear {
		s.wipe()
	}
}

// Comm does nothing: a terminal has no widgets.
func (s *screen) Comm(string, map[string]any) {}

func (s *screen) Input(ctx context.Context, prompt string, password bool) (string, error) {
	return s.ask(ctx, prompt, password)
}

// write writes a text, on its own lines if fresh, through the editor while that is in use. The lock
// is held.
func (s *screen) write(w io.Writer, text string, fresh bool) {
	if text == "" {
		return
	}
	if s.poke != nil {
		s.pending = append(s.pending, text)
		s.poke()
		return
	}
	if s.clear {
		s.wipe()
	}
	if fresh {
		s.freshLine()
	}
	io.WriteString(w, text)
	s.height += s.rowsOf(text)
	s.open, s.shown = !strings.HasSuffix(text, "\n"), ""
}

// The lock is held.
func (s *screen) freshLine() {
	if s.open {
		io.WriteString(s.out, "\n")
		s.height++
		s.open = false
	}
}

// wipe removes the cell's output from the screen. The lock is held.
func (s *screen) wipe() {
	s.freshLine()
	s.erase(s.height)
	s.clear, s.height = false, 0
}

// The lock is held.
func (s *screen) erase(rows int) {
	if rows > 0 {
		fmt.Fprintf(s.out, "\x1b[%dA\r\x1b[J", rows)
		s.height = max(0, s.height-rows)
	}
}

func (s *screen) rowsOf(text string) (rows int) {
	columns := s.columns()
	if columns == 0 {
		return 0
	}
	for line := range strings.Lines(text) {
		line = terminal.Text(strings.TrimSuffix(line, "\n"))
		rows += max(0, utf8.RuneCountInString(line)-1) / columns
	}
	return rows + strings.Count(text, "\n")
}

// edit marks the editor as in use until the next cell; poke is called when there is something to
// print.
func (s *screen) edit(poke func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.poke = poke
}

func (s *screen) take() (text string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text = strings.Join(s.pending, "")
	s.pending = nil
	return strings.TrimSuffix(text, "\n"), text != ""
}
