package render_test

import (
	"fmt"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
)

// inside is what stands in the page's first output, or in its first cell.
func inside(t *testing.T, c *notebook.Cell) string {
	t.Helper()
	s := body(page(t, book(c)))
	if _, out, ok := strings.Cut(s, `<div class="out display">`); ok {
		return strings.TrimSpace(out[:strings.LastIndex(out, "</div>\n</section>")])
	}
	_, s, _ = strings.Cut(s, `<section class="text" id="cell-1">`)
	return strings.TrimSpace(strings.TrimSuffix(s, "</section>\n"))
}

// Nothing foreign is drawn outside its output or cell: what moves an element out of its place is
// dropped, and each output and cell clips.
func TestOutputsAreClipped(t *testing.T) {
	for style, want := range map[string]string{
		"margin-top:-110px;height:110px;background:white": "height: 110px; background: white; " +
			"color: #000000",
		"margin: 0 0 -3em":                         "",
		"margin:calc(0px - 100px) auto":            "",
		"margin: max(-9px, -8px)":                  "",
		"margin: 1em auto 0 2.5%":                  "margin: 1em auto 0 2.5%",
		"margin-left:-1e3px;color:red":             "color",
		"position:absolute;top:-100px;left:0":      "",
		"position:relative;inset:-9px":             "",
		"transform:translateY(-9em)":               "",
		"translate:0 -9em;rotate:9deg;scale:9":     "",
		"text-indent:-999px;letter-spacing:-2em":   "",
		"word-spacing:-9em":                        "",
		"clip-path:inset(0);mask:none":             "",
		"z-index:99;mix-blend-mode:difference":     "",
		"filter:invert(1);backdrop-filter:blur(1)": "",
		"shape-outside:circle(50%)":                "",
		"padding:-9px":                             "",
		"line-height:-2":                           "",
		"width:calc(100% - 2px)":                   "",
		"height: -webkit-calc(-1px)":               "",
		"background:url(x.png)":                    "",
		"background:linear-gradient(90deg, red 50%, transparent 50%)": "background: " +
			"linear-gradient(90deg, red 50%, transparent 50%)",
		`font-family:"a`:                              "",
		"width: calc(1px":                             "",
		"outline:900px solid red":                     "",
		"box-shadow:0 -99px red":                      "",
		"text-shadow:0 -99px red":                     "",
		"border-image:none 99 / 99px / 99px":          "",
		"animation:a 1s;transition:all 1s":            "",
		"margin-block-start:-99px;margin-inline:-9px": "",
		"contain:none;overflow-clip-margin:99px":      "",
		"column-gap:1px;columns:2;order:-1":           "",
		"--paper:red;all:unset":                       "",
	} {
		got := inside(
			t,
			code(
				"x",
				display(
					"text/html",
					`<div style="`+strings.ReplaceAll(style, `"`, "&quot;")+`">x</div>`,
				),
			),
		)
		if want == "color" {
			want = "--l:#df0000;--d:#ff3838"
			got = strings.Replace(got, ` class="fx"`, "", 1)
		}
		expected := `<div style="` + want + `">x</div>`
		if want == "" {
			expected = "<div>x</div>"
		}
		if got != expected {
			t.Errorf("%s:\ngot  %s\nwant %s", style, got, expected)
		}
	}
	if sheet := page(t, book()); !strings.Contains(
		sheet,
		".out, .text { overflow: auto hidden; contain: content; }",
	) {
		t.Error("outputs and cells do not clip")
	}
	for _, class := range []string{"skip", "count", "copy", "in", "out error"} {
		if got := inside(t, text(`<div class="`+class+
			` own">x</div>`)); got != `<div class="own">x</div>` {
			t.Errorf("class %s: %s", class, got)
		}
	}
}

