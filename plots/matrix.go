package plots

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Matrix is a confusion matrix: Counts[actual][predicted], both in the order of Labels. The
// diagonal is blue, mistakes are orange, zeros blank; darker is more, by the square root, so that
// single mistakes are visible beside rows of forty.
type Matrix struct {
	Figure
	Labels    []string
	Counts    [][]int
	Normalize bool   // colours and numbers are percentages of their row
	XLabel    string // "" = Predicted
	YLabel    string // "" = Actual
}

func (m Matrix) SVG() ([]byte, error) { return encodeSVG(m) }

func (m Matrix) PNG() ([]byte, error) { return encodePNG(m) }

func (m Matrix) HTML() (string, error) { return imgSVG(m) }

func (m Matrix) check() error {
	if len(m.Labels) == 0 {
		return fmt.Errorf("plots: matrix: no labels; want the name of at least one class")
	}
	if len(m.Counts) != len(m.Labels) {
		return fmt.Errorf(
			"plots: matrix: %d labels but %d rows of counts; want one row for each label",
			len(m.Labels), len(m.Counts))
	}
	for i, row := range m.Counts {
		if len(row) != len(m.Labels) {
			return fmt.Errorf(
				"plots: matrix: row %d (%s) has %d counts; want %d, one for each label", i,
				clean(m.Labels[i]), len(row), len(m.Labels))
		}
		if at := slices.IndexFunc(row, func(n int) bool { return n < 0 }); at >= 0 {
			return fmt.Errorf(
				"plots: matrix: row %d (%s) has %d in column %d; a count cannot be negative", i,
				clean(m.Labels[i]), row[at], at)
		}
	}
	return nil
}

type confusion struct{ actual, predicted, count int }

// tally returns the total, how many are right, and the wrong ones, most frequent first.
func (m Matrix) tally() (total, right int, wrong []confusion) {
	for i, row := range m.Counts {
		total += sum(row)
		right += row[i]
		wrong = append(wrong, mistakes(i, row)...)
	}
	slices.SortStableFunc(wrong, func(a, b confusion) int { return b.count - a.count })
	return total, right, wrong
}

func mistakes(actual int, row []int) (wrong []confusion) {
	for j, n := range row {
		if j != actual && n > 0 {
			wrong = append(wrong, confusion{actual, j, n})
		}
	}
	return wrong
}

func sum(row []int) (total int) {
	for _, n := range row {
		total += n
	}
	return total
}

func (m Matrix) describe() string {
	total, right, wrong := m.tally()
	text := fmt.Sprintf("%s of %d classes: %d of %d right", or(m.Title, "Confusion matrix"),
		len(m.Labels), right, total)
	for i, c := range wrong[:min(3, len(wrong))] {
		text += []string{"; most confused: ", ", "}[min(i, 1)] + fmt.Sprintf("%s taken for %s (%d)",
			m.Labels[c.actual], m.Labels[c.predicted], c.count)
	}
	return text
}

// Text returns a small matrix as numbers, a large one as the classes confused with each.
func (m Matrix) Text() string {
	if err := m.check(); err != nil {
		return err.Error() + "\n"
	}
	if len(m.Labels) <= 12 {
		t := Table{Figure: Figure{Title: m.Title},
			Header: append([]string{or(m.YLabel, "Actual") + " \\ " + or(m.XLabel, "Predicted")},
				m.Labels...)}
		for i, row := range m.Counts {
			cells := []string{m.Labels[i]}
			for j := range row {
				cells = append(cells, m.number(i, j))
			}
			t.Rows = append(t.Rows, cells)
		}
		return t.Text()
	}
	t := Table{Figure: Figure{Title: m.Title}, Header: []string{or(m.YLabel, "Actual"), "right",
		"of", "taken for"}}
	for i, row := range m.Counts {
		wrong := mistakes(i, row)
		slices.SortStableFunc(wrong, func(a, b confusion) int { return b.count - a.count })
		names := make([]string, len(wrong))
		for k, c := range wrong {
			names[k] = fmt.Sprintf("%s %d", m.Labels[c.predicted], c.count)
		}
		t.Rows = append(t.Rows, []string{m.Labels[i], strconv.Itoa(row[i]), strconv.Itoa(sum(row)),
			strings.Join(names, ", ")})
	}
	return t.Text()
}

func (m Matrix) number(i, j int) string {
	n := m.Counts[i][j]
	if n == 0 {
		return ""
	}
	if !m.Normalize {
		return strconv.Itoa(n)
	}
	percent := 100 * m.share(i, j)
	if percent < 0.5 {
		return "<1"
	}
	return strconv.Itoa(int(math.Round(percent)))
}

