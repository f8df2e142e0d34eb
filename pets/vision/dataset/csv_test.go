package dataset

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf16"

	"gopets/pets/spec"
)

func TestLabelByCSV(t *testing.T) {
	file := filepath.Join(t.TempDir(), "labels.csv")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("name,label\ntrain/3/7463.png,0\n\"train/7/2,1.png\", 1\n")
	items, err := LabelByCSV(spec.CSV{File: file, Folder: "mnist"})
	if err != nil || !slices.Equal(labels(items), []string{"0", "1"}) ||
		items[0].Path != filepath.Join("mnist", "train", "3", "7463.png") {
		t.Errorf("%v, %v", items, err)
	}
	write("7;cat;one\n8;dog;two\n")
	items, err = LabelByCSV(spec.CSV{File: file, Comma: ';', NoHeader: true, Name: 2, Label: 1,
		Suffix: ".jpg"})
	if err != nil || !slices.Equal(items, []Labelled{{"one.jpg", "cat"}, {"two.jpg", "dog"}}) {
		t.Errorf("%v, %v", items, err)
	}
	write("label,name\ncat,one.jpg\n")
	items, err = LabelByCSV(spec.CSV{File: file, Name: 1, Label: -1})
	if err != nil || !slices.Equal(items, []Labelled{{"one.jpg", "cat"}}) {
		t.Errorf("labels first: %v, %v", items, err)
	}
	_, err = LabelByCSV(spec.CSV{File: file, Name: -1})
	says(t, "negative", err, "counted from 0")
	write("name,label\njust one\n")
	_, err = LabelByCSV(spec.CSV{File: file})
	says(t, "columns", err, "line 2 has 1 columns", "Comma")
	_, err = LabelByCSV(spec.CSV{File: file + "x"})
	says(t, "no file", err, "labels.csvx")
}

