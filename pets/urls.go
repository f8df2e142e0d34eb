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
	PetsSample  URL
	SmallSample URL // the same with fewer and smaller images, for the Go backend and for trying out
	Folders     URL // six of these breeds, each in a folder of its own, for [FromFolder]
}{
	Pets:        URL(dataset.Pets.URL),
	PetsSample:  dataset.SampleURL,
	SmallSample: dataset.SmallSampleURL,
	Folders:     dataset.FoldersURL,
}

// FindURL returns the data set "pets", "sample", "sample-small" or "sample-folders", or your
// folder.
func FindURL(source string) URL {
	if address, ok := dataset.Addresses[source]; ok {
		return URL(address)
	}
	if strings.Contains(source, "://") {
		return URL(source)
	}
	return URL("file://" + Path(source).absolute())
}

// UntarData returns the folder of a data set, below [Home], after downloading or drawing it the
// first time: images, annotations, and with samples my_pets. A folder of yours is returned
// unchanged.
func UntarData(url URL) Path {
	key := "untar " + string(url)
	if dir, isFolder := strings.CutPrefix(string(url), "file://"); isFolder {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			setNote("failed "+key, nil)
			return Path(dir)
		}
		return value(key, Path(dir), Path(dir), func() (Path, error) {
			return "", fmt.Errorf("untar data: there is no folder %s: name a folder that exists, "+
				"or one of %s", dir, dataset.Names)
		})
	}
	var dir Path
	if readNote(key, &dir) && dir.Exists() {
		return dir
	}
	place := Home().Join("data", path.Base(string(url)))
	return value(key, place, place, func() (Path, error) {
		folder, err := ask(wire.UntarData, string(url), nil)
		if err == nil {
			setNote(key, folder)
		}
		return Path(folder), err
	})
}

// VerifyImages opens every image, and shows and returns those that cannot be read.
func VerifyImages(files Paths) []Bad {
	bad := must(wire.VerifyImages, files.absolute(), nil)
	fmt.Printf("%s images, %d cannot be read\n", spec.Thousands(len(files)), len(bad))
	for _, b := range bad {
		fmt.Printf("%s: %s\n", b.Path, b.Reason)
	}
	return bad
}

// Bad is an image that cannot be read.
type Bad = spec.Bad
