package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine/enginetest"
)

func TestBrokenImages(t *testing.T) {
	c := fixtureConfig()
	c.Images = func(it dataset.Item) (*images.RGB, error) {
		if strings.HasPrefix(it.Path, "green_4") || strings.HasPrefix(it.Path, "red_17") {
			return nil, errors.New("unexpected end of file")
		}
		return fixtureImage(it)
	}
	eng := enginetest.Go(t)
	err := newLearner(t, eng, c).FitOneCycle(context.Background(), 1, spec.Fit{}, Events{})
	if err == nil || !strings.Contains(err.Error(), "green_4.jpg: ") ||
		!strings.Contains(err.Error(), "Skip") {
		t.Errorf("broken images: %v", err)
	}
	c.Skip = true
	l := newLearner(t, eng, c)
	var notes []string
	if err := l.FitOneCycle(context.Background(), 1, spec.Fit{},
		Events{Note: func(s string) { notes = append(notes, s) }}); err != nil {
		t.Fatal(err)
	}
	if len(l.Skipped()) != 2 || len(notes) != 2 || l.Skipped()[0].Path != "green_4.jpg" ||
		len(l.set.valid) != fixtureValid-1 {
		t.Errorf("skipped %v, notes %v", l.Skipped(), notes)
	}
}

// Decoded images that cannot be kept in the cache's folder stay in memory, and a note says so.
func TestCacheThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	c := fixtureConfig()
	c.Images, c.CacheDir, c.Batch = nil, filepath.Join(dir, "cache"), 2
	l := newLearner(t, enginetest.Go(t), c)
	for i := range 256 { // files where folders should be
		if err := os.WriteFile(filepath.Join(c.CacheDir, fmt.Sprintf("%02x", i)), nil,
			0o600); err != nil {
			t.Fatal(err)
		}
	}
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "a.png")
	if err := os.WriteFile(path, photo.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	l.set.split = &dataset.Split{Train: []dataset.Item{{Path: path}, {Path: path}}}
	var notes []string
	_, _, err := l.Check(t.Context(), Events{Note: func(s string) { notes = append(notes, s) }})
	if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "stay in memory: image cache") {
		t.Errorf("notes %q, %v", notes, err)
	}
}
