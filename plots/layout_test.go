package plots

import (
	"image/color"
	"math"
	"reflect"
	"strings"
	"testing"
)

func labels(ticks []tick) (out []string) {
	for _, t := range ticks {
		if t.label != "" {
			out = append(out, t.label)
		}
	}
	return out
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		log    bool
		n      int
		want   string
	}{
		{0, 3.6, false, 5, "0 1 2 3"},
		{0, 0.003, false, 7, "0.0000 0.0005 0.0010 0.0015 0.0020 0.0025 0.0030"},
		{-0.3, 0.3, false, 4, "-0.2 0.0 0.2"},
		{0.848, 0.951, false, 5, "0.850 0.875 0.900 0.925 0.950"},
		{0, 1e-4, false, 5, "0 2e-05 4e-05 6e-05 8e-05 1e-04"},
		{0, 2.5e7, false, 5, "0 5e+06 1e+07 1.5e+07 2e+07 2.5e+07"},
		{99999, 100001, false, 4, "99999.0 99999.5 100000.0 100000.5 100001.0"},
		{8e-7, 2, true, 10, "1e-06 1e-05 1e-04 1e-03 1e-02 1e-01 1e+00"},
		{1e-9, 1e3, true, 5, "1e-09 1e-06 1e-03 1e+00 1e+03"},
		{1.5e-3, 7e-3, true, 5, "2e-03 5e-03"},
	} {
		got := linearTicks(c.lo, c.hi, c.n)
		if c.log {
			got = logTicks(c.lo, c.hi, c.n)
		}
		if s := strings.Join(labels(got), " "); s != c.want {
			t.Errorf("ticks(%g, %g, log %v, %d) = %s, want %s", c.lo, c.hi, c.log, c.n, s, c.want)
		}
	}
}

func TestTicksLieInside(t *testing.T) {
	for _, r := range [][2]float64{{0, 0}, {5, 5}, {-1e-300, 1e-300}, {1e300, 1.0000001e300},
		{-3, 1e9}} {
		a := newAxis(r[0], r[1], 0.05, false, 6)
		if len(a.ticks) > 50 {
			t.Errorf("%v: %d ticks", r, len(a.ticks))
		}
		for _, k := range a.ticks {
			if s := a.share(k.value); !(s > -1e-6 && s < 1+1e-6) {
				t.Errorf("%v: tick %g at %g", r, k.value, s)
			}
		}
	}
}

// TestContrast asks of every colour that a matrix can have at least the ratio that WCAG 2 wants for
// large text. TestLabelsLieInside draws axes whose last tick is close to their end: no label is cut
// by the image's edge.
func TestLabelsLieInside(t *testing.T) {
	for _, l := range []Lines{
		{LogX: true, Series: []Series{{X: []float64{6e-7, 0.6}, Y: []float64{3, 5}}}},
		{LogX: true, Series: []Series{{X: []float64{1e-7, 0.55}, Y: []float64{3, 5}}}},
		{Series: []Series{{X: []float64{0, 96500}, Y: []float64{3, 5}}}},
		{Figure: Figure{Width: 2, Height: 2},
			Series: []Series{{X: []float64{0, 965}, Y: []float64{3, 5}}}},
	} {
		s, err := l.draw()
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range s.items {
			if w, ok := it.(label); ok && w.angle == 0 && w.anchor == middle &&
				(w.x-w.width/2 < 0 || w.x+w.width/2 > s.w) {
				t.Errorf("%q reaches from %g to %g in an image of %g pixels", w.text,
					w.x-w.width/2, w.x+w.width/2, s.w)
			}
		}
	}
}

func TestContrast(t *testing.T) {
	for _, r := range []ramp{blues, oranges} {
		for i := range 101 {
			ground := r.at(float64(i) / 100)
			a, b := luminance(ground)+0.05, luminance(contrast(ground))+0.05
			if ratio := math.Max(a, b) / math.Min(a, b); ratio < 3.9 {
				t.Errorf("%s on %s: ratio %.2f", hexColor(contrast(ground)), hexColor(ground),
					ratio)
			}
		}
	}
}

