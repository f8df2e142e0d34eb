package render

import (
	"fmt"
	"math"
	"strconv"
)

// The extreme backgrounds of text (page.css).
const (
	lightBackground = "#fff5f5"
	darkBackground  = "#241f12"
	wanted          = 4.5 // contrast of text, WCAG 2.1 level AA
)

// readable changes a colour towards black or, on dark paper, white until it is readable.
func readable(color, paper string, towards float64) string {
	c := rgb(color)
	for step := 0.0; step <= 1; step += 1.0 / 32 {
		mixed := [3]float64{}
		for i := range c {
			mixed[i] = math.Round(c[i] + (towards-c[i])*step)
		}
		hex := fmt.Sprintf("#%02x%02x%02x", int(mixed[0]), int(mixed[1]), int(mixed[2]))
		if contrast(hex, paper) >= wanted {
			return hex
		}
	}
	return fmt.Sprintf("#%02[1]x%02[1]x%02[1]x", int(towards))
}

func textColorOn(background string) string {
	if contrast("#000000", background) >= contrast("#ffffff", background) {
		return "#000000"
	}
	return "#ffffff"
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func luminance(color string) float64 {
	sum, c := 0.0, rgb(color)
	for i, weight := range [3]float64{.2126, .7152, .0722} {
		v := c[i] / 255
		if v <= .04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

func rgb(color string) (c [3]float64) {
	n, err := strconv.ParseUint(color[1:], 16, 32)
	if err != nil || len(color) != 7 {
		panic("a colour of this package's own is written " + color)
	}
	return [3]float64{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}
}
