package dataset

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"gopets/pets/spec"
)

// LabelByCSV reads files and labels from a table (fastai's from_csv, §3.3) in UTF-8, or UTF-16
// with a byte order mark. The first line is a header unless it names an image; if it begins with #,
// all lines that do are comments. Unless given, the column of names is the first that holds images,
// and that of labels the one whose header says so (label, class and the like), else the one after
// the names. A repeated line is left out; one that gives an image another label is an error.
func LabelByCSV(t spec.CSV) ([]Labelled, error) {
	data, err := os.ReadFile(t.File)
	if err != nil {
		return nil, fmt.Errorf("labels: %w", err)
	}
	items, err := table(t).parse(data, t.Folder)
	if err != nil {
		return nil, fmt.Errorf("labels in %q: %w", t.File, err)
	}
	return items, nil
}

type table spec.CSV

func (o table) parse(data []byte, dir string) ([]Labelled, error) {
	given, byHeader := o.Name != 0 || o.Label != 0, o.Label == 0
	switch {
	case o.Name < 0:
		return nil, fmt.Errorf("the names' column is %d: columns are counted from 0", o.Name)
	case o.Label == 0:
		o.Label = o.Name + 1
	case o.Label < 0:
		o.Label = 0
	}
	text, err := tableText(data)
	if err != nil {
		return nil, err
	}
	if o.Comma == 0 {
		o.Comma = o.separator(text)
	}
	if !given {
		o.Name, o.Label = o.columns(text, dir)
	}
	if labelled := o.headed(text, dir); byHeader && labelled >= 0 {
		o.Label = labelled
	}
	labels, lines := map[string]string{}, map[string]int{}
	r := o.reader(text)
	var items []Labelled
	for first := true; ; first = false {
		record, err := r.Read()
		if err == io.EOF && len(items) == 0 {
			return nil, errors.New("no line names an image: give a table with a name and a label " +
				"in each line")
		}
		if err == io.EOF {
			return items, nil
		}
		if err != nil {
			return nil, err
		}
		if first && !o.NoHeader && !o.isItem(record, dir) {
			continue
		}
		if strings.TrimSpace(strings.Join(record, "")) == "" {
			continue
		}
		line, _ := r.FieldPos(0)
		if len(record) <= max(o.Name, o.Label) {
			return nil, fmt.Errorf("line %d has %d columns, want a name in column %d and a label "+
				"in column %d: set Comma, Name or Label of the CSV", line, len(record), o.Name,
				o.Label)
		}
		name, label := strings.TrimSpace(record[o.Name]), strings.TrimSpace(record[o.Label])
		if name == "" || label == "" {
			return nil, fmt.Errorf(
				"line %d has an empty name or label: fill it in, or remove the line", line)
		}
		switch label {
		case "NaN", "nan", "NA", "<NA>", "#N/A":
			return nil, fmt.Errorf("line %d has the label %s, as programs write a missing one: "+
				"fill it in, or remove the line", line, label)
		}
		path := o.path(dir, name)
		switch other, again := labels[path]; {
		case again && other != label:
			return nil,
				fmt.Errorf("line %d gives %s the label %s, line %d the label %s: give each "+
					"image one label", line, name, label, lines[path], other)
		case again:
			continue
		}
		labels[path], lines[path] = label, line
		items = append(items, Labelled{path, label})
	}
}

// columns returns those of names and labels: the first that holds an image, and its neighbour.
func (o table) columns(text, dir string) (name, label int) {
	r := o.reader(text)
	for range 2 { // the first may be a header
		record, err := r.Read()
		if err != nil {
			break
		}
		for o.Name = range record {
			switch {
			case !o.isItem(record, dir):
			case o.Name+1 < len(record) || o.Name == 0:
				return o.Name, o.Name + 1
			default:
				return o.Name, o.Name - 1
			}
		}
	}
	return 0, 1
}

// headed returns the column of labels that the header names, or -1.
func (o table) headed(text, dir string) int {
	header, err := o.reader(text).Read()
	if err != nil || o.NoHeader || o.isItem(header, dir) {
		return -1
	}
	for i, h := range header {
		header[i] = strings.ToLower(strings.TrimSpace(h))
	}
	for _, name := range []string{"label", "labels", "class", "class_name", "category", "breed",
		"species", "target"} {
		if i := slices.Index(header, name); i >= 0 && i != o.Name {
			return i
		}
	}
	return -1
}

func (o table) reader(text string) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	r.Comma = o.Comma
	r.LazyQuotes, r.TrimLeadingSpace = true, o.Comma != '\t' // as pandas reads
	if strings.HasPrefix(text, "#") {
		r.Comment = '#'
	}
	return r
}

// path returns the file of a name in dir, also with Windows' separators or a Mac's accents.
func (o table) path(dir, name string) string {
	exists := func(path string) bool { _, err := os.Lstat(path); return err == nil }
	path := filepath.Join(dir, filepath.FromSlash(name)+o.Suffix)
	slashed := strings.ReplaceAll(name, `\`, "/")
	for _, other := range []string{norm.NFC.String(slashed), norm.NFD.String(slashed), slashed} {
		if other == name {
			continue
		}
		if exists(path) {
			return path
		}
		if spelled := filepath.Join(dir, filepath.FromSlash(other)+o.Suffix); exists(spelled) {
			return spelled
		}
	}
	if whole := filepath.FromSlash(name) + o.Suffix; filepath.IsAbs(whole) && !exists(path) &&
		exists(whole) {
		return whole
	}
	return path
}

func (o table) isItem(record []string, dir string) bool {
	if len(record) <= o.Name {
		return false
	}
	name := strings.TrimSpace(record[o.Name])
	if o.Suffix == "" && isImageName(filepath.Base(name)) {
		return true
	}
	_, err := os.Stat(o.path(dir, name))
	return name != "" && err == nil
}

func (o table) separator(text string) rune {
	const sample = 50
	best, bestScore := ',', 0
	for _, comma := range ",;\t|" {
		o.Comma = comma
		r := o.reader(text)
		score := 0
		for range sample {
			record, err := r.Read()
			if err != nil {
				break
			}
			if len(record) > max(o.Name, o.Label) {
				score += 2
				if isImageName(strings.TrimSpace(record[o.Name]) + o.Suffix) {
					score++
				}
			}
		}
		if score > bestScore {
			best, bestScore = comma, score
		}
	}
	return best
}

func tableText(data []byte) (string, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	}
	text := string(data)
	if order != nil {
		units := make([]uint16, 0, len(data)/2)
		for i := 2; i+1 < len(data); i += 2 {
			units = append(units, order.Uint16(data[i:]))
		}
		text = string(utf16.Decode(units))
	}
	for _, magic := range []string{"PK\x03\x04", "\xd0\xcf\x11\xe0"} {
		if strings.HasPrefix(text, magic) {
			return "", errors.New("it is a workbook of a spreadsheet: save the table as CSV")
		}
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", errors.New("it is not text in UTF-8: save the table as CSV in UTF-8")
	}
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // old Macs' line ends
	}
	return text, nil
}