// TestRampsGetDarkerSteadily keeps the colour maps readable without colour.
func TestRampsGetDarkerSteadily(t *testing.T) {
	for name, r := range map[string]ramp{"blues": blues, "oranges": oranges, "magma": magma} {
		sign := math.Copysign(1, luminance(r[len(r)-1])-luminance(r[0]))
		for i := 1; i < len(r); i++ {
			if sign*(luminance(r[i])-luminance(r[i-1])) <= 0 {
				t.Errorf("%s turns back at %d", name, i)
			}
		}
	}
	if got := magma.at(0.5); math.Abs(float64(got.R)-183) > 3 || math.Abs(float64(got.G)-55) > 3 ||
		math.Abs(float64(got.B)-121) > 3 {
		t.Errorf("magma's middle is %v, want about (183, 55, 121)", got)
	}
}

func TestParseColor(t *testing.T) {
	for text, want := range map[string]color.NRGBA{"": ink, "red": {255, 0, 0, 255},
		"Green": {0, 128, 0, 255}, "#fff": white, "#0072b2": {0, 0x72, 0xb2, 255}} {
		if got, err := parseColor(text, ink); err != nil || got != want {
			t.Errorf("parseColor(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"0072b2", "#12345", "#gggggg", "reddish", "#", `"/><script>`} {
		if _, err := parseColor(text, ink); err == nil {
			t.Errorf("parseColor(%q) must fail", text)
		}
	}
}

func testScene(t *testing.T) *scene {
	t.Helper()
	s, err := Figure{}.newScene("test", 4, 4, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFit(t *testing.T) {
	s := testScene(t)
	for _, text := range []string{"staffordshire_bull_terrier", "חתול סיאמי מאוד",
		"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", "a b c d e f g"} {
		for max := 5.0; max < 200; max += 7 {
			got := s.fit(text, 10, false, max)
			if w := s.width(got, 10, false); w > max {
				t.Errorf("fit(%q, %g) = %q is %g wide", text, max, got, w)
			}
			if got != text && got != "" && !strings.HasSuffix(got, "…") {
				t.Errorf("fit(%q, %g) = %q has no ellipsis", text, max, got)
			}
		}
	}
}

func TestWrap(t *testing.T) {
	s := testScene(t)
	for _, c := range []struct {
		text string
		max  float64
		want []string
	}{
		{"boxer/pug / 7.26 / 0.00", 200, []string{"boxer/pug / 7.26 / 0.00"}},
		{"american_pit_bull_terrier/staffordshire_bull_terrier / 6.90 / 0.00", 160,
			[]string{"american_pit_bull_terrier/", "staffordshire_bull_terrier /", "6.90 / 0.00"}},
		{"shiba_inu/american_bulldog / 4.10 / 0.02", 170, []string{"shiba_inu/american_bulldog /",
			"4.10 / 0.02"}},
		{"Ragdoll\nBirman", 200, []string{"Ragdoll", "Birman"}},
		{"a\nb\nc\nd", 200, []string{"a", "b", "c d"}},
		{"", 200, []string{""}},
	} {
		if got := s.wrap(c.text, 12, false, c.max, 3); !reflect.DeepEqual(got, c.want) {
			t.Errorf("wrap(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestVisualOrder(t *testing.T) {
	for text, want := range map[string]string{"pug": "pug", "חתול": "לותח",
		"a חתול b": "a לותח b"} {
		if got := visual(text); got != want {
			t.Errorf("visual(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestThinKeepsExtremes shortens a long line without losing a peak.
func TestThinKeepsExtremes(t *testing.T) {
	var points []point
	for i := range 100_000 {
		points = append(points, point{float64(i) / 250, math.Sin(float64(i))})
	}
	points[54_321].y = 9
	points[77_777].y = -9
	got := thin(points)
	if len(got) > 4*401 {
		t.Errorf("%d points are left", len(got))
	}
	lo, hi := 0.0, 0.0
	for i, p := range got {
		lo, hi = math.Min(lo, p.y), math.Max(hi, p.y)
		if i > 0 && p.x < got[i-1].x {
			t.Fatal("points out of order")
		}
	}
	if lo != -9 || hi != 9 || got[0] != points[0] || got[len(got)-1] != points[len(points)-1] {
		t.Errorf("lost an extreme or an end: %g, %g", lo, hi)
	}
}
