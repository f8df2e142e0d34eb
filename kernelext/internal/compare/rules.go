package compare

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Rules say what counts as no difference. The zero value forgives nothing but what the package
// comment lists.
type Rules struct {
	// replacements on both sides, in this order; those of a user come before Builtin's in any case
	Sanitize []Rule

	// A number may be off by Absolute, or by Relative of the saved number's size, whichever is
	// more. With either, the white space before numbers does not count, for columns move when a
	// number gets longer.
	Absolute, Relative float64

	// a pixel whose red, green, blue and alpha (0…255) are off by no more than this counts as equal
	Channel int
	Pixels  float64 // the share (0…1) of a picture's pixels that may differ by more

	// what is not compared: stdout, stderr, error, MIME types, and patterns of these such as
	// image/*
	Ignore []string
}

// ignores reports whether a stream or a MIME type is not compared.
func (r Rules) ignores(name string) bool {
	if name == "application/vnd.jupyter.widget-view+json" {
		return true
	}
	return slices.ContainsFunc(r.Ignore, func(pattern string) bool {
		match, err := path.Match(pattern, name)
		return err == nil && match
	})
}

// Check says what is wrong with rules that a person typed.
func (r Rules) Check() error {
	for _, pattern := range r.Ignore {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("the pattern %q of what to ignore: %w", pattern, err)
		}
	}
	switch {
	case !(r.Absolute >= 0) || !(r.Relative >= 0):
		return fmt.Errorf("the tolerances of numbers are %g and %g; wanted 0 or more", r.Absolute, r.Relative)
	case r.Channel < 0 || r.Channel > 255:
		return fmt.Errorf("the tolerance of a pixel is %d; wanted 0 to 255", r.Channel)
	case !(r.Pixels >= 0 && r.Pixels <= 1):
		return fmt.Errorf("the share of pixels is %g; wanted 0 to 1", r.Pixels)
	}
	return nil
}

// A Rule replaces what differs from run to run.
type Rule struct {
	Name  string // "durations", or a user's file and line
	early bool   // works on the text as the kernel sent it, not on its normal form
	apply func(string) (string, error)
}

// Apply replaces all that the rule finds. It fails only if a user's pattern takes far too long.
func (r Rule) Apply(s string) (string, error) { return r.apply(s) }

// sanitize applies the user's rules, or the others.
func (r Rules) sanitize(s string, early bool) (string, error) {
	for _, rule := range r.Sanitize {
		if rule.early != early {
			continue
		}
		var err error
		if s, err = rule.apply(s); err != nil {
			return s, err
		}
	}
	return s, nil
}

// sanitizeUnequal applies the built-in rules to lines that differ, on both sides. These rules look
// at one line at a time, so equal lines stay equal, and much text costs nothing.
func (r Rules) sanitizeUnequal(want, got []string) (_, _ []string, err error) {
	want, got = slices.Clone(want), slices.Clone(got)
	head, tail := 0, 0
	if n := min(len(want), len(got)); len(want) != len(got) {
		for head < n && want[head] == got[head] {
			head++
		}
		for tail < n-head && want[len(want)-1-tail] == got[len(got)-1-tail] {
			tail++
		}
	}
	for i := head; i < max(len(want), len(got))-tail; i++ {
		if len(want) == len(got) && want[i] == got[i] {
			continue
		}
		for _, lines := range [][]string{want, got} {
			if i < len(lines)-tail {
				if lines[i], err = r.sanitize(lines[i], false); err != nil {
					return want, got, err
				}
			}
		}
	}
	return want, got, nil
}