func TestScopedStyles(t *testing.T) {
	sheet := func(css string) (rules, out string) {
		s := page(
			t,
			book(code("x", display("text/html", "<style>"+css+`</style><p id="T_1">x</p>`))),
		)
		_, rules, _ = strings.Cut(s, ".chroma, .bg { background: var(--code) !important; }\n")
		rules, _, _ = strings.Cut(rules, "</style>")
		return strings.TrimSpace(rules), body(s)
	}
	for css, want := range map[string]string{
		"#T_1 td.col0, #T_1 th { color: red }": "#s-1 #u-T_1 td.col0, #s-1 #u-T_1 th " +
			"{color: red}",
		"p { background-color: yellow; }": "#s-1 p {background-color: yellow; " +
			"color: #000000}",
		"tr:nth-child(2n+1) > td:hover { width: 3em }": "#s-1 tr:nth-child(2n+1) > td:hover " +
			"{width: 3em}",
		"/* } */ p{color:red} b{}":                        "#s-1 p {color: red}",
		"@media print { p { color: red } } i{color:blue}": "#s-1 i {color: blue}",
		"@import url(x.css); i { color: blue }":           "#s-1 i {color: blue}",
		"p{margin-top:-99px}":                             "",
		"p{position:fixed; top:0}":                        "",
		"p::before{content:'x'}":                          "",
		"p{display:none}":                                 "",
		"+ p{color:red}":                                  "",
		"p, {color:red}":                                  "#s-1 p {color: red}",
		"p{background:url(//evil.example)}":               "",
		"p{color:red;} </p> b{color:red}":                 "#s-1 p {color: red}",
		`p{font-family:"a} b{color:red}`:                  "#s-1 b {color: red}",
		`p\{x{color:red}`:                                 "",
		"a:has(b){color:red}":                             "",
		"p{color:red":                                     "",
	} {
		got, out := sheet(css)
		if got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", css, got, want)
		}
		if wrapped := strings.Contains(out, `<div id="s-1">`); wrapped != (want != "") {
			t.Errorf("%s: wrapped %v", css, wrapped)
		}
	}
	for _, attack := range []string{`</style><script>alert(1)</script>`,
		`p{color:red}</style><img src=x onerror=alert(1)>`} {
		if err := harmless(page(t, book(text("<style>"+attack),
			code("x", display("text/html", "<style>"+attack))))); err != nil {
			t.Errorf("%s: %v", attack, err)
		}
	}
}

