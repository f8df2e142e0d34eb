package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"gopets/kernelext/internal/terminal"
	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// A view prints a run as lines; in a terminal with a bar below, else with a line for a cell that
// takes long.
type view struct {
	mu      sync.Mutex
	out     io.Writer
	live    *os.File // a terminal that can redraw a line, nil elsewhere
	begun   time.Time
	place   runner.Place
	started time.Time // of the running cell; zero between cells
	partial []byte    // a line of output that is not complete
	latest  string    // the last display, in one line; "" if text came after it
	printed time.Time // when something was last written about the cell
	bar     bool      // is the terminal's last line
	drawn   time.Time // when it was drawn last
	// displays that may change, printed at the cell's end
	changes []display
	ticks   *time.Ticker
	quit    chan struct{}
}

type display struct{ id, text string }

const indent = "        "

// quiet is how long a cell prints nothing before a log says that it runs.
const quiet = 20 * time.Second

const tick = 250 * time.Millisecond

func newView(w io.Writer) *view {
	v := &view{out: w, begun: time.Now(), quit: make(chan struct{})}
	if f, ok := w.(*os.File); ok && terminal.CanRedraw(f) {
		v.live = f
	}
	v.ticks = time.NewTicker(tick)
	go func() {
		for {
			select {
			case <-v.ticks.C:
				v.tick()
			case <-v.quit:
				return
			}
		}
	}()
	return v
}

// Write prints whole lines above the bar.
func (v *view) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.print(string(p))
	return len(p), nil
}

func (v *view) print(s string) {
	v.erase()
	fmt.Fprint(v.out, s)
	v.printed = time.Now()
	if time.Since(v.drawn) > tick/2 { // with many lines the bar waits for the next tick
		v.draw()
	}
}

func (v *view) erase() {
	if v.bar {
		fmt.Fprint(v.out, terminal.EraseLine)
		v.bar = false
	}
}

func (v *view) now() string {
	if v.latest != "" {
		return v.latest
	}
	return lastLine(string(v.partial))
}

func (v *view) draw() {
	if v.live == nil || v.started.IsZero() {
		return
	}
	width := terminal.Width(v.live)
	const cells = 20
	done := cells * (v.place.Number - 1) / max(1, v.place.Of)
	line := fmt.Sprintf("%s%s %d/%d %s %v", strings.Repeat("█", done),
		strings.Repeat("░", cells-done), v.place.Number, v.place.Of,
		clip(title(v.place), width/3), time.Since(v.started).Round(time.Second))
	if now := v.now(); now != "" {
		line += " · " + now
	}
	v.bar, v.drawn = true, time.Now()
	fmt.Fprint(v.out, terminal.EraseLine+clip(line, width-1))
}

func (v *view) tick() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.started.IsZero() {
		return
	}
	if v.live != nil {
		v.draw()
	} else if time.Since(v.printed) > quiet {
		line := fmt.Sprintf("%s… %v", indent, time.Since(v.started).Round(time.Second))
		if now := v.now(); now != "" {
			line += ": " + now
		}
		v.print(clip(line, 160) + "\n")
	}
}

func (v *view) event(e runner.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := e.(type) {
	case runner.KernelReady:
		v.print(fmt.Sprintf("kernel: %s, ready after %v\n", e.Kernel.Spec.DisplayName,
			time.Since(v.begun).Round(100*time.Millisecond)))
	case runner.Resumed:
		v.print(resumed(e))
	case runner.CellStart:
		v.place, v.started, v.latest = e.Place, time.Now(), ""
		v.print(fmt.Sprintf("%s %s\n", number(e.Place), title(e.Place)))
	case runner.Shown:
		v.shown(e)
	case runner.Cleared:
		v.latest, v.changes, v.partial = "", nil, v.partial[:0]
	case runner.CellEnd:
		if e.Status == runner.Kept {
			v.print(fmt.Sprintf("%s %s · kept\n", number(e.Place), title(e.Place)))
			return
		}
		v.flush()
		for _, d := range v.changes {
			if d.text != "" {
				v.lines(d.text)
			}
		}
		v.changes = nil
		v.started = time.Time{}
		if took := e.Elapsed.Round(100 * time.Millisecond); e.Status != runner.OK ||
			took >= time.Second {
			v.print(fmt.Sprintf("%s%s, %v\n", indent, e.Status, took))
		}
	case runner.CellRetry:
		v.flush()
		v.changes = nil
		why, _, _ := strings.Cut(e.Err.Error(), "\n")
		v.print(fmt.Sprintf("%stry %d failed: %s\n", indent, e.Try, why))
	case runner.Warning:
		v.print(fmt.Sprintf("nb: %v\n", e.Err))
	}
}

func resumed(e runner.Resumed) string {
	switch {
	case e.Kept+e.Again == 0:
		return "resume: nothing of the earlier run can be kept; all cells run\n"
	case e.Again == 0:
		return fmt.Sprintf("resume: %d cells had finished and are kept\n", e.Kept)
	}
	return fmt.Sprintf(
		"resume: %d cells had finished; %d run again, as their kernel's memory is lost, "+
			"and %d are kept (tags %s, %s)\n",
		e.Kept+e.Again, e.Again, e.Kept, runner.KeepTag, runner.RerunTag)
}

