package compare

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Rules decide what is not a difference. The zero value accepts what the package comment lists.
type Rules struct {
	// replacements on both sides, in this order, a user's before Builtin's
	Sanitize []Rule

	// A number may be off by Absolute, or by Relative of the saved number, whichever is more. With
	// either, white space before numbers does not count: columns move when a number gets longer.
	Absolute, Relative float64

	// pixels are equal if red, green, blue and alpha (0…255) are off by no more than this
	Channel int
	Pixels  float64 // the fraction of an image's pixels that may differ by more

	// not compared: stdout, stderr, error, MIME types, and patterns such as image/*
	Ignore []string
}

func (r Rules) ignores(name string) bool {
	if name == "application/vnd.jupyter.widget-view+json" {
		return true
	}
	return slices.ContainsFunc(r.Ignore, func(pattern string) bool {
		match, err := path.Match(pattern, name)
		return err == nil && match
	})
}

func (r Rules) Check() error {
	for _, pattern := range r.Ignore {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("the pattern %q of what to ignore: %w", pattern, err)
		}
	}
	switch {
	case !(r.Absolute >= 0) || !(r.Relative >= 0):
		return fmt.Errorf("the tolerances of numbers are %g and %g; want 0 or more", r.Absolute,
			r.Relative)
	case r.Channel < 0 || r.Channel > 255:
		return fmt.Errorf("the tolerance of a pixel is %d; want 0 to 255", r.Channel)
	case !(r.Pixels >= 0 && r.Pixels <= 1):
		return fmt.Errorf("the fraction of pixels is %g; want 0 to 1", r.Pixels)
	}
	return nil
}

// A Rule replaces what differs from run to run.
type Rule struct {
	Name   string // "addresses", or a user's file and line
	early  bool   // applied to the text as sent by the kernel, not to its normal form
	stderr bool   // applied to standard error only
	// apply passes each match to found
	apply func(s string, found func(string)) (string, error)
}

// Apply replaces the rule's matches. It returns an error if a user's pattern takes too long.
func (r Rule) Apply(s string) (string, error) { return r.apply(s, func(string) {}) }

type match struct{ rule, text string }

func (r Rules) sanitize(place, s string, early bool, matches *[]match) (string, error) {
	for _, rule := range r.Sanitize {
		if rule.early != early || rule.stderr && place != "stderr" {
			continue
		}
		var err error
		s, err = rule.apply(s, func(text string) {
			*matches = append(*matches,
				match{rule.Name, text})
		})
		if err != nil {
			return s, err
		}
	}
	return s, nil
}

// sanitizeUnequal applies the built-in rules to lines that differ, on both sides. They look at one
// line at a time, so equal lines stay equal.
func (r Rules) sanitizeUnequal(place string, want, got form) (form, form, error) {
	want.lines, got.lines = slices.Clone(want.lines), slices.Clone(got.lines)
	head, tail := 0, 0
	a, b := want.lines, got.lines
	if n := min(len(a), len(b)); len(a) != len(b) {
		for head < n && a[head] == b[head] {
			head++
		}
		for tail < n-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
			tail++
		}
	}
	for i := head; i < max(len(a), len(b))-tail; i++ {
		if len(a) == len(b) && a[i] == b[i] {
			continue
		}
		for _, f := range []*form{&want, &got} {
			if i >= len(f.lines)-tail {
				continue
			}
			var err error
			if f.lines[i], err = r.sanitize(place, f.lines[i], false, &f.matches); err != nil {
				return want, got, err
			}
		}
	}
	return want, got, nil
}

// A builtinRule runs only on lines with one of its characters or words, as regular expressions are
// slow.
type builtinRule struct {
	name, replacement string
	standard          bool // cannot hide a result
	stderr            bool
	hints             []string
	pattern           *regexp.Regexp
}

const tempDir = `(?:/private)?(?:/tmp|/var/tmp|/var/folders/[\w+]+/[\w+]+/T)(?:/nb-\d+)?`

