package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"gopets/kernelext/runner"
)

// paint colours text for a terminal.
type paint bool

// newPaint decides as most programs do: in a terminal, unless NO_COLOR is set.
func newPaint(choice string, f *os.File) (paint, error) {
	switch choice {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		t := os.Getenv("TERM")
		return paint(term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && t != "" && t != "dumb"), nil
	}
	return false, fmt.Errorf("--color %s: wanted auto, always or never", choice)
}

const (
	red   = "31"
	green = "32"
	cyan  = "36"
	bold  = "1"
	faint = "2"
)

func (p paint) in(color, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

// testView tells how tests go: of each notebook all that is to be said when it has ended;
// meanwhile, in a terminal, a line that changes, and elsewhere one from time to time.
type testView struct {
	mu      sync.Mutex
	out     io.Writer
	paint   paint
	verbose bool
	live    bool
	of      int
	done    int
	running []*runningBook
	spoke   time.Time
	quit    chan struct{}
}

// runningBook is where a notebook is.
type runningBook struct {
	book  *testedBook
	place runner.Place
	begun time.Time
}

func newTestView(f *os.File, p paint, verbose bool, of int) *testView {
	t := os.Getenv("TERM")
	v := &testView{out: f, paint: p, verbose: verbose, live: term.IsTerminal(int(f.Fd())) && t != "" && t != "dumb", of: of, spoke: time.Now(), quit: make(chan struct{})}
	go func() {
		ticks := time.NewTicker(250 * time.Millisecond)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				v.tick()
			case <-v.quit:
				return
			}
		}
	}()
	return v
}

// event is told what happens in a run.
func (v *testView) event(b *testedBook, e runner.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := e.(type) {
	case runner.CellStart:
		i := slices.IndexFunc(v.running, func(r *runningBook) bool { return r.book == b })
		if i < 0 {
			v.running = append(v.running, &runningBook{book: b, begun: time.Now()})
			i = len(v.running) - 1
		}
		v.running[i].place = e.Place
	case runner.Warning:
		v.print(fmt.Sprintf("nb: %s: %v\n", b.path, e.Err))
	}
}

func (v *testView) tick() {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case len(v.running) == 0:
	case v.live:
		width := 80
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && w > 20 {
			width = w
		}
		fmt.Fprint(v.out, "\r\x1b[2K"+clip(v.progress(), width-1))
	case time.Since(v.spoke) > time.Minute:
		v.print("… " + v.progress() + "\n")
	}
}

func (v *testView) progress() string {
	var all []string
	for _, r := range v.running {
		all = append(all, fmt.Sprintf("%s: cell %d of %d, %v", r.book.path, r.place.Number, r.place.Of, time.Since(r.begun).Round(time.Second)))
	}
	return fmt.Sprintf("%d/%d  %s", v.done, v.of, strings.Join(all, " · "))
}

func (v *testView) print(s string) {
	if v.live {
		fmt.Fprint(v.out, "\r\x1b[2K")
	}
	fmt.Fprint(v.out, s)
	v.spoke = time.Now()
}

// finished tells how a notebook ended.
func (v *testView) finished(b *testedBook) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done++
	v.running = slices.DeleteFunc(v.running, func(r *runningBook) bool { return r.book == b })
	v.print(v.story(b))
}

// story is all that is to be said of a notebook.
func (v *testView) story(b *testedBook) string {
	var s strings.Builder
	mark := v.paint.in(green, "ok    ")
	switch {
	case b.problem != nil || b.kept != nil:
		mark = v.paint.in(red, "ERROR ")
	case b.failed():
		mark = v.paint.in(red, "FAILED")
	}
	fmt.Fprintf(&s, "%s %s", mark, v.paint.in(bold, plain(b.path)))
	if b.problem != nil {
		fmt.Fprintf(&s, "\n    %s\n", indented(plain(b.problem.Error())))
		return s.String()
	}
	fmt.Fprintf(&s, "  %s in %v\n", b.counts(), b.report.Elapsed.Round(100*time.Millisecond))
	for _, c := range b.cells {
		switch {
		case c.verdict.bad():
			v.tellCell(&s, c)
		case c.verdict == accepted || v.verbose:
			fmt.Fprintf(&s, "    %s: %s%s\n", c.name(), c.verdict, c.why())
		}
	}
	if b.kept != nil {
		fmt.Fprintf(&s, "    %s\n", indented(b.kept.Error()))
	}
	return s.String()
}

