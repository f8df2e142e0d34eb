package render

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"
)

// Limits in bytes: a browser does not open a page of hundreds of megabytes.
const (
	maxText      = 200_000   // one text: a stream, an error, a raw cell, the source of a cell
	maxHighlight = 100_000   // source in colours, which take a hundred times its length
	maxMarkdown  = 1 << 20   // the text of a Markdown cell
	maxHTML      = 2 << 20   // HTML of an output, embedded images and scripts not counted
	maxEmbedded  = 32 << 20  // HTML of an output with its embedded images
	maxPage      = 200 << 20 // all outputs of a page
	maxStyle     = 4 << 10   // a style attribute; the sanitiser takes the square of its length
)

func kilobytes(n int) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

func cutLine(left int) template.HTML {
	if left <= 0 {
		return ""
	}
	return template.HTML(`<span class="cut">… ` + kilobytes(left) + ` more in the notebook</span>`)
}

func cutText(s string, limit int) (string, int) {
	if len(s) <= limit {
		return s, 0
	}
	return strings.ToValidUTF8(s[:limit], ""), len(s) - limit
}

var heavyElement = regexp.MustCompile(`(?is)<(script|style)\b`)

// cutHTML returns the beginning of HTML, without scripts, and a line on what was left out.
func cutHTML(s string) (string, template.HTML) {
	if len(s) <= maxHTML {
		return s, ""
	}
	end, markup := 0, 0
	var b strings.Builder
	for end < len(s) && b.Len() < maxEmbedded {
		rest := s[end:]
		i := strings.IndexAny(rest, `<"'`)
		if i < 0 {
			i = len(rest) - 1
		}
		piece, heavy := i+1, false
		switch {
		case rest[i] == '<' && heavyElement.MatchString(rest[i:min(len(rest), i+8)]):
			name := strings.ToLower(rest[i+1 : i+3])
			closing := "</script"
			if name == "st" {
				closing = "</style"
			}
			n := indexFold(rest, closing)
			if n < 0 {
				n = len(rest)
			}
			b.WriteString(rest[:i])
			if name == "sc" { // its beginning names the library
				b.WriteString(rest[i:min(n, i+4096)])
			} else {
				b.WriteString(rest[i:min(n, i+maxCSS)])
			}
			end, markup = end+n, markup+i
			continue
		case rest[i] != '<' && strings.HasPrefix(rest[i+1:], "data:image/"):
			if n := strings.IndexByte(rest[i+1:], rest[i]); n >= 0 {
				piece, heavy = i+1+n+1, true
			}
		}
		if heavy {
			markup += i
		} else if markup += piece; markup > maxHTML {
			break
		}
		b.WriteString(rest[:piece])
		end += piece
	}
	cut := b.String()
	if end < len(s) { // not within a tag
		if i := strings.LastIndexByte(cut, '<'); i > 0 && !strings.Contains(cut[i:], ">") {
			cut = cut[:i]
		}
	}
	return cut, cutLine(len(s) - end)
}

func indexFold(s, lower string) int {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], lower[0])
		if i < 0 || from+i+len(lower) > len(s) {
			return -1
		}
		if from += i; strings.EqualFold(s[from:from+len(lower)], lower) {
			return from
		}
		from++
	}
}
