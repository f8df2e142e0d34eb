package dataset

import (
	"path/filepath"
	"testing"
)

func TestFindFolders(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
		want  Folders
	}{
		{"fastai", []string{"train/a/1.jpg", "valid/a/2.jpg", "test/3.jpg", "models/x"},
			Folders{"train", "valid", "test"}},
		{"keras", []string{"Training/a/1.jpg", "Validation/a/2.jpg"},
			Folders{"Training", "Validation", ""}},
		{"yolo", []string{"train/a/1.jpg", "val/a/2.jpg", "testing/a/3.jpg"},
			Folders{"train", "val", "testing"}},
		{"no validation", []string{"train/a/1.jpg", "test/a/2.jpg"}, Folders{"train", "", "test"}},
		{"both names", []string{"train/a/1.jpg", "val/a/2.jpg", "valid/a/3.jpg"},
			Folders{"train", "val", ""}},
		{"vehicles", []string{"train/1.jpg", "test/1.jpg", "bus/2.jpg"}, Folders{}},
		{"classes", []string{"cat/1.jpg", "test/2.jpg"}, Folders{}},
		{"training alone", []string{"train/a/1.jpg", "train/b/1.jpg"}, Folders{}},
		{"an archive's folder", []string{"set/train/a/1.jpg", "set/val/a/2.jpg", "README.txt",
			"__MACOSX/set/._1.jpg"}, Folders{"set/train", "set/val", ""}},
		{"two folders in one", []string{"a/b/train/a/1.jpg", "a/b/test/a/2.jpg"},
			Folders{"a/b/train", "", "a/b/test"}},
		{"beside images", []string{"set/train/a/1.jpg", "set/val/a/2.jpg", "3.jpg"}, Folders{}},
		{"beside a class", []string{"set/train/a/1.jpg", "set/val/a/2.jpg", "cat/3.jpg"},
			Folders{}},
		{"sets", []string{"training_set/training_set/cats/1.jpg", "test_set/test_set/cats/2.jpg"},
			Folders{"training_set", "", "test_set"}},
		{"images", []string{"train_images/a/1.jpg", "Val-Images/a/2.jpg", "testset/a/3.jpg"},
			Folders{"train_images", "Val-Images", "testset"}},
		{"years", []string{"train2017/a/1.jpg", "val2017/a/2.jpg"},
			Folders{"train2017", "val2017", ""}},
		{"segments", []string{"seg_train/seg_train/sea/1.jpg", "seg_test/seg_test/sea/1.jpg",
			"seg_pred/1.jpg"}, Folders{"seg_train", "", "seg_test"}},
		{"things", []string{"train_station/a/1.jpg", "test_tube/a/2.jpg", "set/a/1.jpg"},
			Folders{}},
		{"trains and testers", []string{"trains/a/1.jpg", "tester/a/2.jpg"}, Folders{}},
		{"a file", []string{"train/a/1.jpg", "valid"}, Folders{}},
	} {
		files := map[string]string{}
		for _, f := range c.files {
			files[f] = ""
		}
		root := tree(t, files)
		got, ok := FindFolders(root)
		for _, dir := range []*string{&got.Train, &got.Valid, &got.Test} {
			if *dir != "" {
				*dir, _ = filepath.Rel(root, *dir)
			}
		}
		if got != c.want || ok != (c.want != Folders{}) {
			t.Errorf("%s: %+v, %v", c.name, got, ok)
		}
	}
	if _, ok := FindFolders("nowhere"); ok {
		t.Error("a folder that is not there")
	}
}
