package render_test

import (
	"fmt"
	"strings"

	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
)

func ExampleHTML() {
	nb := notebook.New("gonb", "Go", "go")
	nb.Insert(0, notebook.NewCell(notebook.Markdown, "# Hello"))
	page, err := render.HTML(nb, render.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.Contains(string(page), `<h1 id="h-hello">Hello</h1>`))
	// Output: true
}
