package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree writes empty files, and those with text.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func bases(items []Item) (names []string) {
	for _, it := range items {
		names = append(names, strings.TrimSuffix(filepath.Base(it.Path), ".jpg"))
	}
	return names
}

func TestOfficialSplit(t *testing.T) {
	files := map[string]string{
		"annotations/trainval.txt": "great_pyrenees_2 1 2 1\nBengal_7 2 1 1\n",
		"annotations/test.txt":     "# a comment\n\nBengal_1 2 1 1\ngreat_pyrenees_9 1 2 1\n",
	}
	for _, name := range []string{"great_pyrenees_2", "Bengal_7", "Bengal_1", "great_pyrenees_9",
		"Bengal_100"} {
		files["images/"+name+".jpg"] = ""
	}
	root := tree(t, files)
	s, err := OfficialSplit(root)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := bases(s.Train), []string{"great_pyrenees_2", "Bengal_7"}; !slices.Equal(got,
		want) {
		t.Errorf("train %v, want the list's order %v", got, want)
	}
	if got, want := bases(s.Valid), []string{"Bengal_1", "great_pyrenees_9"}; !slices.Equal(got,
		want) {
		t.Errorf("valid %v, want %v", got, want)
	}
	if !slices.Equal(s.Classes, []string{"Bengal", "great_pyrenees"}) || s.Valid[1].Label != 1 {
		t.Errorf("classes %v, items %v", s.Classes, s.Valid)
	}
	if err := os.Remove(filepath.Join(root, "images", "Bengal_1.jpg")); err != nil {
		t.Fatal(err)
	}
	if _, err := OfficialSplit(root); err == nil || !strings.Contains(err.Error(), "Bengal_1") {
		t.Errorf("an image is missing: %v", err)
	}
	for name, text := range map[string]string{"breed_number": "pug 1 1 1\n",
		"plain name": "../../etc/pug_1 1 1 1\n"} {
		root := tree(t, map[string]string{"annotations/trainval.txt": text,
			"annotations/test.txt": "", "images/pug.jpg": ""})
		if _, err := OfficialSplit(root); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFolderSplit(t *testing.T) {
	root := tree(t, map[string]string{"train/pug/1.jpg": "", "train/boxer/2.jpg": "",
		"valid/pug/3.jpg": "", "valid/collie/4.jpg": "", "test/pug/5.jpg": ""})
	s, err := FolderSplit(root, "train", "valid")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(bases(s.Train), []string{"2", "1"}) ||
		!slices.Equal(bases(s.Valid), []string{"3"}) ||
		!slices.Equal(s.DroppedLabels, []string{"collie"}) {
		t.Errorf("%+v", s)
	}
	if _, err := FolderSplit(root, "train", "exam"); err == nil ||
		!strings.Contains(err.Error(), "exam") {
		t.Errorf("no such folder: %v", err)
	}
}
