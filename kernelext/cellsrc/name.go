package cellsrc

import (
	"unicode"
	"unicode/utf8"
)

// IsNameRune reports whether a rune may be in a name.
func IsNameRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// WordStart returns the start of the name that ends at a position.
func WordStart(code string, at int) int {
	for at > 0 {
		r, n := utf8.DecodeLastRuneInString(code[:at])
		if !IsNameRune(r) {
			break
		}
		at -= n
	}
	return at
}

// NameAt returns the position of the name at or just before a position, else of the function whose
// arguments are being written.
func NameAt(code string, at int) (int, bool) {
	if r, _ := utf8.DecodeRuneInString(code[at:]); at < len(code) && IsNameRune(r) {
		return at, true
	}
	if from := WordStart(code, at); from < at {
		return from, true
	}
	depth := 0
	for at > 0 {
		r, n := utf8.DecodeLastRuneInString(code[:at])
		at -= n
		switch r {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth--; depth < 0 {
				if from := WordStart(code, at); r == '(' && from < at {
					return from, true
				}
				depth = 0
			}
		}
	}
	return 0, false
}