func (m Matrix) share(i, j int) float64 {
	return float64(m.Counts[i][j]) / float64(max(sum(m.Counts[i]), 1))
}

func (m Matrix) shade(i, j, most int) color.NRGBA {
	if m.Counts[i][j] == 0 {
		return white
	}
	part := float64(m.Counts[i][j]) / float64(max(most, 1))
	if m.Normalize {
		part = m.share(i, j)
	}
	part = 0.08 + 0.92*math.Sqrt(part)
	if i == j {
		return blues.at(part)
	}
	return oranges.at(part)
}

func (m Matrix) draw() (*scene, error) {
	s, _, _, err := m.layout()
	return s, err
}

func (m Matrix) layout() (s *scene, grid frame, cell float64, err error) {
	if err := m.check(); err != nil {
		return nil, grid, 0, err
	}
	n := float64(len(m.Labels))
	side := math.Min(math.Max(4, 2.2+0.26*n), 40)
	s, err = m.newScene("matrix", side, side, m.describe())
	if err != nil {
		return nil, grid, 0, err
	}
	f := s.title(m.Title, s.all().cut(s.pt(6), s.pt(6), s.pt(8), s.pt(6)), 12, false)
	size := s.pt(10)
	caption := size * 1.6
	room := math.Min(f.w, f.h) - caption
	size = math.Max(math.Min(size, room*0.72/n), 1)
	names := 0.0
	for _, l := range m.Labels {
		names = math.Max(names, s.width(clean(l), size, false))
	}
	names = math.Min(names, room*0.32)
	gap := s.pt(5)
	cell = math.Floor((room - names - gap) / n)
	if cell < 1 {
		return nil, grid, 0,
			fmt.Errorf(
				"plots: matrix: %d classes do not fit into %g by %g pixels; make Width, Height "+
					"or DPI larger", len(m.Labels), s.w, s.h)
	}
	grid.w, grid.h = cell*n, cell*n
	grid.x = math.Round(f.x + (f.w-grid.w+caption+names+gap)/2)
	grid.y = math.Round(f.y + (f.h-grid.h-caption-names-gap)/2)
	m.cells(s, grid, cell)

	every := int(math.Ceil(s.pt(5) / cell)) // too many classes: name some
	for i, l := range m.Labels {
		if i%every != 0 {
			continue
		}
		at := (float64(i) + 0.5) * cell
		s.hline(grid.x-gap*0.6, grid.x, grid.y+at, s.pt(0.8), ink)
		s.vline(grid.x+at, grid.bottom(), grid.bottom()+gap*0.6, s.pt(0.8), ink)
		s.text(label{x: grid.x - gap, y: grid.y + at + size*0.36, text: l, size: size, anchor: end,
			fill: ink}, names+1)
		s.text(label{x: grid.x + at + size*0.36, y: grid.bottom() + gap, text: l, size: size,
			anchor: end, angle: -90, fill: ink}, names+1)
	}
	percent := ""
	if m.Normalize {
		percent = " (each row = 100 %)"
	}
	s.text(label{x: grid.x + grid.w/2, y: grid.bottom() + gap + names + caption*0.85,
		text: or(m.XLabel, "Predicted"), size: s.pt(11), anchor: middle, fill: ink}, grid.w)
	s.text(label{x: grid.x - gap - names - caption*0.5, y: grid.y + grid.h/2,
		text: or(m.YLabel, "Actual") + percent, size: s.pt(11), anchor: middle, angle: -90,
		fill: ink}, grid.h)
	return s, grid, cell, nil
}

func (m Matrix) cells(s *scene, grid frame, cell float64) {
	most, widest := 0, 0.0
	for i, row := range m.Counts {
		most = max(most, slices.Max(row))
		for j := range row {
			widest = math.Max(widest, s.width(m.number(i, j), 1, false))
		}
	}
	size := math.Min(math.Min(s.pt(10), cell*0.6), cell*0.86/math.Max(widest, 0.1))
	for i := range m.Counts {
		at := float64(i) * cell
		s.hline(grid.x, grid.right(), grid.y+at, 1, hairs)
		s.vline(grid.x+at, grid.y, grid.bottom(), 1, hairs)
	}
	for i, row := range m.Counts {
		for j, n := range row {
			if n == 0 {
				continue
			}
			f := frame{grid.x + float64(j)*cell, grid.y + float64(i)*cell, cell, cell}
			fill := m.shade(i, j, most)
			s.box(f, fill)
			if size >= 4 {
				s.text(label{x: f.x + cell/2, y: f.y + cell/2 + size*0.36, text: m.number(i, j),
					size: size, anchor: middle, fill: contrast(fill)}, 0)
			}
		}
	}
	s.border(grid, s.pt(0.8), ink)
}
