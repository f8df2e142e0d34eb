package plots_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"gopets/plots"
)

// hostile are labels as files and users may supply them.
var hostile = []string{
	`<script>alert("x")</script>`, `quotes " and ' & <b>`, "חתול סיאמי", "قط فارسي", "柴犬 🐕",
	"bell \a esc \x1b[31m del \x7f", "bad utf-8 \xff\xfe", "two\nlines\tand tab",
	"override \u202Egnp.exe", strings.Repeat("very_long_name_", 30), "",
	"combining e\u0301\u0302\u0303", "]]>", "nul\x00 and \uFFFE", "Привет",
}

func hostileCharts() map[string]plots.Chart {
	n := len(hostile)
	values := make([]float64, n)
	counts := make([][]int, n)
	grid := plots.ImageGrid{Figure: plots.Figure{Title: hostile[0], Width: 9, Height: 9}}
	table := plots.Table{Figure: plots.Figure{Title: hostile[0]}, Header: hostile[:3]}
	l := plots.Lines{Figure: plots.Figure{Title: hostile[9], Alt: hostile[1]}, XLabel: hostile[9],
		YLabel: hostile[2]}
	for i, name := range hostile {
		values[i] = float64(i) / 20
		counts[i] = make([]int, n)
		counts[i][i], counts[i][(i+1)%n] = i, 1
		grid.Cells = append(grid.Cells,
			plots.ImageCell{Image: creature(60, 50, color.RGBA{200, 140, 80, 255}), Title: name})
		table.Rows = append(table.Rows, []string{name, "1", hostile[n-1-i]})
		l.Series = append(l.Series, plots.Series{Name: name, Y: []float64{float64(i), 3, math.NaN(),
			math.Inf(1), float64(n - i)}})
	}
	return map[string]plots.Chart{
		"grid": grid, "table": table, "lines": l,
		"matrix": plots.Matrix{Labels: hostile, Counts: counts, XLabel: hostile[0],
			YLabel: hostile[3]},
		"bars": plots.Bars{Figure: plots.Figure{Title: hostile[4]}, Labels: hostile,
			Values: values},
		"prediction": plots.Prediction{Figure: plots.Figure{Title: hostile[1]},
			Image: creature(300, 90, color.RGBA{200, 140, 80, 255}),
			Bars:  plots.Bars{Labels: hostile, Values: values}},
		"panels": plots.Panels{Figure: plots.Figure{Title: hostile[0]},
			Charts: []plots.Lines{l, l}},
		"histogram": plots.Histogram{Values: values, XLabel: hostile[0]},
		"finder": plots.LRFinder{LR: []float64{1e-3, 1e-2}, Loss: []float64{1, 2},
			Suggestions: []plots.Mark{{Name: hostile[0], LR: 1e-2, Loss: 2}}},
		"epochs": plots.EpochTable{Metrics: hostile[:2],
			Rows: []plots.EpochRow{{ValidLoss: math.NaN(), Metrics: []float64{1}}}},
		"summary": plots.Summary{Title: hostile[0],
			Rows:  []plots.LayerRow{{Name: hostile[1], Output: hostile[2], Params: 12}},
			Notes: hostile},
	}
}

// TestHostileLabels draws every chart with every bad label: the documents stay well-formed, nothing
// in them becomes markup, and no control character reaches a terminal.
func TestHostileLabels(t *testing.T) {
	for name, c := range hostileCharts() {
		t.Run(name, func(t *testing.T) { checkForms(t, c) })
	}
}

// TestFormsAreValid holds the golden charts to the same rules.
func TestFormsAreValid(t *testing.T) {
	for name, c := range charts() {
		t.Run(name, func(t *testing.T) { checkForms(t, c) })
	}
}

func checkForms(t *testing.T, c plots.Chart) {
	t.Helper()
	svg, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	checkSVG(t, svg)
	image, err := c.PNG()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, a := img.At(0, 0).RGBA(); a != 0xffff {
		t.Error("the image's ground is not opaque")
	}
	text, err := c.HTML()
	if err != nil {
		t.Fatal(err)
	}
	checkHTML(t, text)
	checkText(t, c.Text())
}

// svgVocabulary are the elements and attributes that our documents may hold: all of SVG 1.1 but
// href, which is SVG 2's.
var svgVocabulary = map[string]string{
	"svg": "xmlns width height viewBox font-family role aria-label", "desc": "",
	"rect": "x y width height fill fill-opacity",
	"polyline": "points fill stroke stroke-width stroke-linejoin stroke-linecap stroke-dasharray " +
		"stroke-opacity",
	"circle": "cx cy r fill stroke stroke-width",
	"image":  "x y width height preserveAspectRatio href",
	"text":   "x y font-size fill text-anchor font-weight transform textLength lengthAdjust",
}

func checkSVG(t *testing.T, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("SVG is not well-formed: %v", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		allowed, known := svgVocabulary[e.Name.Local]
		if !known {
			t.Errorf("SVG holds an element <%s>", e.Name.Local)
		}
		for _, a := range e.Attr {
			if !strings.Contains(" "+allowed+" ", " "+a.Name.Local+" ") {
				t.Errorf("SVG: <%s> has an attribute %s", e.Name.Local, a.Name.Local)
			}
			if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "data:image/") {
				t.Errorf("SVG refers to %.40q", a.Value)
			}
			if a.Name.Local != "href" && a.Name.Local != "aria-label" &&
				(strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf")) {
				t.Errorf("SVG: %s=%q", a.Name.Local, a.Value)
			}
		}
	}
}

// checkHTML parses as a browser does and compares with what was written: the same elements, each
// closed.
func checkHTML(t *testing.T, text string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(text))
	var open []string
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case html.StartTagToken:
			switch token.Data {
			case "img":
				for _, a := range token.Attr {
					if a.Key == "src" && !strings.HasPrefix(a.Val, "data:image/") {
						t.Errorf("<img> refers to %.40q", a.Val)
					}
					if a.Key == "alt" && a.Val == "" {
						t.Error("<img> without alternative text")
					}
				}
			case "br":
			case "table", "thead", "tbody", "tr", "th", "td", "caption", "p", "div", "progress":
				open = append(open, token.Data)
			default:
				t.Errorf("HTML holds an element <%s>", token.Data)
			}
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Key, "on") {
					t.Errorf("HTML holds a handler %s", a.Key)
				}
			}
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != token.Data {
				t.Fatalf("</%s> closes %v", token.Data, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("not closed: %v", open)
	}
}

func checkText(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Error("text is not UTF-8")
	}
	if text == "" || !strings.HasSuffix(text, "\n") {
		t.Errorf("text %q does not end in a newline", text)
	}
	for _, r := range text {
		if r < ' ' && r != '\n' || r == 0x7f {
			t.Fatalf("text holds the control character %U", r)
		}
	}
}

// FuzzLabel passes any text to the charts that measure, cut and rotate text.
func FuzzLabel(f *testing.F) {
	for _, name := range hostile {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		checkForms(t, plots.Bars{Figure: plots.Figure{Title: name, Width: 3},
			Labels: []string{name}, Values: []float64{1}})
		checkForms(t, plots.Table{Header: []string{name}, Rows: [][]string{{name}}})
		checkForms(t, plots.ImageGrid{Cells: []plots.ImageCell{{Image: creature(20, 20,
			color.RGBA{A: 255}), Title: name}}})
	})
}
