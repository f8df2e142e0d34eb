package cellsrc

import "strings"

// lineState is what a line begins in: nothing, a raw string or a comment.
type lineState byte

const (
	outside   lineState = 0
	rawString lineState = '`'
	comment   lineState = '*'
)

func (w lineState) after(line string) lineState {
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
