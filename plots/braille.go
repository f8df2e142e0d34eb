package plots

import (
	"fmt"
	"math"
	"strings"
)

// A chart in a terminal, in characters of 2×4 Braille dots.
const (
	brailleColumns = 64
	brailleRows    = 14
)

// brailleText draws a line chart for a terminal. Series share one canvas; lines below name their
// ends.
func brailleText(l Lines) string {
	curves, x, y, err := l.curves()
	if err != nil {
		return err.Error() + "\n"
	}
	xAxis, yAxis := newAxis(x[0], x[1], 0, l.LogX, 2), newAxis(y[0], y[1], 0, false, 2)
	var cells [brailleRows][brailleColumns]rune
	set := func(at point) {
		px := int(math.Round(at.x * (2*brailleColumns - 1)))
		py := int(math.Round((1 - at.y) * (4*brailleRows - 1)))
		if px >= 0 && px < 2*brailleColumns && py >= 0 && py < 4*brailleRows {
			cells[py/4][px/2] |= brailleDots[py%4][px%2]
		}
	}
	for _, c := range curves {
		for _, run := range c.runs {
			previous := point{}
			for i, v := range run {
				at := point{xAxis.share(v.x), yAxis.share(v.y)}
				if i == 0 {
					previous = at
				}
				for k := range 129 {
					set(along(previous, at, float64(k)/128))
				}
				previous = at
			}
		}
	}
	var b strings.Builder
	if l.Title != "" {
		b.WriteString(shorten(l.Title) + "\n")
	}
	top, low := fmt.Sprintf("%.4g", y[1]), fmt.Sprintf("%.4g", y[0])
	margin := max(len(top), len(low))
	for i, row := range cells {
		text := map[int]string{0: top, brailleRows - 1: low}[i]
		fmt.Fprintf(&b, "%*s ┤", margin, text)
		for _, c := range row {
			if c == 0 {
				b.WriteByte(' ')
			} else {
				b.WriteRune(0x2800 + c)
			}
		}
		b.WriteByte('\n')
	}
	left, right := fmt.Sprintf("%.4g", x[0]), fmt.Sprintf("%.4g", x[1])
	between := shorten(l.XLabel)
	room := brailleColumns - len(left) - len(right) - columns(between)
	fmt.Fprintf(&b, "%*s  %s%s%s%s%s\n", margin, "", left, blanks(room/2), between,
		blanks(room-room/2), right)
	for _, c := range curves {
		if n := len(c.Y); n > 0 && (c.Name != "" || len(curves) > 1) {
			lo, _ := extent(c.Y)
			fmt.Fprintf(&b, "%s: last %.4g, lowest %.4g\n", or(shorten(c.Name), shorten(l.YLabel)),
				c.Y[n-1], lo)
		}
	}
	return trimLines(b.String())
}

var brailleDots = [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

func blanks(n int) string { return strings.Repeat(" ", max(n, 0)) }

func trimLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
