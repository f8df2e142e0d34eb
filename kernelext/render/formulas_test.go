package render_test

import (
	"regexp"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
)

func TestMathOfEveryKind(t *testing.T) {
	for in, want := range map[string]string{
		"$5 and then `$HOME` it":        "<p>$5 and then <code>$HOME</code> it</p>",
		"$ x $":                         "<p><M>[x]</span></p>",
		`5$\times$3 and 10$^2$4`:        `<p>5<M>[\times]</span>3 and 10<M>[^2]</span>4</p>`,
		"$x $, $ y$.":                   "<p><M>[x]</span>, <M>[y]</span>.</p>",
		"5 $ + 6 $ = 11":                "<p>5 $ + 6 $ = 11</p>",
		"US$5 and US$6, or $7.":         "<p>US$5 and US$6, or $7.</p>",
		"$1,000 (A$2,000)":              "<p>$1,000 (A$2,000)</p>",
		"$HOME and $PATH":               "<p>$HOME and $PATH</p>",
		"`a`:$HOME/bin:$PATH":           "<p><code>a</code>:$HOME/bin:$PATH</p>",
		"It costs $5. Not 6$.":          "<p>It costs $5. Not 6$.</p>",
		"the $n$th, $2n$th":             "<p>the <M>[n]</span>th, <M>[2n]</span>th</p>",
		`$\text{if $x$}$ y`:             `<p><M>[\text{if $x$}]</span> y</p>`,
		"$``a''$":                       "<p><M>[``a&#39;&#39;]</span></p>",
		`<p>$x^2$ <code>$y$</code></p>`: `<p><M>[x^2]</span> <code>$y$</code></p>`,
		`<div title="$x$">$5</div>`:     `<div title="$x$">$5</div>`,
		`$\newcommand{\R}{\mathbb R}$`:  `<p></p>`,
		`$\newcommand\f[2][n]{#1\alpha#2}\f{x} \f[m]{y}$`: `<p><M>[\newcommand\f[2][n]{#1\alpha#2}\f{x} \f[m]{y}]</span></p>`,
		`$\def\a{\a}\a$`: `<p><code class="math">$\def\a{\a}\a$</code></p>`,
		`$\DeclareMathOperator{\am}{am}\am_x \bm{v}$`: `<p><M>[\DeclareMathOperator{\am}{am}\am_x \bm{v}]</span></p>`,
		`\eqref{none}`: `<p>\eqref{none}</p>`,
	} {
		if got := drawnAs(t, in); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", in, got, want)
		}
	}
	if got := inside(t, code("x", display("text/html",
		"<table><tr><td>$x$</td><td>$5</td></tr></table>"))); !strings.Contains(
		got,
		"<td>$5</td>",
	) ||
		!strings.Contains(got, `aria-label="x"`) {
		t.Errorf("HTML of an output: %s", got)
	}
}

// Macros, labels and tags of a formula are available in other cells.
func TestMathAcrossCells(t *testing.T) {
	got := svgs.ReplaceAllString(body(page(t, book(
		text(`$\newcommand{\R}{\mathbb R}$ see \eqref{b}`),
		text(
			`$x \in \R$`+"\n\n"+`$$a \label{a}$$`+"\n\n"+
				`\begin{align} b &= 1 \label{b} \\ c &= 2 \tag{C} \label{c} \end{align}`,
		),
		text(`$\ref{a}$, \ref{c}`),
	))), "[$1]")
	for _, want := range []string{
		`see <a href="#eq-2">(2)</a>`, `[x \in \R]`, `<span id="eq-1"></span>[a \label{a}]`,
		`<span id="eq-2"></span><span id="eq-C"></span>[`, `[\ref{a}]`, `<a href="#eq-C">C</a>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(got, "<code") {
		t.Errorf("a formula was not drawn: %s", got)
	}
}

var cutNote = regexp.MustCompile(`… \d+ (KB|MB) more in the notebook`)

// A page of what is large says what it leaves out.
// A style attribute of any length takes next to no time; what is left ends with a declaration.
func TestLongStyles(t *testing.T) {
	for in, want := range map[string]string{
		"color:red;width:" + strings.Repeat(" - ", 200_000): `<p style="color: red">x</p>`,
		strings.Repeat("(", 200_000):                        `<p>x</p>`,
	} {
		got := inside(t, code("x", display("text/html", `<p style="`+in+`">x</p>`)))
		if got = strings.Replace(got, ` style="--l:#df0000;--d:#ff3838" class="fx"`,
			` style="color: red"`, 1); got != want {
			t.Errorf("%.20s: %s", in, got)
		}
	}
}

func TestLimits(t *testing.T) {
	rows := strings.Repeat("<tr><td>1</td></tr>\n", 150_000) // 3 MB
	deep := strings.Repeat("<div>", 2000) + "x"
	for name, c := range map[string]*notebook.Cell{
		"text":   code("x", notebook.Stream("stdout", strings.Repeat("x", 500_000))),
		"HTML":   code("x", display("text/html", "<table>"+rows+"</table>")),
		"source": code(`s = "` + strings.Repeat("x", 3<<20) + `"`),
		"words":  text(strings.Repeat("word\n", 300_000)),
		"raw":    notebook.NewCell(notebook.Raw, strings.Repeat("x", 500_000)),
	} {
		if got := body(page(t, book(c))); !cutNote.MatchString(got) || len(got) > 8<<20 {
			t.Errorf("%s: %d bytes, no note", name, len(got))
		}
	}
	big := `<img src="data:image/png;base64,` + pixel + strings.Repeat(
		" ",
		3<<20,
	) + `"><p>after</p><script>` + strings.Repeat(
		"x",
		3<<20,
	) + "</script><p>end</p>"
	if got := body(page(t, book(code("x", display("text/html", big))))); !strings.Contains(
		got,
		"after",
	) ||
		!strings.Contains(got, "end") ||
		cutNote.MatchString(got) {
		t.Error("an embedded image or a script counts as HTML")
	}
	for name, c := range map[string]*notebook.Cell{
		"deep HTML":     code("x", display("text/html", deep, "text/plain", "the text")),
		"deep Markdown": text(strings.Repeat("> ", 2000) + "the text"),
		"deep cell":     text(deep + " the text"),
	} {
		if got := body(page(t, book(c))); !strings.Contains(got, "the text") {
			t.Errorf("%s: nothing is shown", name)
		}
	}
	if got := page(t, book(text(strings.Repeat("$x_{123}$ ", 9000)), text("$y$"))); len(
		got,
	) > 40<<20 ||
		strings.Count(got, "formulas are left") != 1 {
		t.Errorf(
			"%d bytes of formulas, %d notes",
			len(got),
			strings.Count(got, "formulas are left"),
		)
	}
}
