package compare_test

import (
	"encoding/json"
	"strings"
	"testing"

	"gopets/kernelext/internal/compare"
	"gopets/kernelext/internal/terminal"
	"gopets/kernelext/notebook"
)

// FuzzOutputs compares foreign texts of every MIME type: nothing panics, every output equals itself
// with an addition that does not count, a comparison finds as much in both directions, and no
// message controls a terminal.
func FuzzOutputs(f *testing.F) {
	for _, s := range []string{
		"", "a\r\x1b[A12.5\b", `<svg id="a"><path d="M0"/><use href="#a"/></svg>`,
		"<table><tr><td>1<p></table>", `{"a":[1.0,"é"],"b":null}`,
		"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==",
		"data:image/png;base64,iVBORw0KGgo= data:text/html;base64,PGI+PC9iPg==",
		"took 1h2m at 12:30 in /home/a/b 0xc000012345",
	} {
		f.Add(s, s+"1")
	}
	rules, err := compare.Builtin()
	if err != nil {
		f.Fatal(err)
	}
	r := compare.Rules{Sanitize: rules}
	mimes := []string{"text/plain", "text/html", "image/svg+xml", "image/png", "image/gif",
		"text/markdown", "application/x-unknown"}
	everything := func(s string) []notebook.Output {
		outputs := []notebook.Output{notebook.Stream("stdout", s), notebook.Failure(s, s, nil)}
		for _, mime := range mimes {
			outputs = append(outputs, show(mime, s))
		}
		if json.Valid([]byte(s)) {
			outputs = append(outputs, show("application/json", s))
		}
		return outputs
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		one, _, err := compare.Outputs(everything(a), everything(b), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range one {
			if d.Place == "" || d.Message == "" || strings.ContainsAny(d.String()+d.Unified(),
				"\x1b\x00\r") {
				t.Errorf("a difference of %q and %q is %+v", a, b, d)
			}
		}
		if json.Valid([]byte(a)) == json.Valid([]byte(b)) {
			other, _, err := compare.Outputs(everything(b), everything(a), r)
			if err != nil || len(one) != len(other) {
				t.Errorf("%q and %q: %d differences, and %d the other way round; %v", a, b,
					len(one), len(other), err)
			}
		}
		if terminal.Text(a) == a {
			same := []notebook.Output{show("text/plain", a+" \n"),
				show("text/html", "<!-- x -->"+a)}
			if d, _, err := compare.Outputs([]notebook.Output{show("text/plain", a),
				show("text/html", a)}, same, r); err != nil || len(d) > 0 {
				t.Errorf("%q differs from itself by %+v; %v", a, d, err)
			}
		}
	})
}
