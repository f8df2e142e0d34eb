package runner

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// pythonAssignment matches `name = value`, `name: type = value`, with a comment behind.
var pythonAssignment = regexp.MustCompile(`^([A-Za-z_]\w*)\s*(?::\s*([^=#]+?))?\s*=\s*([^=\s].*)$`)

// pythonParameters reads the assignments at the top level of a Python cell.
func pythonParameters(source string) []Parameter {
	var params []Parameter
	for line := range strings.Lines(source) {
		m := pythonAssignment.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			continue
		}
		value, doc := pythonComment(m[3])
		p := Parameter{Name: m[1], Type: strings.TrimSpace(m[2]), Default: value, Doc: doc, typed: m[2] != ""}
		if p.Type == "" {
			p.Type = pythonType(value)
		}
		params = append(params, p)
	}
	return params
}

// pythonComment cuts a comment off a value; a # inside quotation marks is none.
func pythonComment(s string) (value, comment string) {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0 && c == '\\':
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && c == '#':
			return strings.TrimSpace(s[:i]), strings.TrimSpace(s[i+1:])
		}
	}
	return strings.TrimSpace(s), ""
}

func pythonType(value string) string {
	if _, err := strconv.ParseInt(strings.ReplaceAll(value, "_", ""), 0, 64); err == nil {
		return "int"
	}
	if _, err := strconv.ParseFloat(value, 64); err == nil {
		return "float"
	}
	switch {
	case value == "True" || value == "False":
		return "bool"
	case strings.HasPrefix(value, "["):
		return "list"
	case strings.HasPrefix(value, "{"):
		return "dict"
	case strings.ContainsAny(value[:1], `"'`) || len(value) > 1 && strings.ContainsAny(value[1:2], `"'`):
		return "str"
	}
	return ""
}

// pythonValue writes a value from the command line as Python, checked against the type of the declared value.
func pythonValue(kind, value string) (string, error) {
	switch kind {
	case "str":
		return pythonString(value), nil
	case "int":
		n, err := strconv.ParseInt(value, 0, 64)
		if err != nil {
			return "", fmt.Errorf("give a whole number, not %q", value)
		}
		return strconv.FormatInt(n, 10), nil
	case "float":
		f, err := strconv.ParseFloat(value, 64)
		if err != nil || f-f != 0 {
			return "", fmt.Errorf("give a number, not %q", value)
		}
		if !strings.ContainsAny(value, ".eE") {
			value += ".0"
		}
		return value, nil
	case "bool":
		b, err := strconv.ParseBool(value)
		if err != nil {
			return "", fmt.Errorf("give True or False, not %q", value)
		}
		return pythonLiteral(b), nil
	case "list", "dict":
		var v any
		if err := json.Unmarshal([]byte(value), &v); err == nil {
			return pythonLiteral(v), nil
		}
		if kind == "dict" {
			return "", fmt.Errorf("give a JSON object, not %q", value)
		}
		var items []string
		for _, s := range listItems(value) {
			items = append(items, pythonGuess(s))
		}
		return "[" + strings.Join(items, ", ") + "]", nil
	}
	return pythonGuess(value), nil
}

func pythonGuess(value string) string {
	for _, kind := range []string{"int", "float"} {
		if text, err := pythonValue(kind, value); err == nil {
			return text
		}
	}
	switch value {
	case "True", "False", "None":
		return value
	case "true", "false":
		return strings.ToUpper(value[:1]) + value[1:]
	}
	return pythonString(value)
}

// pythonString quotes a string; JSON's escapes are Python's, too.
func pythonString(s string) string {
	text, _ := json.Marshal(s) // a string always marshals
	return string(text)
}

func pythonLiteral(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case string:
		return pythonString(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []any:
		items := make([]string, len(v))
		for i, x := range v {
			items[i] = pythonLiteral(x)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		var items []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			items = append(items, pythonString(k)+": "+pythonLiteral(v[k]))
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return fmt.Sprint(v)
}
