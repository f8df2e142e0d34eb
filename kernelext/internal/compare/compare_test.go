package compare_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gopets/kernelext/internal/compare"
	"gopets/kernelext/notebook"
)

func ExampleOutputs() {
	saved := []notebook.Output{notebook.Stream("stdout", "loss 0.512\ntook 1.2s\n")}
	now := []notebook.Output{notebook.Stream("stdout", "loss 0.498\n"),
		notebook.Stream("stdout", "took 1.7s\n")}
	rules, err := compare.Builtin("durations")
	if err != nil {
		fmt.Println(err)
	}
	differences, _, err := compare.Outputs(saved, now, compare.Rules{Sanitize: rules})
	if err != nil {
		fmt.Println(err)
	}
	for _, d := range differences {
		fmt.Printf("%v\n%s", d, d.Unified())
	}
	differences, _, _ = compare.Outputs(saved, now, compare.Rules{Sanitize: rules, Relative: 0.05})
	fmt.Println(len(differences), "differences within 5 %")
	// Output:
	// stdout: line 1 is "loss 0.498", it was "loss 0.512"
	// --- saved
	// +++ now
	// @@ -1,2 +1,2 @@
	// -loss 0.512
	// +loss 0.498
	//  took ‹duration›
	// 0 differences within 5 %
}

func out(text string) notebook.Output  { return notebook.Stream("stdout", text) }
func errs(text string) notebook.Output { return notebook.Stream("stderr", text) }

// show makes a display of MIME types and their texts; what is a JSON type is given as JSON.
func show(pairs ...string) notebook.Output {
	data := map[string]json.RawMessage{}
	for i := 0; i < len(pairs); i += 2 {
		text, _ := json.Marshal(pairs[i+1])
		if strings.HasSuffix(pairs[i], "json") {
			text = []byte(pairs[i+1])
		}
		data[pairs[i]] = text
	}
	return notebook.Display(data, nil)
}

func htm(text string) notebook.Output { return show("text/html", text) }

func result(o notebook.Output, n int) notebook.Output {
	o.Type, o.ExecutionCount, o.Metadata = notebook.ResultOutput, n,
		json.RawMessage(`{"isolated": true}`)
	return o
}

// check compares and looks for what the differences say; "" wants none.
func check(t *testing.T, name string, want, got []notebook.Output, r compare.Rules,
	says string) []compare.Difference {
	t.Helper()
	differences, _, err := compare.Outputs(want, got, r)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	var all []string
	for _, d := range differences {
		all = append(all, d.String())
	}
	text := strings.Join(all, "\n")
	if says == "" && text != "" || !strings.Contains(text, says) {
		t.Errorf("%s: the differences are %q, wanted %q", name, text, says)
	}
	return differences
}

