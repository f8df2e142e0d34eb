package compare

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"gopets/kernelext/internal/terminal"
	"gopets/kernelext/notebook"
)

// A Difference is one difference between two runs of a cell.
type Difference struct {
	Place   string // "stdout", "display 2, text/html", "display 1, text/html, image/png 3"
	Message string // one line

	Want, Got string           // the normal forms of texts
	Image     *ImageDifference // of images that could be decoded
}

func (d Difference) String() string { return d.Place + ": " + d.Message }

// A Mask is a difference that a built-in rule replaced on both sides.
type Mask struct {
	Place, Rule string
	Want, Got   string
}

// Outputs compares a cell's saved outputs with new ones. The error is a rule that failed.
func Outputs(want, got []notebook.Output, r Rules) (differences []Difference, masked []Mask,
	err error) {
	c := comparison{rules: r}
	a, b := gather(want, r), gather(got, r)
	for _, name := range slices.Sorted(maps.Keys(a.streams)) {
		c.text(name, "text/plain", a.streams[name], b.streams[name])
	}
	for _, name := range slices.Sorted(maps.Keys(b.streams)) {
		if _, ok := a.streams[name]; !ok {
			c.text(name, "text/plain", "", b.streams[name])
		}
	}
	c.displays(a.shown, b.shown)
	return c.found, c.masked, c.err
}

type outputs struct {
	streams map[string]string
	shown   []notebook.Output // displays, results and errors
}

func gather(list []notebook.Output, r Rules) outputs {
	texts := map[string]*strings.Builder{}
	out := outputs{streams: map[string]string{}}
	for _, o := range list {
		switch {
		case o.Type == notebook.StreamOutput:
			if !r.ignores(o.Name) {
				if texts[o.Name] == nil {
					texts[o.Name] = &strings.Builder{}
				}
				texts[o.Name].WriteString(o.Text)
			}
		case o.Type == notebook.ErrorOutput:
			if !r.ignores("error") {
				out.shown = append(out.shown, o)
			}
		case len(mimes(o, r)) > 0:
			out.shown = append(out.shown, o)
		}
	}
	for name, b := range texts {
		out.streams[name] = b.String()
	}
	return out
}

func mimes(o notebook.Output, r Rules) []string {
	var names []string
	for mime := range o.Data {
		if !r.ignores(mime) {
			names = append(names, mime)
		}
	}
	slices.Sort(names)
	return names
}

type comparison struct {
	rules  Rules
	found  []Difference
	masked []Mask
	err    error
}

func (c *comparison) add(d Difference) { c.found = append(c.found, d) }

// displays pairs displays from the beginning. If one side has more, those between the common
// beginning and end are missing or new.
func (c *comparison) displays(want, got []notebook.Output) {
	head, tail := 0, 0
	if n := min(len(want), len(got)); len(want) != len(got) {
		for head < n && c.same(want[head], got[head]) {
			head++
		}
		for tail < n-head && c.same(want[len(want)-1-tail], got[len(got)-1-tail]) {
			tail++
		}
	}
	want, got = want[:len(want)-tail], got[:len(got)-tail]
	for i := head; i < max(len(want), len(got)); i++ {
		place := fmt.Sprintf("display %d", i+1)
		switch {
		case i >= len(got):
			c.add(Difference{Place: place, Message: "missing: " + c.describe(want[i]),
				Want: c.essence(want[i])})
		case i >= len(want):
			c.add(Difference{Place: place, Message: "new: " + c.describe(got[i]),
				Got: c.essence(got[i])})
		default:
			c.display(place, want[i], got[i])
		}
	}
}

func (c *comparison) same(want, got notebook.Output) bool {
	probe := comparison{rules: c.rules}
	probe.display("", want, got)
	return len(probe.found) == 0 && probe.err == nil
}

func (c *comparison) display(place string, want, got notebook.Output) {
	wantError, gotError := want.Type == notebook.ErrorOutput, got.Type == notebook.ErrorOutput
	switch {
	case wantError && gotError:
		c.text("error", "text/plain", errorText(want), errorText(got))
		return
	case wantError != gotError:
		c.add(Difference{Place: place, Message: c.describe(got) + ", it was " + c.describe(want),
			Want: c.essence(want), Got: c.essence(got)})
		return
	}
	a, b := mimes(want, c.rules), mimes(got, c.rules)
	for _, mime := range a {
		was, _ := want.Mime(mime)
		is, ok := got.Mime(mime)
		if !ok {
			c.add(Difference{Place: place + ", " + mime, Message: "missing; there is " + list(b)})
			continue
		}
		c.text(place+", "+mime, mime, was, is)
	}
	for _, mime := range b {
		if !slices.Contains(a, mime) {
			c.add(Difference{Place: place + ", " + mime, Message: "new; there was " + list(a)})
		}
	}
}

