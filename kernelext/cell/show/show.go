// Package show gives values the forms in which a notebook shows them. The kernel calls it for a cell's last expression.
package show

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"reflect"

	"gopets/kernelext/cell"
)

// Values shows the results of one expression. A last result that is a nil error is not worth a word when there are others, and neither is
// an expression without any result.
//
// A value shows itself by its method HTML, PNG, SVG or Markdown (results string or []byte, and perhaps an error), as many as it has; an
// image.Image as a picture; a value with a method Show that returns nothing is asked to do so. Anything else looks as fmt.Print shows it.
func Values(values ...any) {
	if n := len(values); n > 1 && values[n-1] == nil {
		values = values[:n-1]
	}
	if len(values) == 0 {
		return
	}
	if len(values) == 1 {
		if s, ok := values[0].(interface{ Show() }); ok && len(forms(values[0])) == 0 {
			s.Show()
			return
		}
	}
	b := cell.Bundle{"text/plain": text(values...)}
	if len(values) == 1 {
		for mime, data := range forms(values[0]) {
			b[mime] = data
		}
	}
	if err := cell.Result(b); err != nil {
		fmt.Fprintln(os.Stderr, "showing the cell's value:", err)
	}
}

// text is what fmt prints. A value whose own methods panic is told by fmt in that text.
func text(values ...any) string {
	var b bytes.Buffer
	for i, v := range values {
		if i > 0 {
			b.WriteByte(' ')
		}
		if img, ok := v.(image.Image); ok {
			if _, ok := v.(fmt.Stringer); !ok && !isNil(v) {
				fmt.Fprintf(&b, "%T, %v", v, img.Bounds().Size())
				continue
			}
		}
		fmt.Fprint(&b, v)
	}
	return b.String()
}

// forms asks a value for its rich forms. A form that cannot be had is left out; a nil pointer has none.
func forms(v any) map[string]string {
	if v == nil || isNil(v) {
		return nil
	}
	found := map[string]string{}
	add := func(mime, data string, err error) {
		if err == nil && data != "" {
			found[mime] = data
		}
	}
	switch v := v.(type) {
	case interface{ HTML() string }:
		add("text/html", v.HTML(), nil)
	case interface{ HTML() (string, error) }:
		s, err := v.HTML()
		add("text/html", s, err)
	}
	switch v := v.(type) {
	case interface{ Markdown() string }:
		add("text/markdown", v.Markdown(), nil)
	case interface{ Markdown() (string, error) }:
		s, err := v.Markdown()
		add("text/markdown", s, err)
	}
	switch v := v.(type) {
	case interface{ SVG() string }:
		add("image/svg+xml", v.SVG(), nil)
	case interface{ SVG() []byte }:
		add("image/svg+xml", string(v.SVG()), nil)
	case interface{ SVG() ([]byte, error) }:
		s, err := v.SVG()
		add("image/svg+xml", string(s), err)
	case interface{ SVG() (string, error) }:
		s, err := v.SVG()
		add("image/svg+xml", s, err)
	}
	switch v := v.(type) {
	case interface{ PNG() []byte }:
		add("image/png", string(v.PNG()), nil)
	case interface{ PNG() ([]byte, error) }:
		s, err := v.PNG()
		add("image/png", string(s), err)
	case image.Image:
		var b bytes.Buffer
		err := png.Encode(&b, v)
		add("image/png", b.String(), err)
	}
	return found
}

// isNil finds nil pointers, whose methods would panic.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}
