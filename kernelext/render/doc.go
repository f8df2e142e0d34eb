// Package render makes one self-contained HTML page of a notebook: it loads nothing, needs no
// script, follows the reader's light or dark theme, fits a phone and prints.
//
//	nb, err := notebook.ReadFile("pets.ipynb")
//	page, err := render.HTML(nb, render.Options{Title: "Pets"})
//
// A notebook is untrusted. Code, streams and errors are escaped. HTML is prepared (foreign.go: SVG
// becomes an image, ids and links the page's own, style sheets are scoped) and sanitised: layout,
// tables and embedded images stay; scripts and what a browser would fetch do not. Style properties
// and values are on a list (styles.go); each output and cell clips. [Options].Trust turns this off.
//
// An output is shown in its first possible form of: visible HTML, SVG, PNG, JPEG, GIF, WebP,
// Markdown, LaTeX, text, JSON. What needs a script or the network (widgets, Plotly, maps, videos)
// leaves a line that names it. Images of the notebook's folder ([Options].Files) are embedded;
// links to other files start from [Options].Base.
//
// TeX is drawn by MathJax's Go port, with the macros, labels and tags of earlier cells; otherwise
// it is shown as source. Prices and shell variables are not formulas (math.go). Colours are adapted
// to both themes (colors.go). Long texts, sources, HTML and many formulas are cut, with a line that
// says so (limits.go): a 280 MB output takes 6 s and 1 GB, most of it for reading.
//
// [Markdown] makes GitHub-flavoured Markdown, with images in files.
//
// Unsupported: videos and sounds, media queries and pseudo-elements of foreign style sheets, links
// between notebooks rendered together, numbers of equations without a label, \newcommand outside a
// formula, MathJax extensions beyond AMS.
//
// # Tried and dropped
//
//   - MathML by treeblood: attributes change order between runs, and it lacks \operatorname.
//   - Markdown's text outputs indented by four blanks, as nbconvert's: after a list they belong to
//     it.
//   - Rewriting a hostile SVG for the Markdown export: showing the next form is easier to get
//     right.
//   - A sandboxed iframe for each HTML output: its height is not known without a script.
//   - chroma's own HTML formatter: it cannot set apart commands (%%, !ls).
//   - Inline SVG: sanitising it well is harder than showing it as an image.
package render
