// Package show converts a cell's last expression into the forms that a notebook shows.
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

// Values shows the results of one expression. A nil error after other results is left out.
//
// A value shows itself by its methods HTML, PNG, SVG and Markdown, without arguments, which return
// a string or bytes, and perhaps an error. An image.Image is shown as an image; a method Show
// without results is called. Anything else is printed as by fmt.Print. A method that fails or
// panics costs only its form and is reported on the standard error.
func Values(values ...any) {
	if n := len(values); n > 1 && values[n-1] == nil {
		values = values[:n-1]
	}
	if len(values) == 0 {
		return
	}
	rich := map[string]string{}
	if len(values) == 1 {
		rich = forms(values[0])
		if s, ok := values[0].(interface{ Show() }); ok && len(rich) == 0 {
			s.Show()
			return
		}
	}
	b := cell.Bundle{"text/plain": text(values...)}
	for mime, data := range rich {
		b[mime] = data
	}
	if err := cell.Result(b); err != nil {
		complain("showing the cell's value", err)
	}
}

// Results shows the results of a call, as [Values] does, but not a nil error alone.
func Results(values ...any) {
	if len(values) != 1 || values[0] != nil {
		Values(values...)
	}
}

func complain(what string, err any) { fmt.Fprintf(os.Stderr, "%s: %v\n", what, err) }

func forms(v any) map[string]string {
	if v == nil || isNil(v) {
		return nil
	}
	found := map[string]string{}
	r := reflect.ValueOf(v)
	// Constants, so that the linker can drop all other methods.
	add(found, "text/html", v, r.MethodByName("HTML"))
	add(found, "text/markdown", v, r.MethodByName("Markdown"))
	add(found, "image/svg+xml", v, r.MethodByName("SVG"))
	add(found, "image/png", v, r.MethodByName("PNG"))
	if img, ok := v.(image.Image); ok && found["image/png"] == "" && !img.Bounds().Empty() {
		add(found, "image/png", v, reflect.ValueOf(func() ([]byte, error) {
			var b bytes.Buffer
			err := png.Encode(&b, img)
			return b.Bytes(), err
		}))
	}
	return found
}

var errorType = reflect.TypeFor[error]()

func add(found map[string]string, mime string, v any, method reflect.Value) {
	if !method.IsValid() {
		return
	}
	t := method.Type()
	if t.NumIn() != 0 || t.NumOut() < 1 || t.NumOut() > 2 || t.NumOut() == 2 &&
		t.Out(1) != errorType {
		return
	}
	isText := t.Out(0).Kind() == reflect.String
	if !isText && (t.Out(0).Kind() != reflect.Slice || t.Out(0).Elem().Kind() != reflect.Uint8) {
		return
	}
	what := fmt.Sprintf("%s of a %T", mime, v)
	defer func() {
		if p := recover(); p != nil {
			complain(what+": panic", p)
		}
	}()
	out := method.Call(nil)
	if len(out) == 2 && !out[1].IsNil() {
		complain(what, out[1].Interface())
		return
	}
	data := ""
	if isText {
		data = out[0].String()
	} else {
		data = string(out[0].Bytes())
	}
	if data != "" {
		found[mime] = data
	}
}

// isNil finds nil pointers, whose methods would panic.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}
