// Command declare is a cell whose variables are not available: the tests of package pets run it as
// a kernel would.
package main

import (
	"fmt"
	"os"

	"gopets/pets"
)

var path = pets.UntarData(pets.FindURL(os.Getenv("SOURCE")))
var fnames = pets.GetImageFiles(path.Join("images"))
var data = pets.FromNameRE(path, fnames, `/([^/]+)_\d+.jpg$`)
var learn = pets.CNNLearner(data, pets.PetNet10)
var folder = pets.FromFolder(pets.Path("/nowhere at all"))
var img = pets.OpenImage(path.Join("a.jpg"))

func main() {
	switch os.Args[1] {
	case "nothing":
		fmt.Println("this cell uses none of them")
	case "print":
		fmt.Println(path)
	case "slice":
		pets.Show(fnames[:2])
	case "ls":
		fmt.Println(path.Ls())
	case "data":
		data.Show()
	case "folder":
		folder.Show()
	case "learn":
		learn.Create()
	case "image":
		img.Show()
	}
}