// builtin are the rules in order: times before durations, UUIDs before anything with digits.
var builtin = []builtinRule{
	// Python's <T at 0x…>, Go's (*T)(0xc000012345) and &{1 0xc000012345}; a number alone may be a
	// result
	{"addresses", "${1}${2}${3}‹address›", true, false, []string{"0x"}, regexp.MustCompile(
		`(<[^<>]*\bat |‹address›[^<>]*: [\w.]+ (?:object )?at )0x[0-9A-Fa-f]{6,16}\b` +
			`|(?:(\(\*[\w./*\[\]]+\)\()|([{\[(][^{}\[\]()]*?))` + goHeap)},
	// random names of kernels and temporary files
	{"temporary", "${1}‹temporary›${2}", true, false, []string{"gonb_", "ipykernel_", "tmp", "/T"},
		regexp.MustCompile(
			`(^|[^\w./-])` + tempDir +
				`(?:/(?:tmp[a-z0-9_]{8}|gonb_[0-9a-f]{8}|ipykernel_\d+|go-build\d+)\b|/([A-Za-z][A-Za-z_-]*)\d{8,10}\b|\b)` +
				`|\bgonb_[0-9a-f]{8}\b|\bipykernel_\d+\b`)},
	// what progress bars, IPython and Keras say about time; counts are compared
	{"timings", "${1}${2}‹timing›", true, false, []string{":", "/s", "loop", "m="},
		regexp.MustCompile(
			`(\[(?:\d+/\d+ )?)(?:\d+:)?\d+:\d\d<(?:(?:\d+:)?\d+:\d\d|\?)(?:, +(?:[\d.]+|\?) ?[A-Za-z]*/[A-Za-z]+)?` +
				`|^((?:CPU times|Wall time): ).*$` +
				`|[\d.,]+ ?[nµμum]?s ± [\d.,]+ ?[nµμum]?s per loop \(mean ± std\. dev\. of \d+ runs?, [\d,]+ loops? each\)` +
				`|\b\d{4}-\d\d-\d\d \d\d:\d\d:[\d.]+ [-+]\d{4} \w+ m=[-+][\d.]+` + // Go's time.Now
				`|\b(?:\d+s )?\d+(?:ms|[uµμ]s|s)/(?:step|sample|epoch)\b`)},
	// beginnings of lines of logs and warnings
	{"logs", "‹log›${1}", true, true, []string{":"}, regexp.MustCompile(
		`^\d{4}[-/]\d\d[-/]\d\d \d\d:\d\d:\d\d(?:[.,]\d+)?\b|^[IWEF]\d{4} \d\d:\d\d:[\d.]+ +\d+ ` +
			`|^(?:[A-Za-z]:)?[/\\].*[/\\]([^/\\]+\.py:\d+: \w*Warning: )`)},

	// Go's heap, what Linux maps; others have 10 to 12 digits and aligned
	{"pointers", "‹address›", false, false, []string{"0x"}, regexp.MustCompile(
		goHeap +
			`|\b0x(?:7[ef][0-9a-f]{10}|5[56][0-9a-f]{10}|[1-9a-f][0-9a-f]{8,9}[08]|[1-7][0-9a-f]{10}[08])\b`)},
	{"uuids", "‹uuid›", false, false, []string{"-"},
		regexp.MustCompile(`\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b`)},
	{"times", "${1}‹time›", false, false, []string{":", "datetime.datetime("},
		regexp.MustCompile(`` +
			`\bdatetime\.datetime\(\d[^()]*(?:\([^()]*\))?[^()]*\)` + // Python's own form
			// date, HTTP, mail
			`|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +(?:\d{1,2}[ -])?[A-Z][a-z]{2}[ -]+[\d ]+ ` +
			clock + `(?: [A-Z]{3,4}| [-+]\d{4})?(?: \d{4})?` +
			// ISO 8601, Go; not a compiler's :12:17
			`|(^|[^:\w])(?:\d{4}[-/]\d{2}[-/]\d{2}[T _])?` + clock +
			`(?:(?: ?[-+]\d{2}:?\d{2})?(?: [A-Z]{3,4}\b)?)(?: m=[-+]\d+\.\d+)?`)},
	{"durations", "‹duration›", false, false, []string{"s", "h", "min"}, regexp.MustCompile(`` +
		`\b(?:\d+h)?\d+m\d+(?:\.\d+)?s\b|\b\d+h\d+m\b` + // Go: 1h2m3.5s
		// tqdm, Keras
		`|\b` + decimal +
		` ?(?:it|iters?|steps?|batch(?:es)?|samples?|ex|rows?|[kKMG]?i?B)/s\b|\b` + decimal +
		` ?s/(?:it|step|batch|epoch)\b` +
		`|\b` + decimal + ` ?(?:ns|[µμu]s|ms|s|secs?|seconds?|mins?|minutes?|hrs?|hours?|h)\b`)},
	{"paths", "${1}‹dir›/", false, false, []string{"/", `\`},
		regexp.MustCompile(`((?:^|[\s"'` + "`" +
			`(=\[,<>|:])(?:file://)?)(?:~|‹temporary›[\w-]*|\b[A-Za-z]:)?` +
			`(?:[/\\][^/\\\s"'<>|:*?]+)+[/\\]`)},
}

const (
	goHeap  = `\b0x(?:c0[0-9][0-9a-f]{7}|140[0-9a-f]{8})\b` // on Linux, on a Mac
	clock   = `\d{1,2}:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?:Z\b|\b)`
	decimal = `\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?`
)

// BuiltinNames returns the names that Builtin accepts, the standard ones first.
func BuiltinNames() []string {
	var names []string
	for _, b := range builtin {
		names = append(names, b.name)
	}
	return names
}

// Builtin returns the rules of some names; without a name the standard ones, which never replace a
// result; "all" is every rule.
func Builtin(names ...string) ([]Rule, error) {
	for _, name := range names {
		if name != "all" && !slices.Contains(BuiltinNames(), name) {
			return nil, fmt.Errorf("no built-in rule %q: there are %s", name,
				strings.Join(BuiltinNames(), ", "))
		}
	}
	var rules []Rule
	for _, b := range builtin {
		if len(names) == 0 && b.standard || slices.Contains(names, b.name) ||
			slices.Contains(names, "all") {
			rules = append(rules, Rule{Name: b.name, stderr: b.stderr, apply: b.apply})
		}
	}
	return rules, nil
}

func (b builtinRule) apply(s string, found func(string)) (string, error) {
	var out strings.Builder
	for line := range strings.Lines(s) {
		text := strings.TrimSuffix(line, "\n")
		out.WriteString(b.applyToLine(text, found))
		out.WriteString(line[len(text):])
	}
	return out.String(), nil
}

// maxRounds bounds how often a rule is applied to a line: a round finds one address in a pair of
// braces.
const maxRounds = 20

func (b builtinRule) applyToLine(s string, found func(string)) string {
	if !slices.ContainsFunc(b.hints, func(hint string) bool { return strings.Contains(s, hint) }) {
		return s
	}
	for range maxRounds {
		matches := b.pattern.FindAllStringSubmatchIndex(s, -1)
		if len(matches) == 0 {
			return s
		}
		var out []byte
		from := 0
		for _, at := range matches {
			context := 0 // what the pattern needs before a match, and keeps
			for group := 2; group < len(at); group += 2 {
				if at[group] == at[0] {
					context = max(context, at[group+1]-at[group])
				}
			}
			found(strings.TrimSpace(s[at[0]+context : at[1]]))
			out = append(out, s[from:at[0]]...)
			out = b.pattern.ExpandString(out, b.replacement, s, at)
			from = at[1]
		}
		if s = string(append(out, s[from:]...)); b.name != "addresses" {
			return s
		}
	}
	return s
}
