package compare

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// ruleTime bounds one pattern on one text, as backtracking can take for ever.
const ruleTime = 5 * time.Second

func ReadRules(file string) ([]Rule, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading sanitizing rules: %w", err)
	}
	return ParseRules(file, string(text))
}

// ParseRules reads rules in the form of nbval's sanitize files: pairs of lines "regex: " and
// "replace: "; other lines are empty, headings in brackets, or comments after # or ;. Patterns and
// replacements are Python's. They are applied to the text as sent by the kernel, HTML with its
// markup, without control sequences and with ‹image/png 1› for a data URI; JSON in its normal form.
// name is for errors.
func ParseRules(name, text string) ([]Rule, error) {
	var rules []Rule
	pattern, at := "", 0
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		fail := func(format string, args ...any) ([]Rule, error) {
			return nil, fmt.Errorf("%s, line %d: %s", name, i+1, fmt.Sprintf(format, args...))
		}
		regex, isRegex := field(line, "regex:")
		replace, isReplace := field(line, "replace:")
		switch {
		case isRegex && at > 0:
			return fail("want the \"replace:\" of line %d's \"regex:\"", at)
		case isRegex:
			pattern, at = regex, i+1
		case isReplace && at == 0:
			return fail("a \"replace:\" without a \"regex:\" in the line before")
		case isReplace:
			rule, err := newRule(fmt.Sprintf("%s, line %d", name, at), pattern, replace, ruleTime)
			if err != nil {
				return nil, err
			}
			rules = append(rules, rule)
			at = 0
		case at > 0:
			return fail("want the \"replace:\" of line %d's \"regex:\"", at)
		case strings.TrimSpace(line) == "", strings.ContainsRune("[#;",
			rune(strings.TrimSpace(line)[0])):
		default:
			return fail("%q is neither \"regex: PATTERN\" nor \"replace: TEXT\"", line)
		}
	}
	if at > 0 {
		return nil, fmt.Errorf("%s, line %d: a \"regex:\" without a \"replace:\" in the next line",
			name, at)
	}
	return rules, nil
}

func field(line, key string) (value string, ok bool) {
	value, ok = strings.CutPrefix(line, key)
	return strings.TrimPrefix(value, " "), ok
}

func newRule(name, pattern, replacement string, limit time.Duration) (Rule, error) {
	re, err := regexp2.Compile(goPattern(pattern))
	if err != nil {
		return Rule{}, fmt.Errorf("%s: %w", name, err)
	}
	re.MatchTimeout = limit
	replacement = goReplacement(replacement)
	return Rule{Name: name, early: true, apply: func(s string, _ func(string)) (string, error) {
		out, err := re.Replace(s, replacement, -1, -1)
		if err != nil {
			return s, fmt.Errorf("%s: the pattern %s: %w", name, pattern, err)
		}
		return out, nil
	}}, nil
}

var (
	pythonGroup  = regexp.MustCompile(`\\.|\(\?P<|\(\?P=(\w+)\)`)
	pythonInsert = regexp.MustCompile(`\\g<(\w+)>|\\(\d{1,2})|\\(.)|\$`)
)

// goPattern converts a Python pattern to regexp2's, which are .NET's.
func goPattern(s string) string {
	return pythonGroup.ReplaceAllStringFunc(s, func(m string) string {
		switch {
		case m == `(?P<`:
			return `(?<`
		case strings.HasPrefix(m, `(?P=`):
			return `\k<` + m[4:len(m)-1] + `>`
		case m == `\Z`:
			return `\z`
		}
		return m
	})
}

func goReplacement(s string) string {
	return pythonInsert.ReplaceAllStringFunc(s, func(m string) string {
		g := pythonInsert.FindStringSubmatch(m)
		switch {
		case m == "$":
			return "$$"
		case g[1] != "":
			return "${" + g[1] + "}"
		case g[2] != "":
			return "${" + g[2] + "}"
		case g[3] == "n":
			return "\n"
		case g[3] == "t":
			return "\t"
		case g[3] == `\`:
			return `\`
		}
		return m
	})
}
