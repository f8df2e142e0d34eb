package render

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"slices"
	"sync"

	"gopets/kernelext/notebook"
)

//go:embed page.js
var pageJS string

// contentPolicy lets the browser run only the page's own script, should anything pass the
// sanitiser.
var contentPolicy = sync.OnceValue(func() string {
	sum := sha256.Sum256([]byte(pageJS))
	digest := base64.StdEncoding.EncodeToString(sum[:])
	return "default-src 'none'; img-src data:; style-src 'unsafe-inline'; " +
		"script-src 'sha256-" + digest + "'; base-uri 'none'; form-action 'none'"
})

func script() template.JS { return template.JS(pageJS) }

// visibility is how much of a cell is shown, by JupyterLab's metadata and Jupyter Book's tags.
type visibility struct {
	Gone, NoInput, NoOutput bool // left out
	FoldInput, FoldOutput   bool // behind a line to click
}

func visibilityOf(c *notebook.Cell) visibility {
	tagged := func(names ...string) bool { return slices.ContainsFunc(names, c.HasTag) }
	set := func(path ...string) bool {
		raw, ok := c.Metadata(path...)
		var b bool
		return ok && json.Unmarshal(raw, &b) == nil && b
	}
	hide := tagged("hide-cell", "hide_cell")
	return visibility{
		Gone:     tagged("remove-cell", "remove_cell"),
		NoInput:  tagged("remove-input", "remove_input"),
		NoOutput: tagged("remove-output", "remove_output"),
		FoldInput: hide || tagged("hide-input", "hide_input") || set("jupyter", "source_hidden") ||
			set("hide_input"),
		FoldOutput: hide || tagged("hide-output", "hide_output") ||
			set("jupyter", "outputs_hidden") ||
			set("collapsed"),
	}
}
