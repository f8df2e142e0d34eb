package dataset

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestImageFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b_2.jpg", "b_10.JPG", "A.jpeg", "x.mat", ".hidden.jpg", "notes", "sub/c.png", "sub/deep/d.gif", ".git/e.jpg", "folder.jpg/f.tif"} {
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
		want = append(want, "link.jpg")
		os.Symlink(dir, filepath.Join(dir, "loop.jpg")) // a link to a folder is not followed
		os.Symlink("nowhere", filepath.Join(dir, "broken.jpg"))
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
	says(t, "file", err, "that is a file")
}
