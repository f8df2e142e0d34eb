// Package render makes one HTML page of a notebook, which needs nothing else: it loads nothing,
// needs no script, follows the reader's light or dark theme, fits a phone and prints.
//
//	nb, err := notebook.ReadFile("pets.ipynb")
//	page, err := render.HTML(nb, render.Options{Title: "Pets"})
//
// What the notebook holds is foreign text. Code, streams and errors are escaped. HTML of Markdown
// cells and outputs is first made ready (foreign.go: SVG becomes an image, ids and links become the
// page's own, style sheets are scoped to their output) and then sanitised: layout, tables and
// embedded images stay; scripts, and whatever the browser would fetch, do not. Style properties are
// those of a list, with checked values (styles.go), and each output and cell clips, so that nothing
// is drawn over another. [Options].Trust switches this off, for notebooks of your own.
//
// Of an output's forms the first that can be shown is: HTML in which something is to be seen, SVG,
// PNG, JPEG, GIF, WebP, Markdown, LaTeX, text, JSON. What needs a script or the network (widgets,
// Plotly, Vega, maps, videos) leaves a line that names it, unless the notebook holds an image of it
// too. Images beside the notebook ([Options].Files) are embedded if their content is an image and
// they are in its folder; links to its other files start from [Options].Base.
//
// TeX is drawn by MathJax's Go port, offline, with the macros, labels and tags of earlier cells;
// what it cannot read is shown as its source. Between single dollars, prices and shell variables
// are no formulas (math.go). Colours that text sets alone are moved towards black or white as far
// as it takes to be read in either theme (colors.go).
//
// Limits keep a page's cost linear (limits.go): long texts, sources, HTML and many formulas are
// cut, with a line that says so. A 280 MB output takes 6 s and 1 GB, most of it for reading.
//
// [Markdown] makes GitHub-flavoured Markdown instead, its images as files beside it. There HTML is
// sanitised piece by piece, and no cell leaves a fence, a comment or a block of HTML open for the
// next one; names of files come from positions, never from the notebook.
//
// # Left out
//
//   - Videos and sounds, though embedded: a line says how large they are.
//   - Media queries, pseudo-elements and display: none of foreign style sheets.
//   - Links between notebooks that are rendered together: they lead to the .ipynb file.
//   - Equations are numbered where they have a label, not all of them.
//   - \newcommand outside of a formula; MathJax extensions beyond AMS.
//
// # Tried and dropped
//
//   - MathML by treeblood: the order of attributes differs between runs, it prints panics to
//     standard output, and lacks \operatorname and split.
//   - Markdown's text outputs indented by four blanks, as nbconvert has them: after a list they
//     belong to its last entry.
//   - Rewriting a hostile SVG for the Markdown export: refusing it, and showing the output's next
//     form, is simpler to get right.
//   - An iframe with the sandbox attribute for each HTML output: safe, but its height is not known
//     without a script.
//   - chroma's own HTML formatter: it cannot set apart lines for the kernel (%%, !ls).
//   - Inline SVG: sanitising it well is harder than showing it as an image.
package render
