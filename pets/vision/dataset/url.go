package dataset

// URL is a data set on the internet, as in fastai's URLs.
type URL struct {
	Name    string  // the folder that it becomes
	URL     string  // as fastai prints it: the archive's address without its ending
	Archive Archive // the archive itself; its root folder is Name
	// archives that together make the same folder, if Archive is not available
	Mirror []Archive
}

// String returns the address, as fastai's print(URLs.PETS) does.
func (u URL) String() string { return u.URL }

// Archive is a .tar.gz file on the internet and its checksums.
type Archive struct {
	URL     string
	File    string // its name on disk
	Size    int64  // bytes; 0: unknown
	MD5Head string // hex MD5 of the first MiB (fastai §1.1); "": not checked
	MD5     string // hex MD5 of the whole file; "": not checked
}

// Pets is the Oxford-IIIT Pet data set: 7 390 images of 37 breeds (Parkhi et al., "Cats and Dogs",
// CVPR 2012; CC BY-SA 4.0), as fastai packed it; Oxford's as a mirror.
var Pets = URL{
	Name: "oxford-iiit-pet",
	URL:  "https://s3.amazonaws.com/fast-ai-imageclas/oxford-iiit-pet",
	Archive: Archive{
		URL:     "https://s3.amazonaws.com/fast-ai-imageclas/oxford-iiit-pet.tgz",
		File:    "oxford-iiit-pet.tgz",
		Size:    811_706_944,
		MD5Head: "e4db5c768afd933bb91f5f594d7417a4",
	},
	Mirror: []Archive{
		{URL: "https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz",
			File: "oxford-iiit-pet-images.tar.gz", Size: 791_918_971,
			MD5: "5c4f3ee8e5d25df40f4fd59a7f44e54c"},
		{URL: "https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz",
			File: "oxford-iiit-pet-annotations.tar.gz", Size: 19_173_078,
			MD5: "95a8c909bbe2e81eed6a22bccdf3f68f"},
	},
}

// The data sets that package sample draws: gopets:// and the folder; 25 images of a breed.
const (
	SampleURL      = "gopets://pets-sample-25"
	SmallSampleURL = "gopets://pets-sample-small"
	FoldersURL     = "gopets://pets-in-folders"
)

// Addresses are the data sets by name; Names lists these for messages.
var Addresses = map[string]string{"pets": Pets.URL, "sample": SampleURL,
	"sample-small": SmallSampleURL, "sample-folders": FoldersURL}

const Names = `"sample", "sample-small", "sample-folders", "pets"`
