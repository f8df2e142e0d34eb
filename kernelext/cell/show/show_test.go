package show

import (
	"errors"
	"html/template"
	"image"
	"maps"
	"strings"
	"testing"
)

type (
	plain   struct{}
	byValue struct{}
	byRef   struct{}
	typed   struct{}
	bytesOf struct{}
	failing struct{}
	panics  struct{}
	other   struct{}
	many    struct{}
)

func (byValue) HTML() string             { return "<b>" }
func (*byRef) Markdown() (string, error) { return "*b*", nil }
func (typed) HTML() template.HTML        { return "<i>" }
func (bytesOf) SVG() []byte              { return []byte("<svg/>") }
func (failing) PNG() ([]byte, error)     { return []byte("half"), errors.New("no image") }
func (failing) HTML() string             { return "<u>" }
func (panics) HTML() string              { panic("at the disco") }
func (panics) Markdown() string          { return "*p*" }
func (other) HTML(indent int) string     { return "" }
func (other) SVG() int                   { return 1 }
func (other) PNG() (string, int)         { return "", 1 }
func (many) HTML() string                { return "h" }
func (many) Markdown() string            { return "m" }
func (many) PNG() []byte                 { return []byte("p") }
func (many) SVG() (template.HTML, error) { return "s", nil }
func (many) String() string              { return "many" }

func TestForms(t *testing.T) {
	var null *byValue
	for _, c := range []struct {
		name  string
		value any
		want  map[string]string
	}{
		{"none", plain{}, nil},
		{"nil", nil, nil},
		{"a value", byValue{}, map[string]string{"text/html": "<b>"}},
		{"a pointer to it", &byValue{}, map[string]string{"text/html": "<b>"}},
		{"a pointer's method", &byRef{}, map[string]string{"text/markdown": "*b*"}},
		{"is not the value's", byRef{}, nil},
		{"a nil pointer", null, nil},
		{"a type of string", typed{}, map[string]string{"text/html": "<i>"}},
		{"bytes", bytesOf{}, map[string]string{"image/svg+xml": "<svg/>"}},
		{"one that fails", failing{}, map[string]string{"text/html": "<u>"}},
		{"one that panics", panics{}, map[string]string{"text/markdown": "*p*"}},
		{"other methods of the names", other{}, nil},
		{"all", many{}, map[string]string{"text/html": "h", "text/markdown": "m", "image/png": "p",
			"image/svg+xml": "s"}},
		{"an image without pixels", image.NewGray(image.Rect(0, 0, 0, 3)), nil},
	} {
		if got := forms(c.value); !maps.Equal(got, c.want) {
			t.Errorf("%s: %q, wanted %q", c.name, got, c.want)
		}
	}
	if png := forms(image.NewGray(image.Rect(0, 0, 2, 2)))["image/png"]; len(png) < 8 ||
		png[1:4] != "PNG" {
		t.Errorf("an image became %q", png)
	}
}

type node struct {
	Name string
	Next *node
	tags []string
}

func TestText(t *testing.T) {
	loop := &node{Name: "a"}
	loop.Next = loop
	long := make([]float64, 1_000_000)
	for _, c := range []struct {
		name  string
		value any
		want  string
	}{
		{"fields", node{Name: "a", tags: []string{"x", "y"}}, "{Name:a Next:<nil> tags:[x y]}"},
		{"a pointer", &node{Name: "a"}, "&{Name:a Next:<nil> tags:[]}"},
		{"pointers in a slice", []*node{{Name: "a"}, nil}, "[&{Name:a Next:<nil> tags:[]} <nil>]"},
		{"bytes that are text", []byte("häß\n"), "häß\n"},
		{"bytes that are none", []byte{0, 255}, "[0 255]"},
		{"bytes within", struct{ B []byte }{[]byte("hi")}, "{B:hi}"},
		{"a map", map[string]*node{"b": {Name: "1"}, "a": nil},
			"map[a:<nil> b:&{Name:1 Next:<nil> tags:[]}]"},
		{"errors within", []error{errors.New("bad"), nil}, "[bad <nil>]"},
		{"an interface", []any{1, "x", nil}, "[1 x <nil>]"},
		{"nil", nil, "<nil>"},
		{"a nil map", map[string]int(nil), "map[]"},
		{"a channel", (chan int)(nil), "<nil>"},
		{"blank fields", struct{ _, a, _, b int }{a: 1, b: 2}, "{a:1 b:2}"},
	} {
		if got := text(c.value); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := text(long); len(got) > 3_000 || !strings.HasSuffix(got, "… (999000 more)]") {
		t.Errorf("a million floats are %d bytes, ending with %q", len(got), got[len(got)-30:])
	}
	if got := text(strings.Repeat("é", 1_000_000)); !strings.HasSuffix(got,
		"… (1000000 more bytes)") {
		t.Errorf("a long text ends with %q", got[len(got)-30:])
	}
	if got := text(loop); len(got) > 300 {
		t.Errorf("a loop is %q", got)
	}
}
