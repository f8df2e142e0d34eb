package compare_test

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"testing"

	"gopets/kernelext/internal/compare"
	"gopets/kernelext/notebook"
)

// The executed notebook equals itself when its bytes differ but not its content: a comment added to
// its HTML, a byte after the end of each image. It does not equal itself with one digit changed.
func TestTheExecutedNotebookIsComparable(t *testing.T) {
	nb, err := notebook.ReadFile("../../../notebooks/executed/pets.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := compare.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	r := compare.Rules{Sanitize: rules}
	rewrite := func(o notebook.Output, edit func(string) string) notebook.Output {
		if o.Type == notebook.StreamOutput {
			return notebook.Stream(o.Name, edit(o.Text))
		}
		var pairs []string
		for mime := range o.Data {
			text, _ := o.Mime(mime)
			if mime == "text/html" {
				text = edit(text)
			}
			pairs = append(pairs, mime, text)
		}
		return show(pairs...)
	}
	images := regexp.MustCompile(`base64,[A-Za-z0-9+/]+=*`)
	disguise := func(s string) string {
		return images.ReplaceAllStringFunc(s, func(m string) string {
			data, err := base64.StdEncoding.DecodeString(m[len("base64,"):])
			if err != nil {
				t.Fatal(err)
			}
			if bytes.HasPrefix(data, []byte("<svg")) {
				return "base64," + b64(append(data, ' '))
			}
			return "base64," + b64(append(data, 0))
		}) + "<!-- -->"
	}
	value := regexp.MustCompile(`0\.\d+`)
	compared, changed := 0, 0
	for _, c := range nb.Cells() {
		var plain, altered []notebook.Output
		digits := 0
		for _, o := range c.Outputs() {
			html, isHTML := o.Mime("text/html")
			if isHTML {
				compared++
				plain = append(plain, rewrite(o, disguise))
			} else {
				plain = append(plain, rewrite(o, func(s string) string { return s + " \n" }))
			}
			if at := value.FindStringIndex(html); at != nil {
				digits++
				altered = append(altered,
					rewrite(o, func(s string) string { return s[:at[0]] + "9" + s[at[0]+1:] }))
			} else {
				altered = append(altered, o)
			}
		}
		check(t, c.ID(), c.Outputs(), plain, r, "")
		if digits > 0 {
			changed++
			if d := check(t, c.ID(), c.Outputs(), altered, r, "text/html: line"); len(d) != digits {
				t.Errorf("%s: %d digits were changed, and there are %d differences", c.ID(), digits,
					len(d))
			}
		}
	}
	if compared < 20 || changed < 5 {
		t.Errorf("%d displays were compared and %d cells changed: the notebook has become another",
			compared, changed)
	}
}