func TestStructure(t *testing.T) {
	type outs = []notebook.Output
	fail := func(name, value string) notebook.Output {
		return notebook.Failure(name, value, []string{"random " + value})
	}
	for name, c := range map[string]struct {
		want, got outs
		says      string
	}{
		"nothing": {nil, nil, ""},
		"pieces of a stream": {outs{out("a\nb"), errs("w\n"), out("\nc\n")},
			outs{errs("w\n"), out("a\n"), out("b\nc\n")}, ""},
		"a stream moves": {outs{out("a\n"), htm("<b>x</b>")},
			outs{htm("<b>x</b>"), out("a\n")}, ""},
		"another text": {outs{out("a\nb\n")}, outs{out("a\nc\n")},
			`stdout: line 2 is "c", it was "b"`},
		"text on the other stream": {outs{out("a\n")}, outs{errs("a\n")},
			`stdout: nothing, it was "a"`},
		"no stream":    {outs{errs("a\n")}, nil, `stderr: nothing, it was "a"`},
		"a new stream": {nil, outs{errs("a\n")}, `stderr: "a", it was nothing`},
		"a line less": {outs{out("a\nb\n")}, outs{out("a\n")},
			`line 2 is missing, it was "b"`},
		"a line more": {outs{out("a\n")}, outs{out("a\nb\n")}, `line 2 is new: "b"`},
		"a progress bar": {outs{out("\r 10 %\r 20 %\r100 %\n")},
			outs{out("\r 50 %"), out("\r100 %\n")}, ""},
		"a bar by backspaces":     {outs{out("1/2\b\b\b2/2\n")}, outs{out("2/2\n")}, ""},
		"colours":                 {outs{out("\x1b[31mred\x1b[0m\n")}, outs{out("red\n")}, ""},
		"blanks at ends":          {outs{out("a  \nb\n\n")}, outs{out("a\nb")}, ""},
		"blanks at the beginning": {outs{out("  a\n")}, outs{out("a\n")}, "line 1"},
		"result or display":       {outs{result(htm("x"), 3)}, outs{htm("x")}, ""},
		"a missing display": {outs{htm("1"), htm("2"), htm("3")}, outs{htm("1"), htm("3")},
			"display 2: missing: text/html"},
		"a new display": {outs{htm("2")}, outs{htm("1"), htm("2")},
			"display 1: new: text/html"},
		"displays change places": {outs{htm("1"), htm("2")}, outs{htm("2"), htm("1")},
			"display 1, text/html: "},
		"a MIME type less": {outs{show("text/html", "x", "text/plain", "x")},
			outs{htm("x")}, "display 1, text/plain: missing; there is text/html"},
		"a MIME type more": {outs{htm("x")}, outs{show("text/html", "x", "image/png",
			"x")}, "display 1, image/png: new; there was text/html"},
		"an error": {outs{fail("E", "\x1b[31mbad\x1b[0m")},
			outs{fail("E", "bad")}, ""},
		"another error": {outs{fail("E", "bad")}, outs{fail("E", "worse")},
			`error: line 1 is "E: worse", it was "E: bad"`},
		"an error's name": {outs{fail("E", "bad")}, outs{fail("F", "bad")}, `"F: bad"`},
		"an error where a table was": {outs{htm("x")}, outs{fail("E", "bad")},
			"display 1: an error (E: bad), it was text/html"},
		"an error no more": {outs{fail("E", "bad")}, nil,
			"display 1: missing: an error (E: bad)"},
		"widgets": {outs{show("application/vnd.jupyter.widget-view+json",
			`{"model_id": "1"}`)}, outs{show("application/vnd.jupyter.widget-view+json",
			`{"model_id": "2"}`)}, ""},
		"Markdown": {outs{show("text/markdown", "*a*")},
			outs{show("text/markdown", "**a**")}, "display 1, text/markdown: line 1"},
		"JavaScript": {outs{show("application/javascript", "a")},
			outs{show("application/javascript", "b")}, "application/javascript"},
		"LaTeX": {outs{show("text/latex", "$a$")},
			outs{show("text/latex", "$b$")}, "text/latex"},
		"a sound": {outs{show("audio/wav", "AAAA")},
			outs{show("audio/wav", "AAAB")}, "audio/wav: 3 bytes, they were 3 others"},
		"what is no base64": {outs{show("image/png", "?")}, outs{show("image/png", "!")},
			"image/png: line 1"},
	} {
		differences := check(t, name, c.want, c.got, compare.Rules{}, c.says)
		if c.says != "" && len(differences) == 0 {
			t.Errorf("%s: no difference", name)
		}
		check(t, name+", ignored", c.want, c.got, compare.Rules{Ignore: []string{"std*", "error",
			"text/*", "image/*", "audio/*", "application/*"}}, "")
	}
}

