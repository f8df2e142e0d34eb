package pets

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"gopets/pets/wire"
)

// FromFolder describes data that has a folder for each label: the label of a picture is the name of
// the folder that it lies in. If path has the folders train and valid, they are the division, as in
// fastai, and what lies beside them is left out; [ValidPct] divides their pictures at random
// nevertheless.
func FromFolder(path Path, options ...DataOption) Data {
	desc := wire.Data{Labels: wire.LabelFolder}
	train, valid := path.Join("train"), path.Join("valid")
	if !train.Exists() || !valid.Exists() {
		files, err := folder(path)
		return describe(path, files, desc, options).orMistake(path, err)
	}
	files, err := folder(train)
	exam, err2 := folder(valid)
	if err == nil {
		err = err2
	}
	d := describe(path, append(files, exam...), desc, append([]DataOption{ValidFiles(exam)}, options...))
	return d.orMistake(path, err)
}

func folder(path Path) (Paths, error) {
	files, err := listImages(path.absolute(), true)
	sort.Slice(files, func(i, j int) bool { return files[i] < files[j] })
	return files, err
}

// orMistake is the data, unless its folder cannot be read.
func (d Data) orMistake(path Path, err error) Data {
	if err != nil {
		d.err = because(path, fmt.Errorf("data from folder %s: %w: give a folder that exists", string(path), bare(err)))
	}
	return d
}

// FromLists describes data whose labels are given, one for each file.
func FromLists(path Path, fnames Paths, labels []string, options ...DataOption) Data {
	list := make(Paths, len(labels))
	for i, l := range labels {
		list[i] = Path(l)
	}
	given := func(d *Data) {
		d.desc.LabelList = d.keep(list)
		if len(labels) != len(fnames) {
			d.mistake("data: %d labels for %d files: give one for each", len(labels), len(fnames))
			return
		}
		for i, l := range labels {
			if l == "" {
				d.mistake("data: the label of %s is empty", string(fnames[i]))
				return
			}
		}
	}
	return describe(path, fnames, wire.Data{Labels: wire.LabelList}, append([]DataOption{given}, options...))
}

// FromNameFunc describes data whose labels a function tells from the files' paths. The function
// runs here, in the cell, and in every later cell anew: let it do nothing slow. What reaches the
// session are its labels, so a change of the function that changes no label changes nothing.
func FromNameFunc(path Path, fnames Paths, label func(Path) string, options ...DataOption) Data {
	labels := make([]string, len(fnames))
	for i, f := range fnames {
		labels[i] = label(f)
	}
	return FromLists(path, fnames, labels, options...)
}

// CSV says how a table of files and labels is laid out. The zero value is fastai's labels.csv: a
// header line, names in the first column, labels in the second.
type CSV struct {
	File     string // below the data's path; empty: labels.csv
	Folder   string // below the data's path, that the names are relative to; empty: the path itself
	Name     int    // column of the names, from 0
	Label    int    // column of the labels; 0: the one after the names; -1: the first
	Comma    rune   // between columns; 0: a comma
	NoHeader bool   // the first line is a picture already
	Suffix   string // appended to each name, as ".jpg"
}

// FromCSV describes data whose files and labels are in a table. The split is drawn over the table's
// lines in their order.
func FromCSV(path Path, table CSV, options ...DataOption) Data {
	name := table.File
	if name == "" {
		name = "labels.csv"
	}
	file := path.Join(name)
	t := &wire.CSV{File: file.absolute(), Folder: path.Join(table.Folder).absolute(), Name: table.Name, Label: table.Label, Comma: table.Comma,
		Bare: table.NoHeader, Suffix: table.Suffix}
	text, err := os.ReadFile(t.File)
	sum := sha256.Sum256(text)
	t.Digest = hex.EncodeToString(sum[:])
	d := describe(path, nil, wire.Data{Labels: wire.LabelCSV, CSV: t}, options)
	if err != nil {
		d.err = because(path, fmt.Errorf("data from table %s: %w: give a table that exists", string(file), bare(err)))
	}
	if table.Name < 0 {
		d.mistake("data from table %s: the names' column is %d: columns are counted from 0", string(file), table.Name)
	}
	return d
}

// FromOfficialSplit describes the pets data, or a sample of it, as its authors divided it:
// annotations/trainval.txt to learn from, annotations/test.txt for validation, about half each;
// most published numbers refer to it. path is the folder that [UntarData] gives.
func FromOfficialSplit(path Path, options ...DataOption) Data {
	var files, valid Paths
	var labels []string
	var trouble error
	for _, list := range []string{"trainval.txt", "test.txt"} {
		names, err := readList(path.Join("annotations", list))
		if err != nil && trouble == nil {
			trouble = err
		}
		for _, name := range names {
			file := path.Join("images", name+".jpg")
			files = append(files, file)
			labels = append(labels, name[:max(0, strings.LastIndex(name, "_"))])
			if list == "test.txt" {
				valid = append(valid, file)
			}
		}
	}
	d := FromLists(path, files, labels, append([]DataOption{ValidFiles(valid)}, options...)...)
	if trouble != nil {
		d.err = because(path, fmt.Errorf("official split of %s: %w: give the folder of the pets data", string(path), bare(trouble)))
	}
	return d
}

// readList reads the first word of each line that is no comment.
func readList(file Path) (names []string, err error) {
	f, err := os.Open(file.absolute())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); len(words) > 0 && words[0][0] != '#' {
			names = append(names, filepath.Base(words[0]))
		}
	}
	return names, lines.Err()
}
