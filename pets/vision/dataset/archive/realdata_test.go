package archive

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
)

// The archive of original photos, through all steps of a folder of photos; one of them is cut off.
func TestRealArchive(t *testing.T) {
	archive := filepath.Join("../../../../../shared/data", "oxford-iiit-pet-originals.tar")
	if _, err := os.Stat(archive); err != nil {
		t.Skipf("the real photos are not here: %v", err)
	}
	dir := t.TempDir()
	if err := unpackFile(context.Background(), archive, dir, nil); err != nil {
		t.Fatal(err)
	}
	files, err := dataset.ImageFiles(filepath.Join(dir, "oxford-iiit-pet", "images"), false)
	if err != nil || len(files) != 102 {
		t.Fatal(len(files), err)
	}
	victim := files[7]
	if err := os.Truncate(victim, sizeOf(victim)/2); err != nil {
		t.Fatal(err)
	}
	bad := images.Verify(context.Background(), files, images.VerifyOptions{})
	if len(bad) != 1 || bad[0].Path != victim ||
		!strings.Contains(bad[0].Reason, "JPEG data ends early") {
		t.Errorf("%v", bad)
	}
	items, err := dataset.LabelByRegexp(files, `/([^/]+)_\d+.jpg$`)
	if err != nil {
		t.Fatal(err)
	}
	split, err := dataset.NewSplit(items, dataset.Options{Seed: 2})
	if err != nil || len(split.Valid)+len(split.DroppedLabels) < 20 || len(split.Classes) < 20 ||
		split.Classes[0] != "Abyssinian" {
		t.Errorf("%v %v", split.Classes, err)
	}
}
