package runner

import (
	"regexp"
	"strings"
)

var pythonAtom = regexp.MustCompile(
	`^(?:[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\b|[rbuRBU]?"(?:[^"\\\n]|\\.)*"|` +
		`[rbuRBU]?'(?:[^'\\\n]|\\.)*'|True\b|False\b|None\b)`)

func isPythonLiteral(text string) bool {
	rest, ok := skipPythonLiteral(text, maxDepth)
	return ok && strings.TrimSpace(rest) == ""
}

func skipPythonLiteral(text string, depth int) (rest string, ok bool) {
	text = strings.TrimSpace(text)
	if text == "" || depth == 0 {
		return "", false
	}
	closing := map[byte]string{'(': ")", '[': "]", '{': "}"}[text[0]]
	if closing == "" {
		atom := pythonAtom.FindString(text)
		return text[len(atom):], atom != ""
	}
	text = text[1:]
	for {
		if rest, ok = strings.CutPrefix(strings.TrimSpace(text), closing); ok {
			return rest, true
		}
		if text, ok = skipPythonLiteral(text, depth-1); !ok {
			return "", false
		}
		text = strings.TrimSpace(text)
		if value, isPair := strings.CutPrefix(text, ":"); isPair && closing == "}" {
			if text, ok = skipPythonLiteral(value, depth-1); !ok {
				return "", false
			}
			text = strings.TrimSpace(text)
		}
		if next, more := strings.CutPrefix(text, ","); more {
			text = next
		} else if !strings.HasPrefix(text, closing) {
			return "", false
		}
	}
}

var pythonKeywords = strings.Fields(
	"False None True and as assert async await break class continue def del elif else except " +
		"finally for from global if import in is lambda nonlocal not or pass raise return try " +
		"while with yield")
