package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"gopets/kernelext/internal/terminal"
	"gopets/kernelext/runner"
)

// testView prints each notebook's report at its end; meanwhile a line that changes in a terminal,
// else one now and then.
type testView struct {
	mu      sync.Mutex
	out     io.Writer
	paint   terminal.Paint
	verbose bool
	live    bool
	of      int
	done    int
	running []*runningBook
	printed time.Time
	quit    chan struct{}
}

type runningBook struct {
	book  *testedBook
	place runner.Place
	begun time.Time
}

func newTestView(f *os.File, p terminal.Paint, verbose bool, of int) *testView {
	v := &testView{out: f, paint: p, verbose: verbose, live: terminal.CanRedraw(f), of: of,
		printed: time.Now(), quit: make(chan struct{})}
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
		fmt.Fprint(v.out, terminal.EraseLine+clip(v.progress(), terminal.Width(os.Stdout)-1))
	case time.Since(v.printed) > time.Minute:
		v.print("… " + v.progress() + "\n")
	}
}

func (v *testView) progress() string {
	var all []string
	for _, r := range v.running {
		all = append(all, fmt.Sprintf("%s: cell %d of %d, %v", r.book.path, r.place.Number,
			r.place.Of, time.Since(r.begun).Round(time.Second)))
	}
	return fmt.Sprintf("%d/%d  %s", v.done, v.of, strings.Join(all, " · "))
}

func (v *testView) print(s string) {
	if v.live {
		fmt.Fprint(v.out, terminal.EraseLine)
	}
	fmt.Fprint(v.out, s)
	v.printed = time.Now()
}

func (v *testView) finished(b *testedBook) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done++
	v.running = slices.DeleteFunc(v.running, func(r *runningBook) bool { return r.book == b })
	v.print(v.report(b))
}

func (v *testView) report(b *testedBook) string {
	var s strings.Builder
	mark := v.paint.In(terminal.Green, "ok    ")
	switch {
	case b.problem != nil || b.kept != nil:
		mark = v.paint.In(terminal.Red, "ERROR ")
	case b.bad():
		mark = v.paint.In(terminal.Red, "FAILED")
	}
	fmt.Fprintf(&s, "%s %s", mark, v.paint.In(terminal.Bold, plain(b.path)))
	if b.problem != nil {
		fmt.Fprintf(&s, "\n    %s\n", indented(plain(b.problem.Error())))
		return s.String()
	}
	fmt.Fprintf(&s, "  %s in %v\n", b.counts(), b.report.Elapsed.Round(100*time.Millisecond))
	for _, c := range b.cells {
		switch {
		case c.result.bad():
			v.showCell(&s, c)
		case c.result == accepted || v.verbose:
			fmt.Fprintf(&s, "    %s: %s%s\n", c.name(), c.result, c.why())
		}
		if v.verbose {
			for _, m := range c.masked {
				fmt.Fprintf(&s, "      masked in %s (%s): %s, it was %s\n", m.Place, m.Rule,
					clip(plain(m.Got), 80), clip(plain(m.Want), 80))
			}
		}
	}
	if text := b.masks(); text != "" && !v.verbose {
		fmt.Fprintf(&s, "    masked: %s; -v lists them\n", text)
	}
	for i, why := range b.failed {
		fmt.Fprintf(&s, "    try %d of %d failed: %s\n", i+1, b.flags.retries+1,
			indented(clip(plain(why), 200)))
	}
	for _, warning := range b.warnings {
		fmt.Fprintf(&s, "    warning: %s\n", plain(warning))
	}
	if b.kept != nil {
		fmt.Fprintf(&s, "    %s\n", indented(b.kept.Error()))
	}
	return s.String()
}

func (c *testedCell) why() string {
	switch {
	case c.result == unchecked && c.unrun:
		return " (it has no saved run)"
	case c.result == unchecked:
		return " (by its mark, or --lax)"
	}
	return fmt.Sprintf(", %v", c.elapsed.Round(10*time.Millisecond))
}

func (b *testedBook) masks() string {
	count := map[string]int{}
	for _, c := range b.cells {
		for _, m := range c.masked {
			count[m.Rule]++
		}
	}
	var parts []string
	for _, rule := range slices.Sorted(maps.Keys(count)) {
		parts = append(parts, fmt.Sprintf("%s %d", rule, count[rule]))
	}
	return strings.Join(parts, ", ")
}

func (b *testedBook) counts() string {
	var parts []string
	for _, v := range testResults {
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

func (v *testView) showCell(s *strings.Builder, c *testedCell) {
	if c.result == notReached {
		fmt.Fprintf(s, "    %s: not run\n", c.name())
		return
	}
	fmt.Fprintf(s, "    %s\n", v.paint.In(terminal.Bold, c.name()+": "+string(c.result)))
	source := strings.Split(strings.TrimRight(plain(c.cell.Source()), "\n"), "\n")
	for i, line := range source {
		if i == 12 && len(source) > 14 {
			fmt.Fprintf(s, "      %s\n", v.paint.In(terminal.Faint, fmt.Sprintf("│ … %d more lines",
				len(source)-i)))
			break
		}
		fmt.Fprintf(s, "      %s\n", v.paint.In(terminal.Faint, strings.TrimRight("│ "+clip(line,
			120), " ")))
	}
	if c.err != nil {
		fmt.Fprintf(s, "      %s\n", v.paint.In(terminal.Red, clip(plain(c.reason()), 200)))
		if text := errorText(runner.CellReport{Place: runner.Place{Cell: c.cell}}); text != "" {
			s.WriteString(v.block(text))
		}
	}
	for _, d := range c.differences {
		fmt.Fprintf(s, "      %s\n", v.paint.In(terminal.Red, plain(d.String())))
		s.WriteString(v.block(plain(d.Unified())))
	}
}

// maxBlock bounds the lines of a difference or traceback; a JUnit report has all.
const maxBlock = 80

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
		color := terminal.Color("")
		switch {
		case strings.HasPrefix(line, "---"), strings.HasPrefix(line, "+++"):
			color = terminal.Bold
		case strings.HasPrefix(line, "@@"):
			color = terminal.Cyan
		case strings.HasPrefix(line, "-"):
			color = terminal.Red
		case strings.HasPrefix(line, "+"):
			color = terminal.Green
		}
		if color != "" {
			line = v.paint.In(color, line)
		}
		s.WriteString(strings.TrimRight("        "+line, " ") + "\n")
	}
	return s.String()
}

func indented(s string) string { return strings.ReplaceAll(s, "\n", "\n      ") }

func (v *testView) summary(books []*testedBook) {
	close(v.quit)
	v.mu.Lock()
	defer v.mu.Unlock()
	good, bad, broken, unrun := 0, 0, 0, 0
	for _, b := range books {
		switch {
		case b.problem != nil, b.kept != nil:
			broken++
		case b.bad():
			bad++
		default:
			good++
		}
		for _, c := range b.cells {
			if c.unrun && c.result == unchecked && c.marks.check {
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
	color := terminal.Green
	if good < len(books) {
		color = terminal.Red
	}
	v.print(v.paint.In(color, strings.Join(parts, ", ")) + "\n")
	if unrun > 0 {
		v.print(fmt.Sprintf("%d cells have no saved run to compare with; --update keeps this one\n",
			unrun))
	}
}
