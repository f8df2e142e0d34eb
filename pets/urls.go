package pets

import (
	"fmt"
	"os"
	"path"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/wire"
)

// URL names a data set for [UntarData].
type URL string

// URLs are the data sets known by name.
var URLs = struct {
	Pets URL // the Oxford-IIIT Pet set as fastai packed it, 774 MB; needs network once
	// drawn by this project: the same 37 breeds and the same layout, a few seconds, no network
	PetsSample URL
	// the same with fewer and smaller images, for the Go backend and for trying out
	SmallSample URL
	Folders     URL // six of these breeds, each in a folder of its own, for [FromFolder]
}{
	Pets:        URL(dataset.Pets.URL),
	PetsSample:  dataset.SampleURL,
	SmallSample: dataset.SmallSampleURL,
	Folders:     dataset.FoldersURL,
}

// FindURL returns the data set for a word: "pets", "sample", "sample-small", "sample-folders";
// anything else is a folder of yours.
func FindURL(source string) URL {
	switch source {
	case "pets":
		return URLs.Pets
	case "sample":
		return URLs.PetsSample
	case "sample-small":
		return URLs.SmallSample
	case "sample-folders":
		return URLs.Folders
	}
	if strings.Contains(source, "://") {
		return URL(source)
	}
	return URL("file://" + Path(source).absolute())
}

// UntarData returns the folder of a data set. The first time it downloads and unpacks the set (or
// draws it: [URLs].PetsSample), with a bar; later it looks whether the folder is there. A folder of
// yours is taken as it is.
//
// The folder of pets and of the samples holds images (the breed is in the file name), annotations,
// and the samples my_pets besides. Data sets lie in the folder data of [Home]. Without network the
// error says what to do by hand.
func UntarData(url URL) Path {
	key := "untar " + string(url)
	if dir, isFolder := strings.CutPrefix(string(url), "file://"); isFolder {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			if !quiet(key, Path(dir)) {
				failValue(key, Path(dir),
					fmt.Errorf(
						"untar data: there is no folder %s: name a folder that exists, or one of \"sample\", \"sample-small\", \"sample-folders\", \"pets\"", dir))
			}
			return Path(dir)
		}
		succeeded(key)
		return Path(dir)
	}
	if dir := Path(note(key)); dir != "" && dir.Exists() {
		return dir
	}
	place := Home().Join("data", path.Base(string(url)))
	if quiet(key, place) {
		return place
	}
	folder, err := ask(wire.UntarData, wire.Untar{URL: string(url)}, nil)
	if err != nil {
		failValue(key, place, err)
		return place
	}
	succeeded(key)
	setNote(key, folder.Path)
	return Path(folder.Path)
}

// VerifyImages opens every image and shows and gives those that cannot be read, with the reason.
// It deletes nothing.
func VerifyImages(files Paths) []Bad {
	request := wire.Verify{Paths: make([]string, len(files))}
	for i, f := range files {
		request.Paths[i] = f.absolute()
	}
	bad := must(wire.VerifyImages, request, nil)
	fmt.Printf("%s images, %d cannot be read\n", spec.Thousands(len(files)), len(bad))
	for _, b := range bad {
		fmt.Printf("%s: %s\n", b.Path, b.Reason)
	}
	return bad
}

// Bad is an image that cannot be read.
type Bad = wire.Bad
