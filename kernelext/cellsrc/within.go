package cellsrc

import "strings"

// within is what a line begins in: nothing, a raw string or a comment.
type within byte

const (
	outside   within = 0
	rawString within = '`'
	comment   within = '*'
)

func (w within) after(line string) within {
	for i := 0; i < len(line); i++ {
		c, rest := line[i], line[i:]
		switch {
		case w == rawString:
			if c == '`' {
				w = outside
			}
		case w == comment:
			if strings.HasPrefix(rest, "*/") {
				w = outside
				i++
			}
		case c == '`':
			w = rawString
		case strings.HasPrefix(rest, "/*"):
			w = comment
			i++
		case strings.HasPrefix(rest, "//"):
			return outside
		case c == '"' || c == '\'':
			for i++; i < len(line) && line[i] != c; i++ {
				if line[i] == '\\' {
					i++
				}
			}
		}
	}
	return w
}
