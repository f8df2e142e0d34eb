package dataset

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// Folders are the folders that divide a data set; a field is empty where there is none.
type Folders struct{ Train, Valid, Test string }

// Describe returns how the folders are used; random: both are divided at random.
func (f Folders) Describe(random bool) string {
	train, text := filepath.Base(f.Train), ""
	switch {
	case f.Valid == "":
		text = fmt.Sprintf("images of %s/ are for training, a part of them drawn for validation",
			train)
	case random:
		text = fmt.Sprintf("images of %s/ and %s/ are divided at random, as ValidPct says", train,
			filepath.Base(f.Valid))
	default:
		text = fmt.Sprintf("images of %s/ are for training, those of %s/ for validation", train,
			filepath.Base(f.Valid))
	}
	if f.Test != "" {
		text += fmt.Sprintf("; those of %s/ are left out", filepath.Base(f.Test))
	}
	return text
}

// Files returns the images for training, then those for validation, which valid lists too.
func (f Folders) Files() (files, valid []string, err error) {
	if files, err = ImageFiles(f.Train, true); err != nil {
		return nil, nil, err
	}
	if f.Valid != "" {
		if valid, err = ImageFiles(f.Valid, true); err != nil {
			return nil, nil, err
		}
	}
	files = slices.Concat(files, valid)
	return files, valid, checkClassFolders(files, f.Train, f.Valid)
}

var roles = map[string]func(*Folders) *string{
	"train":      func(f *Folders) *string { return &f.Train },
	"training":   func(f *Folders) *string { return &f.Train },
	"valid":      func(f *Folders) *string { return &f.Valid },
	"val":        func(f *Folders) *string { return &f.Valid },
	"validation": func(f *Folders) *string { return &f.Valid },
	"dev":        func(f *Folders) *string { return &f.Valid },
	"eval":       func(f *Folders) *string { return &f.Valid },
	"test":       func(f *Folders) *string { return &f.Test },
	"testing":    func(f *Folders) *string { return &f.Test },
}

var fillers = []string{"set", "dataset", "data", "image", "images", "imgs", "split", "seg"}

// role returns the field for a folder's name, such as Training_set, testset or val2017.
func role(name string) (field func(*Folders) *string, ok bool) {
	words := strings.FieldsFunc(strings.ToLower(name),
		func(r rune) bool { return !unicode.IsLetter(r) })
	for _, word := range words {
		switch f := cmp.Or(strings.TrimSuffix(word, "set"), word); {
		case roles[f] != nil && field == nil:
			field = roles[f]
		case !slices.Contains(fillers, word):
			return nil, false
		}
	}
	return field, field != nil
}

// FindFolders finds folders named like train, Training_set, val2017 or test in root, or in an
// archive's only folder in it. It returns false if there are none, or if the training folder holds
// no folders of classes ("train" may be a class).
func FindFolders(root string) (Folders, bool) {
	var f Folders
	for range maxWrappers {
		if f, ok := findFolders(root); ok {
			return f, true
		}
		var ok bool
		if root, ok = onlyFolder(root); !ok {
			break
		}
	}
	return f, false
}

const maxWrappers = 3

func onlyFolder(dir string) (only string, ok bool) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", false
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), ".") || e.Name() == "__MACOSX":
		case isDir(path) && only == "":
			only = path
		case isDir(path) || isImageName(e.Name()):
			return "", false
		}
	}
	return only, only != ""
}

func findFolders(root string) (Folders, bool) {
	var f Folders
	entries, err := os.ReadDir(root)
	if err != nil {
		return f, false
	}
	for _, e := range entries {
		field, ok := role(e.Name())
		if path := filepath.Join(root, e.Name()); ok && isDir(path) && *field(&f) == "" {
			*field(&f) = path
		}
	}
	if f.Train == "" || f.Valid == "" && f.Test == "" || !holdsFolders(f.Train) {
		return Folders{}, false
	}
	return f, true
}

func holdsFolders(dir string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && isDir(filepath.Join(dir, e.Name())) {
			return true
		}
	}
	return false
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