// maxPartial bounds an unfinished line: a bar may redraw it a hundred thousand times.
const maxPartial = 1 << 16

func (v *view) stream(text string) {
	if cut := strings.LastIndexByte(text, '\n'); cut >= 0 {
		v.lines(string(v.partial) + text[:cut])
		v.partial, text = v.partial[:0], text[cut+1:]
	}
	if len(v.partial)+len(text) > maxPartial {
		if last := strings.LastIndexByte(text, '\r'); last >= 0 {
			v.partial, text = v.partial[:0], text[last:]
		}
		text = text[:min(len(text), maxPartial-len(v.partial))]
	}
	v.partial = append(v.partial, text...)
}

func (v *view) shown(e runner.Shown) {
	o := e.Output
	switch o.Type {
	case notebook.StreamOutput:
		v.latest = ""
		v.stream(o.Text)
	case notebook.ErrorOutput:
		// Printed at the end of the run.
	default:
		text := outputText(o)
		v.latest = lastLine(text)
		if e.DisplayID != "" {
			v.change(e.DisplayID, text)
		} else if text != "" {
			v.flush()
			v.lines(text)
		}
	}
}

func (v *view) change(id, text string) {
	for i := range v.changes {
		if v.changes[i].id == id {
			v.changes[i].text = text
			return
		}
	}
	v.changes = append(v.changes, display{id, text})
}

func (v *view) flush() {
	if len(v.partial) > 0 {
		v.lines(string(v.partial))
		v.partial = v.partial[:0]
	}
}

// Bounds of one printed output; the notebook holds it all.
const (
	maxLines = 60
	maxLine  = 500
)

func (v *view) lines(text string) {
	var b strings.Builder
	all := strings.Split(strings.TrimRight(terminal.Text(text), "\n"), "\n")
	for i, line := range all {
		if i == maxLines {
			fmt.Fprintf(&b, "%s… %d more lines, in the notebook\n", indent, len(all)-i)
			break
		}
		b.WriteString(strings.TrimRight(indent+clip(line, maxLine), " ") + "\n")
	}
	v.print(b.String())
}

func (v *view) close() {
	close(v.quit)
	v.ticks.Stop()
}

func (v *view) finish(report *runner.Report, err error) {
	v.close()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.started = time.Time{}
	v.erase()
	for _, c := range report.Cells {
		if c.Err != nil {
			v.print(failure(c))
		}
	}
	if err != nil && (len(report.Cells) == 0 || !reported(report, err)) {
		v.print(fmt.Sprintf("\n%v\n", err))
	}
	ok, kept := report.Count(runner.OK), report.Count(runner.Kept)
	if kept > 0 && ok == 0 && err == nil {
		v.print("nothing to run: all cells had finished\n")
		return
	}
	if report.Exit != nil {
		v.print(fmt.Sprintf(
			"%v ended the notebook by sys.exit(0); later cells, not run: %d\n", report.Exit,
			report.Count(runner.NotRun)))
	}
	line := fmt.Sprintf("%d of %d cells succeeded in %v", ok,
		len(report.Cells)-report.Count(runner.Skipped)-kept,
		report.Elapsed.Round(100*time.Millisecond))
	if kept > 0 {
		line += fmt.Sprintf(", %d were kept", kept)
	}
	v.print(line + "\n")
}

func reported(report *runner.Report, err error) bool {
	for _, c := range report.Cells {
		if c.Err == err {
			return true
		}
	}
	return false
}

func failure(c runner.CellReport) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%v\n\n", c.Err)
	source := strings.Split(strings.TrimRight(c.Cell.Source(), "\n"), "\n")
	for i, line := range source {
		if i == 30 {
			fmt.Fprintf(&b, "    %3s │ … %d more lines\n", "", len(source)-i)
			break
		}
		fmt.Fprintf(&b, "    %3d │ %s\n", i+1, line)
	}
	b.WriteByte('\n')
	if text := errorText(c); text != "" {
		for line := range strings.Lines(text) {
			b.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// errorText returns the kernel's error; what the cell wrote to stderr is already printed.
func errorText(c runner.CellReport) string {
	var parts []string
	for _, o := range c.Cell.Outputs() {
		switch {
		case o.Type == notebook.ErrorOutput && len(o.Traceback) > 0:
			parts = append(parts, strings.Join(o.Traceback, "\n"))
		case o.Type == notebook.ErrorOutput:
			parts = append(parts, strings.TrimSpace(o.EName+": "+o.EValue))
		}
	}
	return plain(strings.Join(parts, "\n"))
}

func number(p runner.Place) string {
	return fmt.Sprintf("[%*d/%d]", len(fmt.Sprint(p.Of)), p.Number, p.Of)
}

// title returns a cell's id, unless a machine made it, and its first line of code.
func title(p runner.Place) string {
	first := ""
	for line := range strings.Lines(p.Cell.Source()) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "%") && !strings.HasPrefix(line, "//") &&
			!strings.HasPrefix(line, "#") {
			first = line
			break
		}
	}
	if id := p.Cell.ID(); id != "" && !machineID(id) {
		return clip(id+": "+first, 70)
	}
	return clip(first, 70)
}

// machineID reports whether an id is like 3f2a9c01 or a UUID.
func machineID(id string) bool {
	return len(id) >= 8 && strings.Trim(strings.ToLower(id), "0123456789abcdef-") == ""
}
