// Package render makes of a notebook one HTML page that simply opens: nothing is loaded from
// anywhere, no script is needed, it follows the reader's light or dark theme, fits a phone and
// prints.
//
//	nb, err := notebook.ReadFile("pets.ipynb")
//	page, err := render.HTML(nb, render.Options{Title: "Pets"})
//
// What the notebook holds is foreign text. Code, streams and errors are escaped; HTML of Markdown
// cells and of outputs passes a sanitiser that lets layout, tables and embedded pictures through
// and neither scripts, nor styles that reach beyond their element, nor anything that the browser
// would fetch; SVG pictures become images, in which no script runs. [Options].Trust switches the
// sanitiser off, for notebooks of your own that draw with scripts.
//
// Of an output's forms the richest is shown: HTML, SVG, PNG, JPEG, GIF, WebP, Markdown, LaTeX,
// text, JSON; for one that only a script can show (widgets, Vega, Plotly, JavaScript) there is a
// note. Pictures beside the notebook ([Options].Files) are embedded if their content is a picture
// and they lie in its folder.
//
// [Markdown] makes GitHub-flavoured Markdown instead, its pictures as files beside it. There the
// notebook's HTML is sanitised piece by piece and no cell leaves a fence, a comment or a block of
// HTML open for the next one; names of files come from positions, never from the notebook.
//
// TeX is drawn by MathJax's Go port, offline; what it cannot read, or would take too long or too
// much for, is shown as its source. Colours that a terminal's program names exactly are moved
// towards black or white as far as it takes to be read in either theme (contrast.go).
//
// # Tried and dropped
//
//   - MathML by treeblood: the order of attributes differs between runs, it prints panics to
//     standard output, and lacks \operatorname and split.
//   - <style> blocks of outputs (pandas' Styler): their selectors reach beyond the output; dropped,
//     the table stays.
//   - Markdown's text outputs indented by four blanks, as nbconvert has them: after a list they
//     belong to its last entry.
//   - Rewriting a hostile SVG for the Markdown export: refusing it, and showing the output's next
//     form, is simpler to get right.
//   - An iframe with the sandbox attribute for each HTML output: safe, but its height is not known
//     without a script.
//   - chroma's own HTML formatter: it cannot set apart GoNB's lines for the kernel (%%, !ls); its
//     tokens are written here.
//   - Inline SVG: sanitising it well is harder than showing it as an image.
package render