func errorText(o notebook.Output) string {
	return strings.TrimSuffix(terminal.Text(o.EName+": "+o.EValue), ": ")
}

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

func (c *comparison) describe(o notebook.Output) string {
	if o.Type == notebook.ErrorOutput {
		return "an error (" + clip(collapse(errorText(o)), 60) + ")"
	}
	return list(mimes(o, c.rules))
}

func (c *comparison) essence(o notebook.Output) string {
	text, mime := "", "text/plain"
	if o.Type == notebook.ErrorOutput {
		text = errorText(o)
	} else if plain, ok := o.Mime("text/plain"); ok {
		text = plain
	} else {
		for _, m := range mimes(o, c.rules) {
			if !binary(m) {
				text, _ = o.Mime(m)
				mime = m
			}
		}
	}
	f, err := c.rules.form("", mime, text)
	text = strings.Join(f.lines, "\n")
	if err == nil && !f.ruled {
		text, err = c.rules.sanitize("", text, false, new([]match))
	}
	if err != nil && c.err == nil {
		c.err = err
	}
	return text
}

func (c *comparison) text(place, mime, want, got string) {
	if want == got {
		return
	}
	a, err := c.rules.form(place, mime, want)
	b, err2 := c.rules.form(place, mime, got)
	if err == nil {
		err = err2
	}
	if err != nil {
		if c.err == nil {
			c.err = fmt.Errorf("%s: %w", place, err)
		}
		return
	}
	if err := c.lines(place, a, b); err != nil && c.err == nil {
		c.err = fmt.Errorf("%s: %w", place, err)
	}
	for i := range min(len(a.parts), len(b.parts)) {
		where := place
		if a.parts[i].mime != mime {
			where = fmt.Sprintf("%s, %s %d", place, a.parts[i].mime, i+1)
		}
		c.part(where, a.parts[i], b.parts[i])
	}
}

func (c *comparison) lines(place string, want, got form) error {
	if !want.ruled && !slices.Equal(want.lines, got.lines) {
		var err error
		if want, got, err = c.rules.sanitizeUnequal(place, want, got); err != nil {
			return err
		}
	}
	was := want.lines
	if is := c.rules.align(was, got.lines); !slices.Equal(was, is) {
		c.add(Difference{Place: place, Message: firstLine(was, is), Want: strings.Join(was, "\n"),
			Got: strings.Join(is, "\n")})
	}
	if len(want.matches) != len(got.matches) {
		return nil // they differ, and the difference shows it
	}
	for i, w := range want.matches {
		if g := got.matches[i]; w.rule == g.rule && w.text != g.text {
			c.masked = append(c.masked, Mask{place, w.rule, w.text, g.text})
		}
	}
	return nil
}

func (c *comparison) part(place string, want, got part) {
	if want.mime != got.mime || c.rules.ignores(want.mime) || bytes.Equal(want.data, got.data) {
		return
	}
	switch {
	case !binary(want.mime):
		c.text(place, want.mime, string(want.data), string(got.data))
	case strings.HasPrefix(want.mime, "image/"):
		p, err := c.rules.images(want.data, got.data)
		if err != nil {
			c.add(Difference{Place: place, Message: err.Error()})
		} else if p != nil {
			c.add(Difference{Place: place, Message: p.String(), Image: p})
		}
	default:
		c.add(Difference{Place: place, Message: fmt.Sprintf("%d bytes, they were %d others",
			len(got.data), len(want.data))})
	}
}

func firstLine(want, got []string) string {
	i := 0
	for i < min(len(want), len(got)) && want[i] == got[i] {
		i++
	}
	was, is := "", ""
	if i < len(want) {
		was = want[i]
	}
	if i < len(got) {
		is = got[i]
	}
	for was != "" && is != "" && was[0] == ' ' && is[0] == ' ' {
		was, is = was[1:], is[1:]
	}
	was, is = `"`+excerpt(was, is)+`"`, `"`+excerpt(is, was)+`"`
	switch {
	case len(got) == 1 && got[0] == "":
		return "nothing, it was " + was
	case len(want) == 1 && want[0] == "":
		return is + ", it was nothing"
	case i >= len(got):
		return fmt.Sprintf("line %d is missing, it was %s", i+1, was)
	case i >= len(want):
		return fmt.Sprintf("line %d is new: %s", i+1, is)
	}
	return fmt.Sprintf("line %d is %s, it was %s", i+1, is, was)
}

func excerpt(line, other string) string {
	const around = 30
	at := 0
	for at < min(len(line), len(other)) && line[at] == other[at] {
		at++
	}
	from := max(0, at-around)
	for from > 0 && !utf8.RuneStart(line[from]) {
		from--
	}
	if from < around {
		return clip(line, 2*around+from)
	}
	return "…" + clip(line[from:], 2*around)
}

func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
