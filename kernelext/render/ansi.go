package render

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"

	"gopets/kernelext/internal/terminal"
)

type textStyle struct {
	fg, bg                              string // "" | "0"…"7" | "#rrggbb"
	bold, faint, italic, under, inverse bool
}

// ansi converts terminal text to HTML: colours become classes, other sequences are dropped. It
// begins with an earlier text's style and returns its own.
func ansi(s string, p textStyle) (string, textStyle) {
	var b strings.Builder
	open := p != textStyle{}
	if open {
		b.WriteString(p.tag())
	}
	set := func(next textStyle) {
		if next == p {
			return
		}
		if open {
			b.WriteString("</span>")
		}
		p = next
		open = p != textStyle{}
		if open {
			b.WriteString(p.tag())
		}
	}
	for len(s) > 0 {
		i := strings.IndexByte(s, 0x1b)
		if i < 0 {
			b.WriteString(printable(s))
			break
		}
		b.WriteString(printable(s[:i]))
		q, rest := terminal.CutSequence(s[i:])
		s = rest
		if q.Final == 'm' {
			set(p.sgr(q.Params))
		}
	}
	left := p
	set(textStyle{})
	return b.String(), left
}

func (p textStyle) sgr(params string) textStyle {
	codes := strings.FieldsFunc(params, func(r rune) bool { return r == ';' || r == ':' })
	if len(codes) == 0 {
		return textStyle{}
	}
	for i := 0; i < len(codes); i++ {
		n, err := strconv.Atoi(codes[i])
		if err != nil {
			continue
		}
		switch {
		case n == 0:
			p = textStyle{}
		case n == 1:
			p.bold = true
		case n == 2:
			p.faint = true
		case n == 3:
			p.italic = true
		case n == 4:
			p.under = true
		case n == 7:
			p.inverse = true
		case n == 22:
			p.bold, p.faint = false, false
		case n == 23:
			p.italic = false
		case n == 24:
			p.under = false
		case n == 27:
			p.inverse = false
		case n >= 30 && n <= 37:
			p.fg = strconv.Itoa(n - 30)
		case n >= 90 && n <= 97:
			p.fg = strconv.Itoa(n - 90)
		case n >= 40 && n <= 47:
			p.bg = strconv.Itoa(n - 40)
		case n >= 100 && n <= 107:
			p.bg = strconv.Itoa(n - 100)
		case n == 39:
			p.fg = ""
		case n == 49:
			p.bg = ""
		case n == 38 || n == 48:
			color, used := extended(codes[i+1:])
			i += used
			if n == 38 {
				p.fg = color
			} else {
				p.bg = color
			}
		}
	}
	return p
}

func extended(codes []string) (color string, used int) {
	num := func(i int) int {
		n, err := strconv.Atoi(codes[i])
		if err != nil {
			return 0
		}
		return min(max(n, 0), 255)
	}
	switch {
	case len(codes) >= 2 && codes[0] == "5":
		return color256(num(1)), 2
	case len(codes) >= 4 && codes[0] == "2":
		return fmt.Sprintf("#%02x%02x%02x", num(1), num(2), num(3)), 4
	}
	return "", len(codes)
}

func color256(n int) string {
	switch {
	case n < 16:
		return strconv.Itoa(n % 8)
	case n < 232:
		level := func(i int) int {
			if i == 0 {
				return 0
			}
			return 55 + 40*i
		}
		n -= 16
		return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
	}
	grey := 8 + 10*(n-232)
	return fmt.Sprintf("#%02x%02x%02x", grey, grey, grey)
}

func (p textStyle) tag() string {
	var classes, styles []string
	fg, bg := p.fg, p.bg
	if p.inverse && fg+bg == "" {
		classes = append(classes, "av")
	} else if p.inverse {
		fg, bg = bg, fg
	}
	exactFG, exactBG := strings.HasPrefix(fg, "#"), strings.HasPrefix(bg, "#")
	switch {
	case exactFG && bg == "": // on paper, light or dark: as near as can be read
		classes = append(classes, "fx")
		styles = append(
			styles,
			"--l:"+readable(fg, lightBackground, 0),
			"--d:"+readable(fg, darkBackground, 255),
		)
	case exactFG:
		styles = append(styles, "color:"+fg)
	case fg != "":
		classes = append(classes, "f"+fg)
	case exactBG:
		styles = append(styles, "color:"+textColorOn(bg))
	}
	switch {
	case exactBG:
		styles = append(styles, "background:"+bg)
	case bg != "":
		classes = append(classes, "b"+bg)
	}
	for _, on := range []struct {
		is    bool
		class string
	}{{p.bold, "ab"}, {p.faint, "ad"}, {p.italic, "ai"}, {p.under, "au"}} {
		if on.is {
			classes = append(classes, on.class)
		}
	}
	tag := "<span"
	if len(classes) > 0 {
		tag += ` class="` + strings.Join(classes, " ") + `"`
	}
	if len(styles) > 0 {
		tag += ` style="` + strings.Join(styles, ";") + `"`
	}
	return tag + ">"
}

// cursorMoves lacks CSI K, which grep and gcc write with each colour.
var cursorMoves = regexp.MustCompile("\x08|\x1b\\[[0-9;]*[ABCDG]")

// overwrite returns what a terminal shows in the end. Text that moves the cursor up, down or back
// loses its colours.
func overwrite(s string) string {
	if cursorMoves.MatchString(s) || strings.Contains(s, "\r") && !strings.Contains(s, "\x1b[") {
		return terminal.Text(s)
	}
	if !strings.Contains(s, "\r") {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		lines[i] = line[strings.LastIndexByte(line, '\r')+1:]
	}
	return strings.Join(lines, "\n")
}

func printable(s string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, s))
}
