package plots

import (
	"strings"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"
)

// These fonts have letters of the same widths, so sizes measured with the first, which is embedded,
// are right on Windows and macOS.
const fontFamily = "'Liberation Sans',Arial,Helvetica,sans-serif"

// A typeface measures text and returns outlines of letters. It is not safe for concurrent use.
type typeface struct {
	font   *sfnt.Font
	buffer sfnt.Buffer
	units  fixed.Int26_6
	glyphs map[rune]glyph
}

// A glyph is one letter, in units of the font's size.
type glyph struct {
	advance  float64
	segments sfnt.Segments // 26.6 fixed point, at the font's own units per em
}

func faces() (regular, bold *typeface, err error) {
	if regular, err = newTypeface(liberationsansregular.TTF); err != nil {
		return nil, nil, err
	}
	bold, err = newTypeface(liberationsansbold.TTF)
	return regular, bold, err
}

func newTypeface(ttf []byte) (*typeface, error) {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, err
	}
	return &typeface{font: f, units: fixed.I(int(f.UnitsPerEm())), glyphs: map[rune]glyph{}}, nil
}

func (t *typeface) glyph(r rune) glyph {
	if g, ok := t.glyphs[r]; ok {
		return g
	}
	var g glyph
	if index, err := t.font.GlyphIndex(&t.buffer, r); err == nil && !invisible(r) {
		if a, err := t.font.GlyphAdvance(&t.buffer, index, t.units, font.HintingNone); err == nil {
			g.advance = float64(a) / float64(t.units)
		}
		if segments, err := t.font.LoadGlyph(&t.buffer, index, t.units, nil); err == nil {
			g.segments = append(g.segments, segments...)
		}
	}
	t.glyphs[r] = g
	return g
}

func invisible(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Variation_Selector) }

func (t *typeface) advance(text string) float64 {
	sum := 0.0
	for _, r := range text {
		sum += t.glyph(r).advance
	}
	return sum
}

func (s *scene) fit(text string, size float64, bold bool, limit float64) string {
	if s.width(text, size, bold) <= limit {
		return text
	}
	face := s.face(bold)
	room := limit/size - face.advance("…")
	cut := 0
	for i, r := range text {
		if room -= face.glyph(r).advance; room < 0 {
			break
		}
		cut = i + len(string(r))
	}
	kept := strings.TrimRightFunc(text[:cut], func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Mn, unicode.Cf)
	})
	if kept == "" {
		return ""
	}
	return kept + "…"
}

// wrap breaks a text into lines of at most limit pixels, at blanks and after slashes, about equally
// long; the last allowed line is cut. Line feeds always break.
func (s *scene) wrap(text string, size float64, bold bool, limit float64, lines int) []string {
	var out []string
	for _, paragraph := range strings.Split(text, "\n") {
		parts := words(clean(paragraph))
		room := limit
		filled := s.fill(parts, size, bold, room)
		for step := limit / 16; room > step; {
			narrower := s.fill(parts, size, bold, room-step)
			if len(narrower) > len(filled) {
				break
			}
			room -= step
			filled = narrower
		}
		out = append(out, filled...)
	}
	if len(out) > lines {
		out = append(out[:lines-1], strings.Join(out[lines-1:], " "))
	}
	for i := range out {
		out[i] = s.fit(out[i], size, bold, limit)
	}
	return out
}

// fill puts as many words on each line as fit, one at least.
func (s *scene) fill(words []string, size float64, bold bool, limit float64) []string {
	var out []string
	current := ""
	for _, word := range words {
		if current != "" && s.width(strings.TrimSpace(current+word), size, bold) > limit {
			out = append(out, strings.TrimSpace(current))
			current = ""
		}
		current += word
	}
	return append(out, strings.TrimSpace(current))
}

func words(text string) []string {
	var out []string
	from := 0
	for i, r := range text {
		if r == ' ' && !strings.HasPrefix(text[i+1:], "/ ") || r == '/' && i > 0 &&
			text[i-1] != ' ' {
			out = append(out, text[from:i+1])
			from = i + 1
		}
	}
	return append(out, text[from:])
}

// clean makes a text safe to draw and to print: one line, valid UTF-8, no control characters.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r >= '\u202a' && r <= '\u202e': // changes the direction of later text
			return unicode.ReplacementChar
		case unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF || r == '\u2028' || r == '\u2029':
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

// visual puts letters into painting order, which browsers do themselves.
func visual(text string) string {
	if !strings.ContainsFunc(text, rightToLeft) {
		return text
	}
	var p bidi.Paragraph
	if _, err := p.SetString(text); err != nil {
		return text
	}
	order, err := p.Order()
	if err != nil {
		return text
	}
	var b strings.Builder
	for i := range order.NumRuns() {
		run := order.Run(i)
		if run.Direction() == bidi.RightToLeft {
			b.WriteString(bidi.ReverseString(run.String()))
		} else {
			b.WriteString(run.String())
		}
	}
	return b.String()
}

func rightToLeft(r rune) bool {
	p, _ := bidi.LookupRune(r)
	return p.Class() == bidi.R || p.Class() == bidi.AL || p.Class() == bidi.RLO
}