// If a form cannot be shown, another one is, or a line says what is missing; nothing leaves a
// blank.
func TestFallbackForms(t *testing.T) {
	note := func(what string) string {
		return `<p class="note"><em>Not shown: ` + what +
			`</em></p>`
	}
	live := func(what string) string { return note(what + ", which needs a live Jupyter.") }
	png := `<img src="data:image/png;base64,` + pixel + `" alt="output">`
	for name, c := range map[string]struct {
		out  notebook.Output
		want string
	}{
		"Plotly": {display("text/html",
			`<div><script src="https://cdn.plot.ly/plotly-2.js"></script><div style="height:525px; width:100%"></div></div>`, "text/plain", "Figure({'data': 1})"), live("a Plotly chart")},
		"Plotly with PNG": {display("application/vnd.plotly.v1+json", "{}", "text/html",
			`<div style="height:525px"><script>Plotly.newPlot()</script></div>`, "image/png",
			pixel), png},
		"Vega": {display("application/vnd.vegalite.v5+json", "{}", "text/plain",
			"<VegaLite 5 object>\n\nIf you see this message, it means the renderer has not been "+
				"enabled."), live("a Vega chart (Altair)")},
		"Vega with SVG": {display("application/vnd.vega.v5+json", "{}", "image/svg+xml",
			"<svg/>"), `<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="output">`},
		"Altair's HTML": {display("text/html",
			`<div id="vis"></div><script>vegaEmbed("#vis")</script>`, "text/plain",
			"alt.Chart(...)"), live("a Vega chart (Altair)")},
		"Bokeh": {display("text/html",
			`<div class="bk-root"><a href="https://bokeh.org"></a><span>Loading BokehJS ...</span></div><script>Bokeh.load()</script>`), live("a Bokeh chart")},
		"unknown script": {display("text/html",
			`<div id="a" style="height:500px"></div><script>draw()</script>`),
			live("an output of a script")},
		"folium": {display("text/html",
			`<div style="width:100%;"><div style="height:0;padding-bottom:60%;"><span>Make this Notebook Trusted to load map: File -&gt; Trust Notebook</span><iframe srcdoc="&lt;script src='leaflet.js'&gt;"></iframe></div></div>`, "text/plain", "<folium.Map>"),
			`<div style="width: 100%"><div><span></span><em class="note">Not shown: a Leaflet map; open the notebook in Jupyter.</em></div></div>`},
		"a page in a frame": {display("text/html",
			`<iframe width="400" height="300" src="https://www.youtube.com/embed/a"></iframe>`),
			`<em class="note">Not shown: an embedded page, <a href="https://www.youtube.com/embed/a" rel="noreferrer">https://www.youtube.com/embed/a</a></em>`},
		"video": {display("text/html",
			`<video controls><source src="data:video/mp4;base64,AAAA"></video>`),
			`<em class="note">Not shown: a video (video/mp4, 19 bytes); open the notebook in Jupyter.</em>`},
		"a frame beside text": {display("text/html", `<iframe srcdoc="x"></iframe>`, "text/plain",
			"3 rows"), `<pre tabindex="0">3 rows</pre><em class="note">Not shown: an embedded page; open the notebook in Jupyter.</em>`},
		"a frame beside an image": {display("text/html", `<p><object data="a.pdf"></object></p>`,
			"image/png", pixel), png},
		"HTML without height": {display("text/html",
			`<div style="height: 0; overflow: hidden">a</div>`, "text/plain", "text"),
			`<pre tabindex="0">text</pre>`},
		"HTML without colour": {display("text/html", `<p style="opacity:0.0">a</p>`, "text/plain",
			"text"), `<pre tabindex="0">text</pre>`},
		"remote image": {display("text/html", `<img src="//example.com/a.png" height=500>`),
			`<a href="https://example.com/a.png" rel="noreferrer">image: //example.com/a.png</a>`},
		"empty HTML": {display("text/html", "<div style='height:500px'>\n</div>", "text/plain",
			"42"), `<pre tabindex="0">42</pre>`},
		"hidden HTML": {display("text/html", "<div style='display:none'>x</div><p hidden>y</p>",
			"text/plain", "42"), `<pre tabindex="0">42</pre>`},
		"broken PNG": {display("image/png", "AAAA", "text/plain", "<Figure size 640x480>"),
			`<pre tabindex="0">&lt;Figure size 640x480&gt;</pre><p class="note"><em>image not shown: it is not a PNG</em></p>`},
		"broken base64": {display("image/jpeg", "!"),
			`<p class="note"><em>image not shown: its base64 is broken</em></p>`},
		"broken SVG": {display("image/svg+xml", "<svg><g></svg>", "image/png", pixel), png},
		"broken in HTML": {display("text/html",
			`<img alt="cat" src="data:image/png;base64,AAAA">`),
			`<em class="note">cat (broken image)</em>`},
		"data URI": {display("text/html", `<img src="data:image/svg+xml;utf8,%3Csvg/%3E">`),
			`<img src="data:image/svg+xml;base64,PHN2Zy8+"/>`},
		"unknown type": {display("application/x-mine", "z"),
			note("an output of the type application/x-mine.")},
		"known no better": {display("application/x-mine", "z", "text/plain", "<Thing>"),
			`<pre tabindex="0">&lt;Thing&gt;</pre>`},
		"widget": {display("application/vnd.jupyter.widget-view+json", "{}", "text/plain",
			"IntSlider(value=0)"), `<pre tabindex="0">IntSlider(value=0)</pre>` +
			live("a Jupyter widget")},
		"an editor's own type": {display(
			"application/vnd.google.colaboratory.intrinsic+json", `{"type": "string"}`,
			"text/plain",
			"'a text'"), `<pre tabindex="0">&#39;a text&#39;</pre>`},
		"an unknown chart": {display("application/vnd.mine.v1+json", "{}", "text/plain", "<Mine>"),
			note("an output of the type application/vnd.mine.v1+json.")},
		"a PNG cut off in its header": {display("image/png", pixel[:24], "text/plain", "a cat"),
			`<pre tabindex="0">a cat</pre><p class="note"><em>image not shown: it is not a PNG</em></p>`},
		"LaTeX that is not drawn": {display("text/latex", `\\begin{tabular}{l}a\\end{tabular}`,
			"text/plain", "a table"), `<pre tabindex="0">a table</pre>`},
		"PDF":        {display("application/pdf", "JVBERg=="), live("a PDF document")},
		"other text": {display("text/csv", "a,b"), `<pre tabindex="0">a,b</pre>`},
		"SVG in HTML": {display("text/html",
			`<div><svg width="9pt" viewBox="0 0 9 9"><title>t</title><text>a&amp;b</text></svg></div>`),
			`<div><img class="onlight" src="data:image/svg+xml;base64,PHN2ZyB3aWR0aD0iOXB0IiB2aWV3Qm94PSIwIDAgOSA5IiB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHhtbG5zOnhsaW5rPSJodHRwOi8vd3d3LnczLm9yZy8xOTk5L3hsaW5rIj48dGl0bGU+dDwvdGl0bGU+PHRleHQ+YSZhbXA7YjwvdGV4dD48L3N2Zz4=" alt="t"/></div>`},
		"interactive table": {display("text/html",
			`<table><tr><td>1</td></tr></table><script>datatables()</script>`),
			`<table><tbody><tr><td>1</td></tr></tbody></table>`},
		"coloured bar": {display("text/html", `<div style="background:#00f;height:9px"></div>`,
			"text/plain", "x"),
			`<div style="background: #00f; height: 9px; color: #ffffff"></div>`},
	} {
		if got := inside(t, code("x", c.out)); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
}

func TestImageSizes(t *testing.T) {
	for metadata, want := range map[string]string{
		`{"image/png": {"width": 420, "height": 210}}`:                         `width="420" height="210"`,
		`{"image/png": {"width": 420.4, "height": "210px"}, "isolated": true}`: `width="420" height="210"`,
		`{"image/png": {"width": 420}, "needs_background": "light"}`:           `width="420" class="onlight"`,
		`{"width": 7, "height": 5}`:                                            `width="7" height="5"`,
		`{"image/png": {"width": -1, "height": "100%"}}`:                       "",
		`{"image/png": {"alt": "a <b>"}}`:                                      "",
		`[]`:                                                                   "",
	} {
		out := display("image/png", pixel)
		out.Metadata = []byte(metadata)
		got := inside(t, code("x", out))
		if _, attributes, _ := strings.Cut(got, `alt="output"`); strings.Trim(
			attributes,
			" >",
		) != want &&
			!strings.Contains(metadata, "alt") {
			t.Errorf("%s: %s", metadata, attributes)
		}
		if strings.Contains(metadata, "alt") && !strings.Contains(got, `alt="a &lt;b&gt;"`) {
			t.Errorf("%s: %s", metadata, got)
		}
	}
}

func TestLinksInside(t *testing.T) {
	md := "<a id=\"Here\"></a> <a name=there>x</a>\n\n## My Section\n\n" +
		"[a](#Here) [b](#there) [c](#My-Section) [d](#my-section) [e](#none) [f](other.ipynb#x) " +
		"[g](../a%20b.csv) [h](/etc/passwd) [i](#fn) <a href=\"#Here\">j</a> [k](a:b.txt)"
	got := body(
		page(
			t,
			book(
				text(md),
				text("[later](#after) word[^n]\n\n[^n]: note"),
				text("word[^n]\n\n[^n]: other\n\n<p id=after>x</p>"),
			),
		),
	)
	for _, want := range []string{
		`<a id="u-Here"></a>`, `<a id="u-there">x</a>`, `<a href="#u-Here" rel="noreferrer">a</a>`,
		`<a href="#u-there" rel="noreferrer">b</a>`,
		`<a href="#h-my-section" rel="noreferrer">c</a>`,
		`<a href="#h-my-section" rel="noreferrer">d</a>`, `<a rel="noreferrer">e</a>`,
		`<a href="other.ipynb#x" rel="noreferrer">f</a>`,
		`<a href="../a%20b.csv" rel="noreferrer">g</a>`, `<a>h</a>`,
		`<a href="#u-Here" rel="noreferrer">j</a>`, `<a href="#u-after" rel="noreferrer">later</a>`,
		`<p id="u-after">`,
		`href="#u-c2-fn:1"`, `id="u-c2-fn:1"`, `href="#u-c3-fn:1"`, `id="u-c3-fn:1"`,
		`href="#u-c2-fnref:1"`, `id="u-c2-fnref:1"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	b, err := render.HTML(
		book(text("[x](data.csv) [y](https://a.example)")),
		render.Options{Base: "../note books"},
	)
	if err != nil || !strings.Contains(string(b), `<a href="../note%20books/data.csv"`) ||
		!strings.Contains(string(b), `<a href="https://a.example"`) {
		t.Errorf("%v: links from another folder in %s", err, body(string(b)))
	}
}

func TestHighlighting(t *testing.T) {
	python := func(source string) string {
		nb := notebook.New("python3", "Python 3", "python")
		nb.Insert(0, code(source))
		return body(page(t, nb))
	}
	for source, want := range map[string]string{
		"!ls -la":          `<span class="kernel">!ls -la</span>`,
		"?print\nx":        `<span class="kernel">?print</span>`,
		"len??":            `<span class="kernel">len??</span>`,
		"files = !ls":      `<span class="kernel">files = !ls</span>`,
		"x = y % z":        `<span class="o">%</span>`,
		"s = '''\n%d\n'''": `<span class="si">%d`,
		"%%bash\nfor i in 1; do": "<span class=\"kernel\">%%bash</span>\n" +
			"<span class=\"k\">for</span>",
		"a $ b": "$ ",
	} {
		if got := python(source); !strings.Contains(got, want) ||
			strings.Contains(got, `class="err"`) {
			t.Errorf("%q: no %s in %s", source, want, got)
		}
	}
	if got := body(page(t,
		book(text(`<div class="alert alert-block alert-info">**x**</div>`)))); !strings.Contains(
		got,
		`<div class="alert alert-block alert-info">`,
	) {
		t.Errorf("an alert: %s", got)
	}
	raw := func(source, metadata string) string {
		nb, err := notebook.Parse(
			fmt.Appendf(
				nil,
				`{"cells":[{"cell_type":"raw","metadata":%s,"source":%q}],"metadata":{},"nbformat":4,"nbformat_minor":4}`,
				metadata,
				source,
			),
		)
		if err != nil {
			t.Fatal(err)
		}
		return page(t, nb)
	}
	for _, c := range []struct{ source, metadata, want, wantNo string }{
		{"<b>x</b><script>y</script>", `{"raw_mimetype":"text/html"}`, "<b>x</b>", "<script>y"},
		{"<b>x</b>", `{"format":"text/html"}`, "<b>x</b>", "&lt;b&gt;"},
		{"**x**", `{"raw_mimetype":"text/markdown"}`, "<strong>x</strong>", "**"},
		{"<b>x</b>", `{"raw_mimetype":"text/x-rst"}`, "&lt;b&gt;x", "<b>"},
		{"---\ntitle: \"A page\"\nlang: en\n---", `{}`, "<title>A page</title>", "lang: en"},
	} {
		if got := raw(c.source, c.metadata); !strings.Contains(got, c.want) ||
			strings.Contains(got, c.wantNo) {
			t.Errorf("%s: no %s, or %s, in %s", c.source, c.want, c.wantNo, body(got))
		}
	}
}
