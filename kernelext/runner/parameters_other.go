package runner

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A language describes how a language whose types are unknown here writes a value. In patterns %
// stands for a name and a value, or the items of a list or map.
type language struct {
	comment         string
	assign          string
	null, yes, no   string // "" where there is no such value
	list, item      string
	dict, pair      string
	quote, escapes  string // around a string, and what needs a backslash in it
	declaration     string // a pattern of what precedes a name
	floatsNeedPoint bool
}

var otherLanguages = map[string]language{
	"r": {"#", "% = %", "NULL", "TRUE", "FALSE", "list(%)", ", ", "list(%)", "% = %", `"`,
		"\\\"", "", false},
	"julia": {"#", "% = %", "nothing", "true", "false", "[%]", ", ", "Dict(%)", "% => %", `"`,
		"\\\"$", "(?:const +)?", true},
	"scala": {"//", "val % = %", "None", "true", "false", "Seq(%)", ", ", "Map(%)", "% -> %",
		`"`, "\\\"", "(?:val|var) +", true},
	"javascript": {"//", "var % = %;", "null", "true", "false", "[%]", ", ", "{%}", "%: %", `"`,
		"\\\"", "(?:(?:var|let|const) +)?", false},
	"ruby": {"#", "% = %", "nil", "true", "false", "[%]", ", ", "{%}", "% => %", `"`, "\\\"#",
		"", true},
	"bash": {"#", "%=%", "", "true", "false", "(%)", " ", "", "", `"`, "\\\"$`",
		"(?:export +)?", false},
	"octave": {"%", "% = %;", "[]", "true", "false", "{%}", ", ", "struct(%)", "%, %", `"`,
		"\\\"", "", false},
	"c#": {"//", "var % = %;", "", "true", "false", "new object[] { % }", ", ",
		"new Dictionary<string, object> { % }", "{ %, % }", `"`, "\\\"", "(?:var|\\w+) +", true},
	"f#": {"//", "let % = %", "", "true", "false", "[ % ]", "; ", "Map.ofList [ % ]", "(%, %)", `"`,
		"\\\"", "let +", true},
	"powershell": {"#", "$% = %", "$null", "$true", "$false", "@(%)", ", ", "@{ % }", "% = %", `"`,
		"", "\\$", false},
	"rust": {"//", "let % = %;", "", "true", "false", "vec![%]", ", ", "", "", `"`, "\\\"",
		"let +(?:mut +)?", true},
}

func otherLanguage(name string) (language, error) {
	key := strings.ToLower(name)
	switch key {
	case "typescript":
		key = "javascript"
	case "matlab":
		key = "octave"
	case "pwsh":
		key = "powershell"
	}
	l, ok := otherLanguages[key]
	if !ok {
		known := append(slices.Sorted(maps.Keys(otherLanguages)), "go", "python")
		slices.Sort(known)
		return l, fmt.Errorf("parameters of a notebook in %q cannot be set: known are %s", name,
			strings.Join(known, ", "))
	}
	return l, nil
}

func (l language) parameters(source string) (params []Parameter) {
	line := regexp.MustCompile(`(?m)^` + l.declaration +
		`([\p{L}_][\p{L}\p{N}_.]*)\s*(?::\s*[\w<>\[\], ]+?)?\s*(?:<-|=)\s*([^=\s].*?);?\s*$`)
	for _, m := range line.FindAllStringSubmatch(source, -1) {
		value, doc, _ := strings.Cut(m[2], " "+l.comment)
		params = append(params, Parameter{Name: m[1], Default: strings.TrimRight(value, "; "),
			Doc: strings.TrimSpace(doc)})
	}
	return params
}

func (l language) assignment(name string, s Setting) (string, error) {
	value, err := l.value(s.guess())
	return fill(l.assign, name, value), err
}

func (l language) value(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode {
		return l.collection(n)
	}
	text := ""
	switch n.Tag {
	case nullTag:
		if text = l.null; text == "" {
			return "", fmt.Errorf("null is not a value that can be given here")
		}
	case boolTag:
		yes, _ := truth(n)
		if text = l.no; yes {
			text = l.yes
		}
	case intTag:
		i, ok := wholeNumber(n.Value)
		if !ok {
			return "", fmt.Errorf("give a whole number, not %q", n.Value)
		}
		text = i.String()
	case floatTag:
		if !decimal.MatchString(n.Value) {
			return "", fmt.Errorf("give a number in decimal digits, not %q", n.Value)
		}
		if text = n.Value; l.floatsNeedPoint {
			text = floatText(0, text)
		}
	default:
		text = l.string(n.Value)
	}
	return text, nil
}

func (l language) string(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case l.escapes == "" && (r == '"' || r == '$' || r == '`'): // PowerShell
			b.WriteString("`" + string(r))
		case strings.ContainsRune(l.escapes, r):
			b.WriteString(`\` + string(r))
		case r == '\n' && l.escapes == "":
			b.WriteString("`n")
		case r == '\n' && l.comment == "#" && l.item == " ": // a shell's strings hold line breaks
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		default:
			b.WriteRune(r)
		}
	}
	return l.quote + b.String() + l.quote
}

func (l language) collection(n *yaml.Node) (string, error) {
	var items []string
	for _, item := range n.Content {
		if l.item == " " && item.Kind != yaml.ScalarNode {
			return "", fmt.Errorf("a list in a list is not a value that can be given here")
		}
		text, err := l.value(item)
		if err != nil {
			return "", err
		}
		items = append(items, text)
	}
	if n.Kind == yaml.SequenceNode {
		return fill(l.list, strings.Join(items, l.item)), nil
	}
	if l.dict == "" {
		return "", fmt.Errorf("a map is not a value that can be given here")
	}
	var pairs []string
	for i := 0; i+1 < len(items); i += 2 {
		key := l.string(n.Content[i].Value)
		pairs = append(pairs, fill(l.pair, key, items[i+1]))
	}
	return fill(l.dict, strings.Join(pairs, l.item)), nil
}

func fill(pattern string, texts ...string) string {
	parts := strings.Split(pattern, "%")
	var b strings.Builder
	for i, part := range parts {
		b.WriteString(part)
		if i < len(texts) {
			b.WriteString(texts[i])
		}
	}
	return b.String()
}
