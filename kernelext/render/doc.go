// Package render makes of a notebook one HTML page that simply opens: nothing is loaded from anywhere, no script is needed, it follows the
// reader's light or dark theme, fits a phone and prints.
//
//	nb, err := notebook.ReadFile("pets.ipynb")
//	page, err := render.HTML(nb, render.Options{Title: "Pets"})
//
// What the notebook holds is foreign text. Code, streams and errors are escaped; HTML of Markdown cells and of outputs passes a sanitiser that
// lets layout, tables and embedded pictures through and neither scripts, nor styles that reach beyond their element, nor anything that the browser
// would fetch; SVG pictures become images, in which no script runs. [Options].Trust switches the sanitiser off, for notebooks of your own
// that draw with scripts.
//
// Of an output's forms the richest is shown: HTML, SVG, PNG, JPEG, GIF, WebP, Markdown, text, JSON.
//
// # Tried and dropped
//
//   - An iframe with the sandbox attribute for each HTML output: safe, but its height is not known without a script.
//   - chroma's own HTML formatter: it cannot set apart GoNB's lines for the kernel (%%, !ls); its tokens are written here.
//   - Inline SVG: sanitising it well is harder than showing it as an image.
package render