// why explains verdicts that need it.
func (c *testedCell) why() string {
	switch {
	case c.verdict == unchecked && c.unrun:
		return " (it has no saved run)"
	case c.verdict == unchecked:
		return " (by its mark, or --lax)"
	}
	return fmt.Sprintf(", %v", c.elapsed.Round(10*time.Millisecond))
}

// counts says how many cells came out how.
func (b *testedBook) counts() string {
	var parts []string
	for _, v := range verdicts {
		switch n := b.count(v); {
		case n > 1 && v == differs:
			parts = append(parts, fmt.Sprintf("%d differ", n))
		case n > 0:
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	if len(parts) == 0 {
		return "no code cells"
	}
	return strings.Join(parts, ", ")
}

// tellCell shows a cell that differs or failed: its source, and how.
func (v *testView) tellCell(s *strings.Builder, c *testedCell) {
	if c.verdict == notReached {
		fmt.Fprintf(s, "    %s: not run\n", c.name())
		return
	}
	fmt.Fprintf(s, "    %s\n", v.paint.in(bold, c.name()+": "+string(c.verdict)))
	source := strings.Split(strings.TrimRight(plain(c.cell.Source()), "\n"), "\n")
	for i, line := range source {
		if i == 12 && len(source) > 14 {
			fmt.Fprintf(s, "      %s\n", v.paint.in(faint, fmt.Sprintf("│ … %d more lines", len(source)-i)))
			break
		}
		fmt.Fprintf(s, "      %s\n", v.paint.in(faint, strings.TrimRight("│ "+clip(line, 120), " ")))
	}
	if c.err != nil {
		fmt.Fprintf(s, "      %s\n", v.paint.in(red, clip(plain(c.reason()), 200)))
		if text := errorText(runner.CellReport{Place: runner.Place{Cell: c.cell}}); text != "" {
			s.WriteString(v.block(text))
		}
	}
	for _, d := range c.differences {
		fmt.Fprintf(s, "      %s\n", v.paint.in(red, plain(d.String())))
		s.WriteString(v.block(plain(d.Unified())))
	}
}

// maxBlock bounds the lines of a difference or a traceback; a JUnit report has all of them.
const maxBlock = 80

// block indents lines and colours those of a difference.
func (v *testView) block(text string) string {
	var s strings.Builder
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		if line == "" && len(lines) == 1 {
			break
		}
		if i == maxBlock {
			fmt.Fprintf(&s, "        … %d more lines\n", len(lines)-i)
			break
		}
		color := ""
		switch {
		case strings.HasPrefix(line, "---"), strings.HasPrefix(line, "+++"):
			color = bold
		case strings.HasPrefix(line, "@@"):
			color = cyan
		case strings.HasPrefix(line, "-"):
			color = red
		case strings.HasPrefix(line, "+"):
			color = green
		}
		if color != "" {
			line = v.paint.in(color, line)
		}
		s.WriteString(strings.TrimRight("        "+line, " ") + "\n")
	}
	return s.String()
}

func indented(s string) string { return strings.ReplaceAll(s, "\n", "\n      ") }

// summary tells how all of them ended.
func (v *testView) summary(books []*testedBook) {
	close(v.quit)
	v.mu.Lock()
	defer v.mu.Unlock()
	good, bad, broken, unrun := 0, 0, 0, 0
	for _, b := range books {
		switch {
		case b.problem != nil, b.kept != nil:
			broken++
		case b.failed():
			bad++
		default:
			good++
		}
		for _, c := range b.cells {
			if c.unrun && c.verdict == unchecked && c.marks.check {
				unrun++
			}
		}
	}
	parts := []string{fmt.Sprintf("%d of %d notebooks passed", good, len(books))}
	if bad > 0 {
		parts = append(parts, fmt.Sprintf("%d not", bad))
	}
	if broken > 0 {
		parts = append(parts, fmt.Sprintf("%d could not be tested", broken))
	}
	color := green
	if good < len(books) {
		color = red
	}
	v.print(v.paint.in(color, strings.Join(parts, ", ")) + "\n")
	if unrun > 0 {
		v.print(fmt.Sprintf("%d cells have no saved run to compare with; --update keeps this one\n", unrun))
	}
}
