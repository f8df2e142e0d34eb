package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// OfficialSplit divides the Oxford-IIIT Pet set as its authors did (Parkhi et al. 2012):
// annotations/trainval.txt to learn from, annotations/test.txt to be examined on, about half each;
// both in the lists' order. root is the folder that [Untar] gives. Published error rates mostly
// refer to this split; fastai's lesson instead draws a fifth of all pictures ([NewSplit]), the 41
// among them that no list names.
func OfficialSplit(root string) (*Split, error) {
	var items []Labelled
	var valid []string
	for _, list := range []string{"trainval.txt", "test.txt"} {
		names, err := ReadList(filepath.Join(root, "annotations", list))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			file := filepath.Join(root, "images", name+".jpg")
			if _, err := os.Stat(file); err != nil {
				return nil, fmt.Errorf("official split: %s names %q, but there is no %s: unpack the pictures beside the annotations", list, name, file)
			}
			label := name[:max(0, strings.LastIndex(name, "_"))]
			if label == "" {
				return nil, fmt.Errorf("official split: %q in %s does not look like breed_number", name, list)
			}
			items = append(items, Labelled{file, label})
			if list == "test.txt" {
				valid = append(valid, file)
			}
		}
	}
	return NewSplit(items, Options{Valid: valid})
}

// ReadList reads a list of the pet set's annotations: the first word of every line that is not
// empty and does not begin with #.
func ReadList(file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("list of pictures: %w", err)
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
			return nil, fmt.Errorf("list of pictures %s: %q is not a plain name", file, words[0])
		}
		names = append(names, words[0])
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("list of pictures %s: %w", file, err)
	}
	return names, nil
}

// FolderSplit takes the division from the folders, as fastai's from_folder does (§3.3): pictures
// below root/train are to learn from, those below root/valid to be examined on, others are left
// out; the label is the name of the folder that a picture lies in.
func FolderSplit(root, train, valid string) (*Split, error) {
	if train == "" || valid == "" || train == valid {
		return nil, errors.New(`folder split: give the names of two folders, as "train" and "valid"`)
	}
	learn, err := ImageFiles(filepath.Join(root, train), true)
	if err != nil {
		return nil, fmt.Errorf("folder split: %w", err)
	}
	exam, err := ImageFiles(filepath.Join(root, valid), true)
	if err != nil {
		return nil, fmt.Errorf("folder split: %w", err)
	}
	items, err := LabelByFolder(append(learn, exam...))
	if err != nil {
		return nil, err
	}
	return NewSplit(items, Options{Valid: append([]string{}, exam...)})
}
