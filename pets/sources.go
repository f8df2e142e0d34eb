package pets

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"slices"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
)

// FromFolder describes data with a folder for each label. Folders that divide the data already (see
// [dataset.FindFolders]) are the split, unless [ValidPct] draws from both; test images are left
// out.
func FromFolder(path Path, options ...DataOption) Data {
	folders, divided := dataset.FindFolders(path.absolute())
	if !divided {
		folders.Train = path.absolute()
	}
	files, valid, err := folders.Files()
	if folders.Valid != "" {
		options = append([]DataOption{ValidFiles(pathsOf(valid))}, options...)
	}
	d := describe(path, pathsOf(files), spec.Data{Labels: spec.LabelFolder}, options)
	if err != nil {
		d.err = because(path, fmt.Errorf("data from folder: %w", err))
	}
	return d
}

// FromLists describes data whose labels are given, one for each file.
func FromLists(path Path, fnames Paths, labels []string, options ...DataOption) Data {
	given := func(d *Data) {
		d.desc.LabelList = d.keep(labels)
		if len(labels) != len(fnames) {
			d.mistake("data: %d labels for %d files: give one for each", len(labels), len(fnames))
		} else if i := slices.Index(labels, ""); i >= 0 {
			d.mistake("data: the label of %s is empty", string(fnames[i]))
		}
	}
	return describe(path, fnames, spec.Data{Labels: spec.LabelList},
		append([]DataOption{given}, options...))
}

// FromNameFunc describes data whose labels a function returns. It runs in every cell.
func FromNameFunc(path Path, fnames Paths, label func(Path) string, options ...DataOption) Data {
	return FromLists(path, fnames, each(fnames, label), options...)
}

// CSV says how a table of files and labels is laid out: File and Folder are below the data's path.
type CSV = spec.CSV

// FromCSV describes data in a table; the split is drawn over its lines in order.
func FromCSV(path Path, table CSV, options ...DataOption) Data {
	file := path.Join(cmp.Or(table.File, "labels.csv"))
	table.File, table.Folder = file.absolute(), path.Join(table.Folder).absolute()
	text, err := os.ReadFile(table.File)
	sum := sha256.Sum256(text)
	table.Digest = fmt.Sprintf("%x", sum)
	d := describe(path, nil, spec.Data{Labels: spec.LabelCSV, CSV: &table}, options)
	if err != nil {
		d.err = because(path, fmt.Errorf("data from table %s: %w: give a table that exists",
			string(file), bare(err)))
	}
	return d
}

// FromOfficialSplit describes the pets data divided as its authors did (trainval.txt and test.txt);
// most published numbers refer to it.
func FromOfficialSplit(path Path, options ...DataOption) Data {
	items, valid, err := dataset.OfficialLists(path.absolute())
	files := each(items, func(l dataset.Labelled) Path { return Path(l.Path) })
	labels := each(items, func(l dataset.Labelled) string { return l.Label })
	options = append([]DataOption{ValidFiles(pathsOf(valid))}, options...)
	d := FromLists(path, files, labels, options...)
	if err != nil {
		d.err = because(path, fmt.Errorf("%w: give the folder of the pets data", err))
	}
	return d
}
