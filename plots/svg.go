package plots

import (
	"bytes"
	"encoding/base64"
	"image/color"
	"image/jpeg"
	"math"
	"strconv"
	"strings"
)

type svgWriter struct {
	bytes.Buffer
	err error
}

func (s *scene) svg() ([]byte, error) {
	w := &svgWriter{}
	w.open("svg", "xmlns", "http://www.w3.org/2000/svg", "width", num(s.w), "height", num(s.h),
		"viewBox", "0 0 "+num(s.w)+" "+num(s.h), "font-family", fontFamily, "role", "img",
		"aria-label", s.alt)
	w.WriteString(">\n<desc>" + escape(s.alt) + "</desc>\n")
	for _, it := range s.items {
		it.svg(w)
	}
	w.WriteString("</svg>\n")
	return w.Bytes(), w.err
}

func (w *svgWriter) open(tag string, attributes ...string) {
	w.WriteString("<" + tag)
	for i := 0; i+1 < len(attributes); i += 2 {
		w.WriteString(" " + attributes[i] + `="` + escape(attributes[i+1]) + `"`)
	}
}

func (w *svgWriter) paintAttribute(name string, c color.NRGBA) {
	w.WriteString(" " + name + `="` + hexColor(c) + `"`)
	if c.A != 255 {
		w.WriteString(" " + name + `-opacity="` + num(float64(c.A)/255) + `"`)
	}
}

func (b box) svg(w *svgWriter) {
	w.open("rect", "x", num(b.x), "y", num(b.y), "width", num(b.w), "height", num(b.h))
	w.paintAttribute("fill", b.fill)
	w.WriteString("/>\n")
}

func (l line) svg(w *svgWriter) {
	var d strings.Builder
	for i, p := range l.points {
		if i > 0 {
			d.WriteByte(' ')
		}
		d.WriteString(num(p.x) + "," + num(p.y))
	}
	w.open("polyline", "points", d.String(), "fill", "none", "stroke-width", num(l.width),
		"stroke-linejoin", "round", "stroke-linecap", "round")
	w.paintAttribute("stroke", l.stroke)
	if len(l.dash) > 0 {
		parts := make([]string, len(l.dash))
		for i, v := range l.dash {
			parts[i] = num(v)
		}
		w.WriteString(` stroke-dasharray="` + strings.Join(parts, " ") + `"`)
	}
	w.WriteString("/>\n")
}

func (d dot) svg(w *svgWriter) {
	w.open("circle", "cx", num(d.center.x), "cy", num(d.center.y), "r", num(d.radius), "stroke",
		"#ffffff", "stroke-width", num(d.radius/4))
	w.paintAttribute("fill", d.fill)
	w.WriteString("/>\n")
}

func (l label) svg(w *svgWriter) {
	w.open("text", "x", num(l.x), "y", num(l.y), "font-size", num(l.size))
	w.paintAttribute("fill", l.fill)
	switch l.anchor {
	case middle:
		w.WriteString(` text-anchor="middle"`)
	case end:
		w.WriteString(` text-anchor="end"`)
	}
	if l.bold {
		w.WriteString(` font-weight="bold"`)
	}
	if l.angle != 0 {
		w.WriteString(` transform="rotate(` + num(l.angle) + " " + num(l.x) + " " + num(l.y) + `)"`)
	}
	if pinned(l.text) {
		w.WriteString(` textLength="` + num(l.width) + `" lengthAdjust="spacingAndGlyphs"`)
	}
	w.WriteString(">" + escape(l.text) + "</text>\n")
}

// pinned reports whether a text keeps its measured width where our fonts are missing: words in
// simple scripts do; numbers are too short to matter, other scripts measure differently.
func pinned(text string) bool {
	if len(text) < 6 {
		return false
	}
	for _, r := range text {
		if r >= 0x250 && r != '…' && r != '–' {
			return false
		}
	}
	return true
}

func (p bitmap) svg(w *svgWriter) {
	var data bytes.Buffer
	if err := jpeg.Encode(&data, limit(p.img, 2*p.w, 2*p.h),
		&jpeg.Options{Quality: 90}); err != nil {
		w.err = err
		return
	}
	w.open("image", "x", num(p.x), "y", num(p.y), "width", num(p.w), "height", num(p.h),
		"preserveAspectRatio", "none",
		"href", dataURI("image/jpeg", data.Bytes()))
	w.WriteString("/>\n")
}

func num(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "0"
	}
	return strconv.FormatFloat(math.Round(v*100)/100+0, 'f', -1, 64)
}

// escape makes a text safe in XML and HTML, also in double quotes.
func escape(text string) string { return escaper.Replace(clean(text)) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'",
	"&#39;")

func dataURI(mime string, data []byte) string {
	return "data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(data)
}
