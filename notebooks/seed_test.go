package notebooks_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"gopets/kernelext/notebook"
)

// seedCells maps every code cell of the blog post that this notebook retells, in order, to the cell
// of pets.ipynb that does its work; if there is none, why says so.
var seedCells = []struct{ what, cell, why string }{
	{what: "mount a drive that outlives the machine", cell: "keep"},
	{what: "import the library", cell: "parameters"},
	{what: "install the library from the net",
		why: "a Go module is found by its import path; nb setup fetches what is needed"},
	{what: "autoreload and inline plots",
		why: "GoNB compiles every cell anew and shows images in place"},
	{what: "choose the batch size", cell: "parameters"},
	{what: "read the documentation of untar_data", cell: "help-untar"},
	{what: "print the address of the data", cell: "print-url"},
	{what: "fetch and unpack the data", cell: "untar"},
	{what: "list the folder", cell: "ls"},
	{what: "name the two folders", cell: "folders"},
	{what: "list the images", cell: "fnames"},
	{what: "seed and pattern", cell: "pattern"},
	{what: "make the data object", cell: "data"},
	{what: "show a batch", cell: "show-batch"},
	{what: "print the classes", cell: "classes"},
	{what: "make the ResNet-34 learner", cell: "learner"},
	{what: "train four epochs", cell: "fit-1"},
	{what: "save", cell: "save"},
	{what: "copy the saved model to the drive", cell: "copy"},
	{what: "ask for the learner's type", cell: "type"},
	{what: "interpret", cell: "interp"},
	{what: "plot top losses", cell: "top-losses"},
	{what: "plot the confusion matrix", cell: "confusion"},
	{what: "most confused", cell: "most-confused"},
	{what: "unfreeze", cell: "unfreeze"},
	{what: "train one epoch", cell: "fit-all"},
	{what: "load", cell: "load"},
	{what: "find the learning rate", cell: "lr-find"},
	{what: "plot it", cell: "lr-plot"},
	{what: "train with a range of rates", cell: "fit-2"},
	{what: "data with larger images", cell: "data-2"},
	{what: "make the ResNet-50 learner", cell: "learner-2"},
	{what: "train five epochs", cell: "fit-3"},
	{what: "save", cell: "save-2"},
	{what: "find the learning rate and plot it", cell: "lr-find-2"},
	{what: "train three epochs with a range", cell: "fit-4"},
	{what: "loads that are commented out", cell: "go-back"},
	{what: "interpret", cell: "interp-2"},
	{what: "plot the confusion matrix", cell: "confusion-2"},
	{what: "most confused", cell: "most-confused-2"},
	{what: "name a folder of one's own images", cell: "my-folder"},
	{what: "list it", cell: "my-files"},
	{what: "a class that predicts one image",
		why: "learn.Predict does it, with the transforms that the class forgot"},
	{what: "show the first image", cell: "img0"},
	{what: "predict it", cell: "predict0"},
	{what: "show the second image", cell: "img1"},
	{what: "predict it", cell: "predict1"},
	{what: "show the third image", cell: "img2"},
	{what: "predict it", cell: "predict2"},
	{what: "show the fourth image", cell: "img3"},
	{what: "predict it", cell: "predict3"},
}

// ownCells are the code cells that have no counterpart in the blog post.
var ownCells = map[string]string{
	"settings": "prints the engine and the parameters of this run",
}

func TestEverySeedCellIsCovered(t *testing.T) {
	nb, err := notebook.ReadFile("pets.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	position := map[string]int{}
	for i, c := range nb.Cells() {
		if c.Type() == notebook.Code {
			position[c.ID()] = i
		}
	}
	last := -1
	used := map[string]bool{}
	for i, s := range seedCells {
		if (s.cell == "") == (s.why == "") {
			t.Errorf("seed cell %d (%s): give either a cell or a reason why not", i+1, s.what)
			continue
		}
		if s.cell == "" {
			continue
		}
		at, ok := position[s.cell]
		if !ok {
			t.Errorf("seed cell %d (%s): the notebook has no code cell with id %q", i+1, s.what,
				s.cell)
			continue
		}
		used[s.cell] = true
		// The drive and the settings come together at the top, in either order.
		if i > 4 && at < last {
			t.Errorf("seed cell %d (%s): %q stands before its predecessor", i+1, s.what, s.cell)
		}
		if i > 4 {
			last = at
		}
	}
	for id := range position {
		if !used[id] && ownCells[id] == "" {
			t.Errorf("code cell %q is neither in the table of seed cells nor among our own", id)
		}
	}
}

func TestSeedTableIsComplete(t *testing.T) {
	seeds, _ := filepath.Glob("../../shared/reference/000_*.txt")
	if len(seeds) == 0 {
		t.Skip("the blog post's text is not beside this checkout")
	}
	text, err := os.ReadFile(seeds[0])
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n```python\n")); n != len(seedCells) {
		t.Errorf("the blog post has %d code cells, the table %d", n, len(seedCells))
	}
}
