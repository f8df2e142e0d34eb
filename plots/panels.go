package plots

import (
	"fmt"
	"strings"
)

// Panels puts line charts beside each other.
type Panels struct {
	Figure
	Columns int // 0 = all in one row
	Charts  []Lines
}

func (p Panels) SVG() ([]byte, error) { return encodeSVG(p) }

func (p Panels) PNG() ([]byte, error) { return encodePNG(p) }

func (p Panels) HTML() (string, error) { return imgSVG(p) }

// Text returns the panels below each other.
func (p Panels) Text() string {
	parts := make([]string, len(p.Charts))
	for i, c := range p.Charts {
		parts[i] = c.Text()
	}
	return strings.Join(parts, "\n")
}

func (p Panels) draw() (*scene, error) {
	if len(p.Charts) == 0 {
		return nil, fmt.Errorf("plots: panels: no charts; want at least one")
	}
	columns := p.Columns
	if columns <= 0 {
		columns = len(p.Charts)
	}
	rows := (len(p.Charts) + columns - 1) / columns
	alts := make([]string, len(p.Charts))
	for i, c := range p.Charts {
		alts[i] = c.describe()
	}
	s, err := p.newScene("panels", 6*float64(columns), 4*float64(rows), strings.Join(alts, ". "))
	if err != nil {
		return nil, err
	}
	f := s.title(p.Title, s.all().cut(0, s.pt(4)*float64(btoi(p.Title != "")), 0, 0), 14, true)
	w, h := f.w/float64(columns), f.h/float64(rows)
	for i, c := range p.Charts {
		if err := c.drawIn(s, frame{f.x + w*float64(i%columns), f.y + h*float64(i/columns), w,
			h}); err != nil {
			return nil, fmt.Errorf("plots: panels: chart %d: %w", i, err)
		}
	}
	return s, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