// builtin has the rules of Builtin in the order in which they work: times before durations, UUIDs
// before anything with digits. Go's expressions are slow, so each works on those lines only that
// hold one of its characters or words.
var builtin = []struct {
	name, replacement string
	hints             []string
	pattern           *regexp.Regexp
}{
	{"addresses", "${1}‹address›", []string{"0x"}, regexp.MustCompile(`\b0x[0-9A-Fa-f]{9,16}\b|(\bat )0x[0-9A-Fa-f]+\b`)},
	{"uuids", "‹uuid›", []string{"-"}, regexp.MustCompile(`\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b`)},
	{"names", "‹name›", []string{"gonb_", "ipykernel_", "tmp"}, regexp.MustCompile(`\bgonb_[0-9a-f]{8}\b|\bipykernel_\d+\b|\btmp[a-z0-9_]{8}\b`)},
	{"times", "${1}‹time›", []string{":", "datetime.datetime("}, regexp.MustCompile(`` +
		`\bdatetime\.datetime\(\d[^()]*(?:\([^()]*\))?[^()]*\)` + // Python's own form
		// date, HTTP, mail
		`|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +(?:\d{1,2}[ -])?[A-Z][a-z]{2}[ -]+[\d ]+ ` + clock + `(?: [A-Z]{3,4}| [-+]\d{4})?(?: \d{4})?` +
		// ISO 8601, Go; not a compiler's :12:17
		`|(^|[^:\w])(?:\d{4}[-/]\d{2}[-/]\d{2}[T _])?` + clock + `(?:(?: ?[-+]\d{2}:?\d{2})?(?: [A-Z]{3,4}\b)?)(?: m=[-+]\d+\.\d+)?`)},
	{"durations", "‹duration›", []string{"s", "h", "min"}, regexp.MustCompile(`` +
		`\b(?:\d+h)?\d+m\d+(?:\.\d+)?s\b|\b\d+h\d+m\b` + // Go: 1h2m3.5s
		`|\b\d+ (?:runs?|loops?)(?:, [\d,]+ loops?)? each\b` + // IPython's %timeit
		// tqdm, Keras
		`|\b` + decimal + ` ?(?:it|iters?|steps?|batch(?:es)?|samples?|ex|rows?|[kKMG]?i?B)/s\b|\b` + decimal + ` ?s/(?:it|step|batch|epoch)\b` +
		`|\b` + decimal + ` ?(?:ns|[µμu]s|ms|s|secs?|seconds?|mins?|minutes?|hrs?|hours?|h)\b`)},
	{"paths", "${1}‹dir›/", []string{"/", `\`}, regexp.MustCompile(`((?:^|[\s"'` + "`" + `(=\[,<>|:])(?:file://)?)(?:~|\b[A-Za-z]:)?(?:` +
		// a temporary folder's name is random to its end
		`/(?:tmp|var/tmp|var/folders|private/var/folders)(?:/[^/\s"'<>|:*?,;)\]]+)*(?:/|\b)` +
		`|(?:[/\\][^/\\\s"'<>|:*?]+)+[/\\])`)},
}

const (
	clock   = `\d{1,2}:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?:Z\b|\b)`
	decimal = `\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?`
)

// BuiltinNames are the names that Builtin knows.
func BuiltinNames() []string {
	var names []string
	for _, b := range builtin {
		names = append(names, b.name)
	}
	return names
}

// Builtin returns the rules of some names, of none all: addresses (0xc000012345, "at 0x7f…"),
// uuids, names (that kernels and temporary files make up), times (with hours and minutes; a mere
// date is more often a value), durations (1.5s, 3 min, rates such as 12it/s) and paths (the
// directories of absolute paths; in temporary folders the names, too). A name that is not known is
// an error.
func Builtin(names ...string) ([]Rule, error) {
	if len(names) == 0 {
		names = BuiltinNames()
	}
	for _, name := range names {
		if !slices.Contains(BuiltinNames(), name) {
			return nil, fmt.Errorf("there is no built-in rule %q; there are %s", name, strings.Join(BuiltinNames(), ", "))
		}
	}
	var rules []Rule
	for _, b := range builtin {
		if slices.Contains(names, b.name) {
			rules = append(rules, Rule{Name: b.name, apply: func(s string) (string, error) {
				var out strings.Builder
				for line := range strings.Lines(s) {
					if slices.ContainsFunc(b.hints, func(hint string) bool { return strings.Contains(line, hint) }) {
						line = b.pattern.ReplaceAllString(line, b.replacement)
					}
					out.WriteString(line)
				}
				return out.String(), nil
			}})
		}
	}
	return rules, nil
}
