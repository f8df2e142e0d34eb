package render_test

import (
	"regexp"
	"strings"
	"testing"

	"gopets/kernelext/render"
)

var svgs = regexp.MustCompile(`(?s)<svg[^>]*aria-label="([^"]*)"[^>]*>.*?</svg>`)

// drawnAs is the page's body with [TEX] in place of each drawn formula.
func drawnAs(t *testing.T, markdown string) string {
	t.Helper()
	s := body(page(t, book(text(markdown))))
	s = s[strings.Index(s, `id="cell-1">`)+len(`id="cell-1">`) : strings.LastIndex(s, "</section>")]
	s = svgs.ReplaceAllString(s, "[$1]")
	s = strings.ReplaceAll(s, `<span class="math display">`, "<D>")
	return strings.TrimSpace(strings.ReplaceAll(s, `<span class="math">`, "<M>"))
}

func TestMath(t *testing.T) {
	for in, want := range map[string]string{
		"$a_1 * b_2 * c$":        "<p><M>[a_1 * b_2 * c]</span></p>",
		"so $x$, and $y$.":       "<p>so <M>[x]</span>, and <M>[y]</span>.</p>",
		"$5 and $6":              "<p>$5 and $6</p>",
		"$5 for x$6":             "<p>$5 for x$6</p>",
		"a $ b $ c":              "<p>a <M>[b]</span> c</p>",
		`\$x$ costs`:             "<p>$x$ costs</p>",
		"`$x$` is code":          "<p><code>$x$</code> is code</p>",
		"a $$x$$ b":              "<p>a <D>[x]</span> b</p>",
		"$$\nx\n= y\n=\n- z\n$$": "<p><D>[x = y = - z]</span></p>",
		"text\n$$\nx\n$$\nmore":  "<p>text</p>\n<p><D>[x]</span></p>\n<p>more</p>",
		"$$x\n\ny$$":             "<p>$$x</p>\n<p>y$$</p>",
		`\(a*b*c\) and \[d\]`:    "<p><M>[a*b*c]</span> and <D>[d]</span></p>",
		`\\(a\\) and \\[d\\]`:    "<p><M>[a]</span> and <D>[d]</span></p>",
		"\\begin{align}\na &= b \\\\\nc &= d\n" +
			"\\end{align}": `<p><D>[\begin{align} a &amp;= b \\ c &amp;= d \end{align}]</span></p>`,
		"> $$\n> x\n> $$\n\nafter": "<blockquote>\n" +
			"<p><D>[x]</span></p>\n</blockquote>\n<p>after</p>",
		"- $$\n  x\n  $$\n- two": "<ul>\n<li>\n<p><D>[x]</span></p>\n" +
			"</li>\n<li>two</li>\n</ul>",
		"- $a\n  b$": "<ul>\n<li><M>[a " +
			"b]</span></li>\n</ul>",
		"> $$\n> x\n$$": "<blockquote>\n" +
			"<p><code class=\"math display\">$$\nx</code></p>\n</blockquote>\n<p>$$</p>",
		`$\nosuch{x}<b>$`: `<p><code class="math">$\nosuch{x}&lt;b&gt;$</code></p>`,
		`$\frac{1$`:       `<p><code class="math">$\frac{1$</code></p>`,
		"| a |\n|---|\n| $x_1$ |": "<table>\n<thead>\n<tr>\n" +
			"<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><M>[x_1]</span></td>\n</tr>\n" +
			"</tbody>\n</table>",
		"&#xFDD0;0&#xFDD1; \uFDD00\uFDD1 $x$":  "<p><M>[x]</span> 0 </p>",
		`<b title="$x$">$y$</b>`:               `<p><b title="$x$"><M>[y]</span></b></p>`,
		`<b title="&#xFDD0;0&#xFDD1;">$y$</b>`: `<p><b title="$y$"><M>[y]</span></b></p>`,
	} {
		if got := drawnAs(t, in); got != want {
			t.Errorf("%q:\ngot  %s\nwant %s", in, got, want)
		}
	}
	if got := page(t, book(text("# On $x^2$"))); !strings.Contains(got, "<title>On x^2</title>") {
		t.Error("a formula in a heading is not in the title")
	}
}

func TestLatexOutputs(t *testing.T) {
	for in, want := range map[string]string{
		`$\displaystyle \frac{1}{2}$`:          `<p><span class="math"><svg `,
		"\\begin{align}\na&=b\n\\end{align}\n": `<p>` + `<span class="math display">` + `<svg `,
		`\begin{tabular}{l}<b>\end{tabular}`:   `<code class="math display">\begin{tabular}{l}&lt;b&gt;\end{tabular}</code>`,
		`plain <b>`:                            `<pre tabindex="0">plain &lt;b&gt;</pre>`,
	} {
		out := display("text/latex", in)
		if strings.Contains(want, "<svg") {
			out = display("text/latex", in, "text/plain", "no")
		}
		if got := body(page(t, book(code("x", out)))); !strings.Contains(got, want) {
			t.Errorf("%s: no %s in %s", in, want, got)
		}
	}
}

// Formulas that must produce nothing but shapes, and in finite time.
func TestHostileFormulas(t *testing.T) {
	for _, tex := range []string{
		`\href{javascript:alert(1)}{x}`, `\color{url(https://evil.example)}{x}`,
		`\colorbox{"><script>alert(1)</script>}{x}`, `\text{<script>alert(1)</script>}`,
		`\style{background:url(x)}{y}`, `\mmlToken{mi}[onclick="alert(1)"]{x}`,
		`\class{a" onload="x}{y}`, `\def\a{\a\a}\a`,
		strings.Repeat("{", 2000) + strings.Repeat("}", 2000), strings.Repeat(`\frac`, 800),
		strings.Repeat(`\sqrt{`, 650) + strings.Repeat("}", 150), strings.Repeat(`\left(`, 600),
		strings.Repeat("x^", 2000), strings.Repeat(`\begin{matrix}`, 290),
		strings.Repeat("x", 5000), strings.Repeat(`\overline{`, 370) + strings.Repeat("}", 370),
		`\rule{1000000000em}{1em}`, "\x00\uFDD0",
	} {
		b, err := render.HTML(
			book(
				text("$$"+tex+"$$"),
				text("$"+tex+"$"),
				code("x", display("text/latex", "$"+tex+"$")),
			),
			render.Options{},
		)
		if err != nil {
			t.Fatal(err)
		}
		if err := harmless(string(b)); err != nil {
			t.Errorf("%.60s: %v", tex, err)
		}
	}
}

func TestMathIsTheSameEachTime(t *testing.T) {
	nb := book(text(`$\sum_i \mathbf x_i$ and $$\begin{pmatrix} a & b \\ c & d \end{pmatrix}$$`))
	first := page(t, nb)
	if again := page(t, nb); again != first {
		t.Error("two pages of one notebook differ")
	}
}
