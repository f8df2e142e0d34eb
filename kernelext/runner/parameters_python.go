package runner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	pythonAssignment = regexp.MustCompile(
		`(?s)^([\p{L}_][\p{L}\p{N}_]*)\s*(?::\s*([^=]+?))?\s*=\s*([^=\s].*)$`)
	pythonTypeComment = regexp.MustCompile(`^type:\s*(\S+)\s*`)
	pythonGeneric     = regexp.MustCompile(`^(?:typing\.)?(\w+)\s*\[(.*)\]$`)
)

func pythonParameters(source string) []Parameter {
	var params []Parameter
	above := "" // the comment in the line before
	for _, s := range pythonStatements(source) {
		m := pythonAssignment.FindStringSubmatch(s.code)
		if m == nil {
			above = ""
			if s.code == "" {
				above = s.comment
			}
			continue
		}
		p := Parameter{Name: m[1], Type: strings.Trim(strings.TrimSpace(m[2]), `"'`),
			Default: strings.TrimSpace(m[3]), Doc: s.comment, typed: m[2] != ""}
		if t := pythonTypeComment.FindStringSubmatch(p.Doc); t != nil {
			p.Doc = p.Doc[len(t[0]):]
			if p.Type == "" {
				p.Type = t[1]
			}
		}
		if p.Type == "" {
			p.Type = pythonType(p.Default)
		}
		if p.Doc == "" {
			p.Doc = above
		}
		above = ""
		params = append(params, p)
	}
	return params
}

type pythonStatement struct{ code, comment string }

func pythonStatements(source string) []pythonStatement {
	var all []pythonStatement
	depth, from, to, comment := 0, 0, -1, ""
	end := func(i int) {
		if to < 0 {
			to = i
		}
		all = append(all, pythonStatement{strings.TrimRight(source[from:to], " \t\r\n"), comment})
		from, to, comment = i+1, -1, ""
	}
	for i := 0; i < len(source); i++ {
		switch c := source[i]; c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '\\':
			i++
		case '"', '\'':
			i = pythonStringEnd(source, i)
		case '#':
			line := len(source)
			if n := strings.IndexByte(source[i:], '\n'); n >= 0 {
				line = i + n
			}
			if depth <= 0 {
				to, comment = i, strings.TrimSpace(source[i+1:line])
			}
			i = line - 1
		case '\n':
			if depth <= 0 {
				end(i)
			}
		case ';':
			if depth <= 0 {
				end(i)
				for from < len(source) && source[from] == ' ' {
					from++
				}
			}
		}
	}
	end(len(source))
	return all
}

func pythonStringEnd(source string, i int) int {
	mark := source[i : i+1]
	if strings.HasPrefix(source[i:], strings.Repeat(mark, 3)) {
		mark = strings.Repeat(mark, 3)
	}
	for i += len(mark); i < len(source); i++ {
		switch {
		case source[i] == '\\':
			i++
		case strings.HasPrefix(source[i:], mark):
			return i + len(mark) - 1
		case source[i] == '\n' && len(mark) == 1:
			return i - 1 // unclosed: only this line is wrong
		}
	}
	return len(source) - 1
}

// pythonNumber is the type of a default like n = 1, where 0.5 may be wanted.
const pythonNumber = "int | float"

func pythonType(value string) string {
	if _, err := strconv.ParseInt(strings.ReplaceAll(value, "_", ""), 0, 64); err == nil {
		return pythonNumber
	}
	if decimal.MatchString(strings.ReplaceAll(value, "_", "")) {
		return "float"
	}
	body := strings.TrimLeft(value, "rbfuRBFU")
	switch {
	case value == "True" || value == "False":
		return "bool"
	case strings.HasPrefix(value, "["):
		return "list"
	case strings.HasPrefix(value, "{"):
		return "dict"
	case strings.HasPrefix(value, "(") && strings.Contains(value, ","):
		return "tuple"
	case strings.HasPrefix(body, `"`) || strings.HasPrefix(body, "'"):
		return "str"
	}
	return ""
}

func pythonKind(annotation string) (kind string, items []string) {
	annotation = strings.TrimSpace(annotation)
	for _, none := range []string{"None|", "|None"} {
		if rest := strings.ReplaceAll(annotation, " ", ""); strings.HasPrefix(none, "N") &&
			strings.HasPrefix(rest, none) || strings.HasSuffix(rest, none) {
			return pythonKind(strings.TrimSuffix(strings.TrimPrefix(rest, "None|"), "|None"))
		}
	}
	m := pythonGeneric.FindStringSubmatch(annotation)
	if m == nil {
		return pythonName(annotation), nil
	}
	if m[1] == "Optional" {
		return pythonKind(m[2])
	}
	depth, from := 0, 0
	for i, c := range m[2] {
		switch {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == ',' && depth == 0:
			items, from = append(items, m[2][from:i]), i+1
		}
	}
	return pythonName(m[1]), append(items, m[2][from:])
}

func pythonName(name string) string {
	switch name = strings.TrimPrefix(name, "typing."); name {
	case "List", "Sequence", "Iterable":
		return "list"
	case "Dict", "Mapping":
		return "dict"
	case "Tuple":
		return "tuple"
	}
	return name
}