// Tables of programs: pandas' numbers in front, comments, Windows' separators, whole paths, lines
// twice; a name that leads up is not a header.
func TestLabelByCSVOfPrograms(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"sub/1.jpg", "img1"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	for text, want := range map[string][]Labelled{
		",name,label\n0,a.jpg,cat\n1,b.jpg,dog\n": {{in("a.jpg"), "cat"}, {in("b.jpg"), "dog"}},
		"\tname\tlabel\n0\ta.jpg\tcat\n":          {{in("a.jpg"), "cat"}},
		"label,image\ncat,a.jpg\ndog,b.jpg\n":     {{in("a.jpg"), "cat"}, {in("b.jpg"), "dog"}},
		"id,label,image\n0,cat,a.jpg\n":           {{in("a.jpg"), "cat"}},
		"name, label\na.jpg, \"cat\"\n  \n,\n":    {{in("a.jpg"), "cat"}},
		"a.jpg,cat 5\" tall\n":                    {{in("a.jpg"), `cat 5" tall`}},
		"0,img1,cat\n1,img2,dog\n":                {{in("img1"), "cat"}, {in("img2"), "dog"}},
		"1,2\n3,4\n":                              nil, // a header, and an error below
		"# mine\nname,label\na.jpg,cat\n":         {{in("a.jpg"), "cat"}},
		`sub\1.jpg,cat` + "\n":                    {{in("sub/1.jpg"), "cat"}},
		in("sub/1.jpg") + ",cat\n":                {{in("sub/1.jpg"), "cat"}},
		"../a.jpg,cat\n": {{filepath.Join(filepath.Dir(dir), "a.jpg"),
			"cat"}},
		"a.jpg,cat\na.jpg,cat\nb.jpg,dog\n": {{in("a.jpg"), "cat"}, {in("b.jpg"), "dog"}},
	} {
		file := filepath.Join(t.TempDir(), "labels.csv")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		items, err := LabelByCSV(spec.CSV{File: file, Folder: dir})
		if want == nil {
			want = []Labelled{{in("3"), "4"}}
		}
		if err != nil || !slices.Equal(items, want) {
			t.Errorf("%q: %v, %v", text, items, err)
		}
	}
	file := filepath.Join(dir, "labels.csv")
	if err := os.WriteFile(file, []byte("a.jpg,cat\nb.jpg,cat\na.jpg,dog\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := LabelByCSV(spec.CSV{File: file, Folder: dir})
	says(t, "two labels", err, "line 3 gives a.jpg the label dog, line 1 the label cat")
}

// Tables of spreadsheets and text editors are read without any option.
func TestLabelByCSVFindsTheLayout(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "7.jpg"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	wide := func(order binary.AppendByteOrder, text string) string {
		var b []byte
		for _, u := range utf16.Encode([]rune("\ufeff" + text)) {
			b = order.AppendUint16(b, u)
		}
		return string(b)
	}
	want := []Labelled{{filepath.Join(dir, "a.jpg"), "pug"}, {filepath.Join(dir, "b.JPG"),
		"big, old boxer"}}
	for name, text := range map[string]string{
		"byte order mark":       "\ufefffile;breed\na.jpg;pug\nb.JPG;big, old boxer\n",
		"byte order mark alone": "\ufeffa.jpg;pug\nb.JPG;big, old boxer\n",
		"CRLF":                  "file,breed\r\na.jpg,pug\r\nb.JPG,\"big, old boxer\"\r\n",
		"CR":                    "file,breed\ra.jpg,pug\rb.JPG,\"big, old boxer\"",
		"no header":             "a.jpg\tpug\nb.JPG\tbig, old boxer\n",
		"commas inside":         "a.jpg;pug\nb.JPG;big, old boxer",
		"bars and blank lines":  "\n\na.jpg | pug\n\nb.JPG | big, old boxer\n",
		"UTF-16, small end": wide(binary.LittleEndian,
			"file;breed\r\na.jpg;pug\r\nb.JPG;big, old boxer\r\n"),
		"UTF-16, big end": wide(binary.BigEndian, "a.jpg\tpug\nb.JPG\tbig, old boxer\n"),
		"further columns": "file;breed;weight\na.jpg;pug;7,5\nb.JPG;big, old boxer;30,1\n",
		"columns between": "id,file,width,Label \n1,a.jpg,20,pug\n2,b.JPG,30,\"big, old boxer\"\n",
		"class by number": "file,class,class_id\na.jpg,pug,1\nb.JPG,\"big, old boxer\",2\n",
	} {
		if items, err := (table{}).parse([]byte(text), dir); err != nil ||
			!slices.Equal(items, want) {
			t.Errorf("%s: %v, %v", name, items, err)
		}
	}
	items, err := table{Suffix: ".jpg"}.parse([]byte("7,pug\n8,pug\n"), dir)
	if err != nil || len(items) != 2 {
		t.Errorf("a first line that names a file without its suffix: %v, %v", items, err)
	}
	items, err = table{Suffix: ".jpg"}.parse([]byte("id,breed\n7,pug\n"), dir)
	if err != nil || len(items) != 1 {
		t.Errorf("a header before names without suffix: %v, %v", items, err)
	}
	_, err = table{}.parse([]byte("a.jpg,b\xe9arn\n"), dir)
	says(t, "Latin-1", err, "UTF-8")
	_, err = table{}.parse([]byte("name,label\n\na.jpg,pug\nb.jpg\n"), dir)
	says(t, "a short line", err, "line 4")
	_, err = table{}.parse([]byte("name,label\n"), dir)
	says(t, "a header alone", err, "no line names an image")
	_, err = table{}.parse([]byte("name,label\na.jpg,pug\nb.jpg,\n"), dir)
	says(t, "an empty label", err, "line 3 has an empty name or label: fill it in")
	_, err = table{}.parse([]byte("name,label\na.jpg,pug\nb.jpg,NaN\n"), dir)
	says(t, "a label that pandas writes for none", err, "line 3 has the label NaN")
	items, err = table{Name: 1, Label: 2}.parse([]byte("label,file,kind\n1,a.jpg,pug\n"), dir)
	if err != nil || items[0].Label != "pug" {
		t.Errorf("a label's column that is given: %v, %v", items, err)
	}
}

// A table may spell é as one character and the disk as two.
func TestLabelByCSVFindsAccents(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "be\u0301arn.jpg"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	items, err := table{}.parse([]byte("b\u00e9arn.jpg,pug\n"), dir)
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	if _, err := os.Stat(items[0].Path); err != nil {
		t.Error(err)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("\ufeffname;label\r\na.jpg;pug\r\n"), 0, 1)
	f.Add([]byte("\xff\xfea\x00;\x00b\x00"), 0, 0)
	f.Add([]byte("a.jpg,\"pug\n"), 1, -1)
	f.Fuzz(func(t *testing.T, data []byte, name, label int) {
		items, err := table{Name: name, Label: label}.parse(data, "")
		for _, it := range items {
			if err == nil && (it.Path == "" || it.Label == "") {
				t.Errorf("%+v", it)
			}
		}
	})
}

func TestWorkbooksAreNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "labels.csv")
	if err := os.WriteFile(file, []byte("PK\x03\x04\x14\x00"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := LabelByCSV(spec.CSV{File: file})
	says(t, "a workbook", err, "a workbook of a spreadsheet", "CSV")
}
