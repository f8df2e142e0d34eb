package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Histogram counts values in bins of equal width.
type Histogram struct {
	Figure
	Values []float64 // those that are NaN or infinite are left out
	Bins   int       // 0 = chosen from the data by the rule of Freedman and Diaconis
	XLabel string
	YLabel string // "" = Count
}

func (h Histogram) SVG() ([]byte, error) { return encodeSVG(h) }

func (h Histogram) PNG() ([]byte, error) { return encodePNG(h) }

func (h Histogram) HTML() (string, error) { return imgSVG(h) }

// Text returns one bar of block characters for each bin.
func (h Histogram) Text() string {
	lo, width, counts := h.count()
	b := Bars{Figure: Figure{Title: h.Title}}
	for i, n := range counts {
		b.Labels = append(b.Labels, fmt.Sprintf("%.4g – %.4g", lo+width*float64(i),
			lo+width*float64(i+1)))
		b.Values = append(b.Values, float64(n))
	}
	return b.Text()
}

func (h Histogram) count() (lo, width float64, counts []int) {
	var values []float64
	for _, v := range h.Values {
		if finite(v) {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return 0, 1, make([]int, 1)
	}
	slices.Sort(values)
	n := len(values)
	lo, hi := values[0], values[n-1]
	bins := h.Bins
	if bins <= 0 {
		spread := values[n*3/4] - values[n/4]
		bins = 10
		if step := 2 * spread / math.Cbrt(float64(n)); step > 0 {
			bins = int(math.Min(100, math.Max(5, math.Ceil((hi-lo)/step))))
		}
	}
	bins = min(bins, 10000)
	if hi == lo {
		lo, hi = lo-0.5, hi+0.5
	}
	width = (hi - lo) / float64(bins)
	counts = make([]int, bins)
	for _, v := range values {
		counts[min(max(int((v-lo)/width), 0), bins-1)]++
	}
	return lo, width, counts
}

func (h Histogram) draw() (*scene, error) {
	lo, width, counts := h.count()
	most := slices.Max(counts)
	hi := lo + width*float64(len(counts))
	alt := fmt.Sprintf("%s: %d values from %.4g to %.4g in %d bins, the fullest holds %d",
		or(strings.TrimSpace(h.Title+" "+h.XLabel), "Histogram"), sum(counts), lo, hi, len(counts),
		most)
	s, err := h.newScene("histogram", 6, 4, alt)
	if err != nil {
		return nil, err
	}
	p := s.axes(s.all(), axesOptions{title: h.Title, xLabel: h.XLabel,
		yLabel: or(h.YLabel, "Count"),
		x:      [2]float64{lo, hi}, y: [2]float64{0, float64(most)}, margin: 0.03, fromZero: true})
	for i, n := range counts {
		if n == 0 {
			continue
		}
		a, b := p.at(lo+width*float64(i), float64(n)), p.at(lo+width*float64(i+1), 0)
		gap := 0.0
		if b.x-a.x > 4 {
			gap = s.pt(1)
		}
		s.box(frame{a.x, a.y, b.x - a.x - gap, b.y - a.y}, barStrong)
	}
	return s, nil
}