func TestNormalForms(t *testing.T) {
	for name, c := range map[string]struct{ mime, want, got, says string }{
		"white space": {"text/html", "<p>a  b</p>\n<p>c</p>",
			"<p>\n a\n b </p> <p>c</p>", ""},
		"attributes": {"text/html", `<img alt="x" src='y' class="a b">`,
			`<IMG CLASS="b a" src=y alt=x />`, ""},
		"style": {"text/html", `<p style="color:red;  width:3px">a</p>`,
			`<p style="COLOR: red; width: 3px;">a</p>`, ""},
		"another style": {"text/html", `<p style="width:3px">a</p>`,
			`<p style="width:30px">a</p>`, `width: 30px`},
		"a comment":        {"text/html", `<!-- 1 --><p>a</p>`, `<p><!-- 2 -->a</p>`, ""},
		"carriage returns": {"text/html", "<p>a\r\nb\rc</p>", "<p>a\nb c</p>", ""},
		"before a carriage return": {"text/html", "<p>a</p>\r<p>b</p>", "<p>c</p>\r<p>b</p>",
			"<p>c</p>"},
		"entities": {"text/html", `<p>&lt;é&gt;</p>`, `<p>&#60;&eacute;&gt;</p>`,
			""},
		"a table's cell": {"text/html", "<table><tr><td>1</td><td>2</td></tr></table>",
			"<table><tr><td>1</td><td>3</td></tr></table>",
			`line 5 is "<td>3</td>", it was "<td>2</td>"`},
		"a table's row": {"text/html", "<table><tr><td>1</td></tr></table>",
			"<table><tr><td>1</td></tr><tr><td>2</td></tr></table>", "line"},
		"lines of a listing": {"text/html", "<pre>a\n b</pre>", "<pre>a\n  b</pre>", "line"},
		"ids": {"text/html",
			`<style>#T_1a2b td {color: red}</style><table id="T_1a2b"></table><label for="T_1a2b"></label>`, `<style>#T_9f td {color: red}</style><table id="T_9f"></table><label for=T_9f></label>`, ""},
		"ids in scripts": {"text/html",
			`<div id="p1"></div><script>plot("p1", [1])</script>`,
			`<div id="p2"></div><script>plot("p2", [1])</script>`, ""},
		"another id's style": {"text/html",
			`<style>#a {color: red}</style><p id="a">1</p><p id="b">2</p>`,
			`<style>#b {color: red}</style><p id="a">1</p><p id="b">2</p>`, "id2"},
		"a script's data": {"text/html", `<script>plot([1, 2])</script>`,
			`<script>plot([1, 3])</script>`, "plot([1, 3])"},
		"a link": {"text/html", `<a href="#a">x</a>`, `<a href="#b">x</a>`,
			"#b"},
		"SVG": {"image/svg+xml",
			"<?xml version=\"1.0\"?>\n<svg viewBox='0 0 9 9' " +
				"xmlns='x'><metadata>2024</metadata><g id=\"m3f\"><path d='M 0 0'/></g><use " +
				"xlink:href='#m3f' clip-path='url(#m3f)'/></svg>",
			`<svg xmlns="x" viewBox="0 0 9 9"><g id="me1"><path d="M 0  0"></path></g><use xlink:href="#me1" clip-path="url(#me1)"></use></svg>`, ""},
		"an SVG's path": {"image/svg+xml", `<svg><path d="M 0 0 3 h 4"/></svg>`,
			`<svg><path d="M 0 0 4 h 4"/></svg>`, "M 0 0 4 h 4"},
		"SVG inside": {"text/html", `<img src="data:image/svg+xml;base64,` +
			b64([]byte("<svg><g><text>1</text></g></svg>")) + `">`,
			`<img src="data:image/svg+xml;base64,` +
				b64([]byte("<svg> <g><text>1</text></g></svg>")) + `">`, ""},
		"another SVG inside": {"text/html", `<img src="data:image/svg+xml;base64,` +
			b64([]byte("<svg><g><text>1</text></g></svg>")) + `">`,
			`<img src="data:image/svg+xml;base64,` +
				b64([]byte("<svg><g><text>2</text></g></svg>")) + `">`,
			"display 1, text/html, image/svg+xml 1: line 3"},
		"JSON": {"application/json",
			`{"a": [1, 2.50, 1e2], "b": null, "c": "é"}`,
			`{"c":"\u00e9","b":null,"a":[1.0,2.5,100]}`, ""},
		"a JSON value": {"application/vnd.plotly.v1+json", `{"data": [{"y": [1, 2]}]}`,
			`{"data": [{"y": [1, 3]}]}`, `line 6 is "3", it was "2"`},
		"a JSON type": {"application/json", `{"a": "1"}`, `{"a": 1}`, `"a": 1`},
		"a large JSON integer": {"application/json", `9007199254740993`, `9007199254740992`,
			"line 1"},
		"text that looks like HTML": {"text/plain", "<b  a>", "<b a>", "line 1"},
		"deep HTML": {"text/html", strings.Repeat("<div>", 5000),
			strings.Repeat("<div>", 5000) + "x", "line"},
	} {
		rules, err := compare.Builtin()
		if err != nil {
			t.Fatal(err)
		}
		want, got := []notebook.Output{show(c.mime, c.want)}, []notebook.Output{show(c.mime, c.got)}
		check(t, name, want, got, compare.Rules{Sanitize: rules}, c.says)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		want, got     string
		abs, relative float64
		same          bool
	}{
		{"loss 0.500", "loss 0.501", 0, 0, false},
		{"loss 0.500", "loss 0.501", 0.002, 0, true},
		{"loss 0.500", "loss 0.501", 0, 0.01, true},
		{"loss 0.500", "loss 0.510", 0, 0.01, false},
		{"loss 0.500", "less 0.500", 9, 9, false},
		{"|   9.99 | 1", "|  10.01 | 1", 0, 0.01, true},
		{"-0.001", "0.001", 0.01, 0, true},
		{"1e-05", "1.1e-05", 0, 0.2, true},
		{"1 2", "1 2 3", 9, 9, false},
		{"petnet10", "petnet11", 9, 9, false},
		{"a1b2c3", "a1b2c4", 9, 9, false},
		{"nan", "1", 9, 9, false},
		{"1e999", "1e998", 9, 9, false},
		{"a\n1\nb\n", "a\n2\nb\n", 1, 0, true},
		{"1\n2\n3", "1.1\n3.1", 0.2, 0, false},
	} {
		differences, _, err := compare.Outputs([]notebook.Output{out(c.want)},
			[]notebook.Output{out(c.got)}, compare.Rules{Absolute: c.abs, Relative: c.relative})
		if err != nil || len(differences) == 0 != c.same {
			t.Errorf("%q and %q, within %g and %g: %v, %v", c.want, c.got, c.abs, c.relative,
				differences, err)
		}
	}
	// What is within the tolerance is not shown as a difference.
	d := check(t, "a line less", []notebook.Output{out("x 1.0\nb\ny 2.0\n")},
		[]notebook.Output{out("x 1.1\ny 2.1\n")}, compare.Rules{Absolute: 0.2}, "line 2")
	if want := "--- saved\n+++ now\n@@ -1,3 +1,2 @@\n x 1.0\n-b\n y 2.0\n"; len(d) != 1 ||
		d[0].Unified() != want {
		t.Errorf("the difference is %q, wanted %q", d[0].Unified(), want)
	}
	// JSON and HTML have numbers, too.
	check(t, "JSON", []notebook.Output{show("application/json", `{"y": [1, 2]}`)},
		[]notebook.Output{show("application/json", `{"y": [1, 2.01]}`)},
		compare.Rules{Absolute: 0.1}, "")
	check(t, "HTML", []notebook.Output{htm(`<td>1</td><p style="width: 30%"/>`)},
		[]notebook.Output{htm(`<td>1.1</td><p style="width: 31%"/>`)}, compare.Rules{Absolute: 1},
		"")
}

func TestLongLines(t *testing.T) {
	line := strings.Repeat("é1234567 ", 100000)
	d := check(t, "long", []notebook.Output{out(line + "a" + line)},
		[]notebook.Output{out(line + "b" + line)}, compare.Rules{}, `it was "…`)
	if u := d[0].Unified(); len(u) > 600 || !strings.Contains(u, "1234567 a") ||
		!strings.Contains(u, "1234567 b") {
		t.Errorf("the difference is %.700q", u)
	}
}

func TestRulesAreChecked(t *testing.T) {
	for _, r := range []compare.Rules{{Absolute: -1}, {Relative: -1}, {Channel: 256}, {Pixels: 1.5},
		{Ignore: []string{"[a"}}} {
		if r.Check() == nil {
			t.Errorf("%+v is taken", r)
		}
	}
	if err := (compare.Rules{Absolute: 1, Channel: 255, Pixels: 1,
		Ignore: []string{"image/*"}}).Check(); err != nil {
		t.Error(err)
	}
	if names := compare.BuiltinNames(); !slices.Contains(names, "addresses") {
		t.Errorf("the rules are %v", names)
	}
}