func pythonIsCollection(annotation string) bool {
	kind, _ := pythonKind(annotation)
	return slices.Contains([]string{"list", "dict", "tuple"}, kind)
}

// pythonAssigned writes a setting in Python. A typed None is a string only for a str.
func pythonAssigned(annotation string, s Setting) (string, error) {
	kind, items := pythonKind(annotation)
	collection := pythonIsCollection(annotation)
	text := strings.TrimSpace(s.Value)
	switch {
	case s.raw, quoted(s.node):
		return pythonString(s.Value), nil
	case s.node != nil:
	case kind == "str":
		return pythonString(s.Value), nil
	case s.Value == "None":
		return "None", nil
	case collection && len(items) == 0 && isPythonLiteral(text) && text[0] == pythonBracket[kind],
		!pythonKnown(kind) && isPythonLiteral(text) && strings.ContainsRune("([{", rune(text[0])):
		return text, nil
	case !pythonKnown(kind):
		return pythonGuess(s.guess())
	}
	n, err := s.read(collection)
	if err != nil {
		return "", err
	}
	return pythonValue(annotation, n)
}

func quoted(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.ScalarNode &&
		n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
}

var pythonBracket = map[string]byte{"list": '[', "dict": '{', "tuple": '('}

func pythonKnown(kind string) bool {
	return slices.Contains([]string{"int", "float", "bool", "list", "dict", "tuple", pythonNumber},
		kind)
}

// pythonValue writes a value in Python, checked against a type. None fits all.
func pythonValue(annotation string, n *yaml.Node) (string, error) {
	kind, items := pythonKind(annotation)
	if n.Tag == nullTag {
		return "None", nil
	}
	switch kind {
	case "list", "tuple", "dict":
		return pythonCollected(annotation, kind, items, n)
	case "str", "int", "float", "bool", pythonNumber:
		if n.Kind != yaml.ScalarNode {
			return "", fmt.Errorf("its type is %s; it cannot be %s", annotation, kindOf(n))
		}
	default:
		return pythonGuess(n)
	}
	switch kind {
	case "int":
		i, ok := wholeNumber(n.Value)
		if !ok {
			return "", fmt.Errorf("give a whole number, not %q", n.Value)
		}
		return i.String(), nil
	case "float":
		return pythonFloat(n.Value)
	case pythonNumber:
		if i, ok := wholeNumber(n.Value); ok {
			return i.String(), nil
		}
		return pythonFloat(n.Value)
	case "bool":
		b, ok := truth(n)
		if !ok {
			return "", fmt.Errorf("give True or False, not %q", n.Value)
		}
		return pythonBool(b), nil
	}
	return pythonString(n.Value), nil
}

func pythonCollected(annotation, kind string, items []string, n *yaml.Node) (string, error) {
	item := func(i int) string {
		if len(items) == 0 {
			return ""
		}
		return items[min(i, len(items)-1)]
	}
	if kind == "dict" && n.Kind != yaml.MappingNode {
		return "", fmt.Errorf("its type is %s; give a map like {a: 1}, not %s", annotation,
			kindOf(n))
	}
	if kind != "dict" && n.Kind != yaml.SequenceNode {
		return "", fmt.Errorf("its type is %s; give a list like [1, 2], not %s", annotation,
			kindOf(n))
	}
	var texts []string
	for i, x := range n.Content {
		at := 0
		if kind == "dict" {
			at = i % 2
		} else if kind == "tuple" {
			at = i
		}
		text, err := pythonValue(strings.TrimSpace(item(at)), x)
		if err != nil {
			return "", err
		}
		if kind == "dict" && i%2 == 1 {
			texts[len(texts)-1] += ": " + text
			continue
		}
		texts = append(texts, text)
	}
	all := strings.Join(texts, ", ")
	switch {
	case kind == "dict":
		return "{" + all + "}", nil
	case kind == "list":
		return "[" + all + "]", nil
	case len(texts) == 1:
		all += ","
	}
	return "(" + all + ")", nil
}

func pythonGuess(n *yaml.Node) (string, error) {
	switch {
	case n.Kind == yaml.SequenceNode:
		return pythonValue("list", n)
	case n.Kind == yaml.MappingNode:
		return pythonValue("dict", n)
	case n.Tag == intTag:
		return pythonValue("int", n)
	case n.Tag == floatTag:
		return pythonFloat(n.Value)
	case n.Tag == boolTag:
		return pythonValue("bool", n)
	case n.Tag == nullTag:
		return "None", nil
	}
	return pythonString(n.Value), nil
}

func pythonInfinity(text string) bool {
	switch strings.ToLower(strings.TrimLeft(text, "+-.")) {
	case "inf", "nan":
		return true
	}
	return false
}

func pythonFloat(value string) (string, error) {
	if pythonInfinity(value) {
		return "float(" + pythonString(strings.ReplaceAll(strings.ToLower(value), ".", "")) + ")",
			nil
	}
	f, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return "", fmt.Errorf("give a number, not %q", value)
	}
	return floatText(f, value), nil
}

func pythonBool(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func pythonString(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
