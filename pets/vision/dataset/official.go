package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// OfficialSplit divides the Oxford-IIIT Pet set in root as its authors did (Parkhi et al. 2012),
// about half each; most published error rates refer to it.
func OfficialSplit(root string) (*Split, error) {
	items, valid, err := OfficialLists(root)
	if err != nil {
		return nil, err
	}
	return NewSplit(items, Options{Valid: valid})
}

// OfficialLists returns the labelled files of [OfficialSplit], and those for validation.
func OfficialLists(root string) (items []Labelled, valid []string, err error) {
	for _, list := range []string{"trainval.txt", "test.txt"} {
		names, err := readList(filepath.Join(root, "annotations", list))
		if err != nil {
			return nil, nil, err
		}
		for _, name := range names {
			file := filepath.Join(root, "images", name+".jpg")
			if _, err := os.Stat(file); err != nil {
				return nil, nil, fmt.Errorf("official split: %s names %q, but there is no %s: "+
					"unpack the images beside the annotations", list, name, file)
			}
			label := name[:max(0, strings.LastIndex(name, "_"))]
			if label == "" {
				return nil, nil, fmt.Errorf("official split: %q in %s does not look like "+
					"breed_number", name, list)
			}
			items = append(items, Labelled{file, label})
			if list == "test.txt" {
				valid = append(valid, file)
			}
		}
	}
	return items, valid, nil
}

func readList(file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("list of images: %w", err)
	}
	defer f.Close()
	var names []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if strings.ContainsAny(words[0], `/\`) {
			return nil, fmt.Errorf("list of images %s: %q is not a plain name", file, words[0])
		}
		names = append(names, words[0])
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("list of images %s: %w", file, err)
	}
	return names, nil
}

// FolderSplit divides images below root/train and root/valid, labelled by their folders (fastai's
// from_folder, §3.3). [FindFolders] finds the usual names.
func FolderSplit(root, train, valid string) (*Split, error) {
	if train == "" || valid == "" || train == valid {
		return nil,
			errors.New(`folder split: give the names of two folders, as "train" and "valid"`)
	}
	folders := Folders{Train: filepath.Join(root, train), Valid: filepath.Join(root, valid)}
	files, validFiles, err := folders.Files()
	if err != nil {
		return nil, fmt.Errorf("folder split: %w", err)
	}
	items, err := LabelByFolder(files)
	if err != nil {
		return nil, err
	}
	return NewSplit(items, Options{Valid: append([]string{}, validFiles...)})
}
