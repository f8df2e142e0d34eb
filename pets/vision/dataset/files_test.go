package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestImageFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b_2.jpg", "b_10.JPG", "A.jpeg", "x.mat", ".hidden.jpg", "notes",
		"sub/c.png", "sub/deep/d.gif", ".git/e.jpg", "folder.jpg/f.tif"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"A.jpeg", "b_10.JPG", "b_2.jpg"}
	if os.Symlink(filepath.Join(dir, "b_2.jpg"), filepath.Join(dir, "link.jpg")) == nil {
		os.Symlink("nowhere", filepath.Join(dir, "broken.jpg")) // reported when it is read
		want = []string{"A.jpeg", "b_10.JPG", "b_2.jpg", "broken.jpg", "link.jpg"}
	}
	check := func(recurse bool, want []string) {
		got, err := ImageFiles(dir, recurse)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i], _ = filepath.Rel(dir, got[i])
			got[i] = filepath.ToSlash(got[i])
		}
		if !slices.Equal(got, want) {
			t.Errorf("recurse %v: %q, want %q", recurse, got, want)
		}
	}
	check(false, want)
	all := append(slices.Clone(want), "folder.jpg/f.tif", "sub/c.png", "sub/deep/d.gif")
	slices.Sort(all)
	check(true, all)

	_, err := ImageFiles(filepath.Join(dir, "nowhere"), false)
	says(t, "missing folder", err, "nowhere", "give the folder")
	_, err = ImageFiles(filepath.Join(dir, "A.jpeg"), false)
	says(t, "file", err, "it is a file")
}

// Links to folders are followed, but no folder is listed twice.
func TestImageFilesFollowsLinks(t *testing.T) {
	store, dir := t.TempDir(), t.TempDir()
	for _, name := range []string{"tabby/1.jpg", "tabby/old/2.jpg"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(store, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(store, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	class := filepath.Join(dir, "cat")
	if err := os.Symlink(filepath.Join(store, "tabby"), class); err != nil {
		t.Skip("no symbolic links here")
	}
	files, err := ImageFiles(dir, true)
	if want := []string{filepath.Join(class, "1.jpg"),
		filepath.Join(class, "old", "2.jpg")}; err != nil || !slices.Equal(files, want) {
		t.Errorf("a linked class: %q, %v, want %q", files, err, want)
	}
	data := filepath.Join(t.TempDir(), "data")
	if err := os.Symlink(dir, data); err != nil {
		t.Fatal(err)
	}
	files, err = ImageFiles(data, true)
	if want := filepath.Join(data, "cat", "1.jpg"); err != nil || len(files) != 2 ||
		files[0] != want {
		t.Errorf("a linked data folder: %q, %v", files, err)
	}
	for name, link := range map[string]string{"a loop": filepath.Join(store, "tabby", "old", "up"),
		"the same class twice": filepath.Join(dir, "kitty")} {
		if err := os.Symlink(filepath.Join(store, "tabby"), link); err != nil {
			t.Fatal(err)
		}
		_, err = ImageFiles(dir, true)
		says(t, name, err, "same folder", "remove the link")
		if err := os.Remove(link); err != nil {
			t.Fatal(err)
		}
	}
}
