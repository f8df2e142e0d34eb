package plots

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
)

var (
	white   = color.NRGBA{255, 255, 255, 255}
	ink     = color.NRGBA{0x22, 0x22, 0x22, 255} // text and axes
	hairs   = color.NRGBA{0xe4, 0xe4, 0xe4, 255} // grid lines
	outline = color.NRGBA{0x80, 0x80, 0x80, 255} // frames
)

// seriesColors are Okabe and Ito's (2008), for people with any kind of colour vision.
var seriesColors = []color.NRGBA{
	{0x00, 0x72, 0xb2, 255}, // blue
	{0xd5, 0x5e, 0x00, 255}, // vermilion
	{0x00, 0x9e, 0x73, 255}, // bluish green
	{0xcc, 0x79, 0xa7, 255}, // reddish purple
	{0xe6, 0x9f, 0x00, 255}, // orange
	{0x56, 0xb4, 0xe9, 255}, // sky blue
	{0x00, 0x00, 0x00, 255},
}

// parseColor parses "#rgb", "#rrggbb" or an SVG colour name; "" is fallback.
func parseColor(s string, fallback color.NRGBA) (color.NRGBA, error) {
	if s == "" {
		return fallback, nil
	}
	if c, ok := colornames.Map[strings.ToLower(s)]; ok {
		return color.NRGBA{c.R, c.G, c.B, 255}, nil
	}
	hex, found := strings.CutPrefix(s, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	v, err := strconv.ParseUint(hex, 16, 32)
	if !found || err != nil || len(hex) != 6 {
		return fallback,
			fmt.Errorf("unknown colour %q; want #rrggbb or a name such as red or green", s)
	}
	return color.NRGBA{uint8(v >> 16), uint8(v >> 8), uint8(v), 255}, nil
}

func hexColor(c color.NRGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// A ramp is a colour map: equidistant colours, blended linearly.
type ramp []color.NRGBA

// The ramps get steadily darker or lighter, so that they work in grey.
var (
	// ColorBrewer's (C. Brewer, colorbrewer2.org)
	blues = ramp{{247, 251, 255, 255}, {222, 235, 247, 255}, {198, 219, 239, 255},
		{158, 202, 225, 255}, {107, 174, 214, 255},
		{66, 146, 198, 255}, {33, 113, 181, 255}, {8, 81, 156, 255}, {8, 48, 107, 255}}
	oranges = ramp{{255, 245, 235, 255}, {254, 230, 206, 255}, {253, 208, 162, 255},
		{253, 174, 107, 255}, {253, 141, 60, 255},
		{241, 105, 19, 255}, {217, 72, 1, 255}, {166, 54, 3, 255}, {127, 39, 4, 255}}
	// S. van der Walt and N. Smith's (public domain) at ninths
	magma = ramp{{0, 0, 4, 255}, {24, 15, 62, 255}, {69, 16, 119, 255}, {114, 31, 129, 255},
		{159, 47, 127, 255},
		{205, 64, 113, 255}, {241, 96, 93, 255}, {253, 149, 103, 255}, {254, 202, 141, 255},
		{252, 253, 191, 255}}
)

func (r ramp) at(t float64) color.NRGBA {
	t = math.Min(math.Max(t, 0), 1) * float64(len(r)-1)
	if math.IsNaN(t) {
		t = 0
	}
	i := min(int(t), len(r)-2)
	return mix(r[i], r[i+1], t-float64(i))
}

func mix(a, b color.NRGBA, t float64) color.NRGBA {
	blend := func(x, y uint8) uint8 {
		return uint8(math.Round(float64(x) +
			t*(float64(y)-float64(x))))
	}
	return color.NRGBA{blend(a.R, b.R), blend(a.G, b.G), blend(a.B, b.B), 255}
}

// contrast returns dark or white ink, by the contrast ratio of WCAG 2.
func contrast(ground color.NRGBA) color.NRGBA {
	l := luminance(ground) + 0.05
	if l/(luminance(ink)+0.05) > (luminance(white)+0.05)/l {
		return ink
	}
	return white
}

// luminance returns the relative luminance of WCAG 2, in [0,1].
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
