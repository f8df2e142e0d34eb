package plots

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Table is a table of text, as pandas shows a data frame. Columns of numbers are right-aligned.
type Table struct {
	Figure // Width and Height 0 = as large as the text needs
	Header []string
	Rows   [][]string
}

func (t Table) SVG() ([]byte, error) { return encodeSVG(t) }

func (t Table) PNG() ([]byte, error) { return encodePNG(t) }

// HTML returns a <table> of selectable text, in the viewer's style.
func (t Table) HTML() (string, error) {
	var b strings.Builder
	b.WriteString("<table border=\"1\" class=\"dataframe\">\n")
	if t.Title != "" {
		b.WriteString("  <caption>" + escape(t.Title) + "</caption>\n")
	}
	right := t.numeric()
	row := func(tag string, cells []string) {
		b.WriteString("    <tr>")
		for i := range right {
			text := ""
			if i < len(cells) {
				text = cells[i]
			}
			fmt.Fprintf(&b, `<%s style="text-align: %s">%s</%s>`, tag,
				[]string{"left", "right"}[btoi(right[i])], escape(text), tag)
		}
		b.WriteString("</tr>\n")
	}
	if len(t.Header) > 0 {
		b.WriteString("  <thead>\n")
		row("th", t.Header)
		b.WriteString("  </thead>\n")
	}
	b.WriteString("  <tbody>\n")
	for _, r := range t.Rows {
		row("td", r)
	}
	b.WriteString("  </tbody>\n</table>")
	return b.String(), nil
}

// Text pads columns with blanks.
func (t Table) Text() string {
	right := t.numeric()
	widths := make([]int, len(right))
	for _, r := range t.all() {
		for i, c := range r {
			widths[i] = max(widths[i], columns(shorten(c)))
		}
	}
	var b strings.Builder
	if t.Title != "" {
		b.WriteString(clean(t.Title) + "\n")
	}
	for _, r := range t.all() {
		for i, c := range r {
			c = shorten(c)
			pad := blanks(widths[i] - columns(c))
			if right[i] {
				c = pad + c
			} else {
				c += pad
			}
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(c)
		}
		b.WriteByte('\n')
	}
	return trimLines(b.String())
}

func (t Table) all() [][]string {
	if len(t.Header) == 0 {
		return t.Rows
	}
	return append([][]string{t.Header}, t.Rows...)
}

func (t Table) numeric() []bool {
	var out []bool
	for _, r := range t.all() {
		for len(out) < len(r) {
			out = append(out, false)
		}
	}
	for i := range out {
		numbers, others := 0, 0
		for _, r := range t.Rows {
			if i >= len(r) || r[i] == "" {
				continue
			}
			if _, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSuffix(r[i], " %"), ",",
				""), 64); err == nil {
				numbers++
			} else {
				others++
			}
		}
		out[i] = numbers > 0 && others == 0
	}
	return out
}

// shorten makes a cell safe for a terminal and at most about 80 letters long.
func shorten(text string) string {
	letters := []rune(clean(text))
	if len(letters) <= 80 {
		return string(letters)
	}
	return string(letters[:79]) + "…"
}

// columns returns how many columns of a terminal a text takes: wide East Asian letters two, marks
// none.
func columns(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana,
			unicode.Katakana) || r >= 0x1F300 && r <= 0x1FAFF:
			n += 2
		default:
			n++
		}
	}
	return n
}

// draw makes an image of the table, where only images are allowed.
func (t Table) draw() (*scene, error) {
	sizing, err := Figure{DPI: t.DPI}.newScene("table", 4, 4, "")
	if err != nil {
		return nil, err
	}
	right := t.numeric()
	rows := t.all()
	size, pad, longest := sizing.pt(10), sizing.pt(7), sizing.pt(360)
	row := size * 1.9
	widths := make([]float64, len(right))
	for k, r := range rows {
		for i, c := range r {
			bold := k == 0 && len(t.Header) > 0
			widths[i] = math.Max(widths[i], math.Min(sizing.width(clean(c), size, bold), longest)+1)
		}
	}
	width := pad
	for _, w := range widths {
		width += w + 2*pad
	}
	width = math.Max(math.Max(width, 2*row),
		math.Min(sizing.width(clean(t.Title), sizing.pt(12), false), longest)+2*pad)
	height := row*float64(max(len(rows), 1)) + pad
	if t.Title != "" {
		height += sizing.pt(12) * 1.45
	}
	s, err := t.newScene("table", width/sizing.dpi, height/sizing.dpi, or(t.Title, "Table")+
		fmt.Sprintf(", %d rows: ", len(t.Rows))+strings.Join(t.Header, ", "))
	if err != nil {
		return nil, err
	}
	f := s.title(t.Title, s.all().cut(pad/2, pad/2, pad/2, pad/2), 12, false)
	for k, r := range rows {
		y := f.y + row*float64(k)
		header := k == 0 && len(t.Header) > 0
		if (k-len(rows[:btoi(len(t.Header) > 0)]))%2 == 1 {
			s.box(frame{f.x, y, f.w, row}, barGround)
		}
		if header {
			s.hline(f.x, f.right(), y+row, s.pt(1), outline)
		}
		x := f.x
		for i, c := range r {
			l := label{x: x + pad, y: y + row/2 + size*0.36, text: c, size: size, bold: header,
				fill: ink}
			if right[i] {
				l.x, l.anchor = x+pad+widths[i], end
			}
			s.text(l, widths[i])
			x += widths[i] + 2*pad
		}
	}
	return s, nil
}
