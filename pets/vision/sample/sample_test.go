package sample

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/pets/vision/sample/paint"
)

// one is a small sample, drawn once for all tests of the folder.
func one(t *testing.T, workers int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pets")
	total := 0
	err := Generate(t.Context(), dir, Options{PerBreed: 1, Workers: workers}, func(done, of int) {
		if total++; done != total || of != 41 {
			t.Errorf("progress %d of %d at call %d", done, of, total)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if total != 41 {
		t.Errorf("progress counted %d images, want 37 breeds and 4 of one's own", total)
	}
	return dir
}

// sums returns the hash of every file below dir.
func sums(t *testing.T, dir string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(dir, path))
		m[path] = fmt.Sprintf("%x", sha256.Sum256(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSameOptionsSameBytes(t *testing.T) {
	a, b := sums(t, one(t, 1)), sums(t, one(t, 3))
	if len(a) != 37+4+3+1 {
		t.Errorf("%d files, want 37 images, 4 of one's own, 3 lists and a stamp", len(a))
	}
	for name, sum := range a {
		if b[name] != sum {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

func TestImageDependsOnItsOwnNumberOnly(t *testing.T) {
	few, many := tasks(Options{PerBreed: 2}), tasks(Options{PerBreed: 3})
	if few[3].file != many[4].file {
		t.Fatalf("%s and %s", few[3].file, many[4].file)
	}
	if !bytes.Equal(few[3].draw().Pix, many[4].draw().Pix) {
		t.Error("the second Bengal changes with the number of images")
	}
	other := tasks(Options{PerBreed: 2, Seed: 1})
	if bytes.Equal(few[3].draw().Pix, other[3].draw().Pix) {
		t.Error("another seed makes the same image")
	}
}

func TestLayout(t *testing.T) {
	dir := one(t, 0)
	for _, b := range Breeds() {
		f, err := os.Open(filepath.Join(dir, "images", b+"_1.jpg"))
		if err != nil {
			t.Fatal(err)
		}
		c, kind, err := image.DecodeConfig(f)
		f.Close()
		if err != nil || kind != "jpeg" || c.Width*c.Height != 320*240 {
			t.Errorf("%s_1.jpg: %s %d×%d, %v", b, kind, c.Width, c.Height, err)
		}
	}
	for n := range 4 {
		if _, err := os.Stat(filepath.Join(dir, "my_pets", fmt.Sprintf("pomeranian_%d.jpeg",
			n))); err != nil {
			t.Error(err)
		}
	}
	list, err := os.ReadFile(filepath.Join(dir, "annotations", "list.txt"))
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(list)), "\n")[6:]
	if len(rows) != 37 {
		t.Fatalf("%d rows in list.txt", len(rows))
	}
	for i, want := range map[int]string{0: "Abyssinian_1 1 1 1", 1: "american_bulldog_1 2 2 1",
		36: "yorkshire_terrier_1 37 2 25", 33: "Sphynx_1 34 1 12"} {
		if rows[i] != want {
			t.Errorf("row %d of list.txt is %q, want %q", i, rows[i], want)
		}
	}
}

func TestAnnotationsSplit(t *testing.T) {
	dir := t.TempDir()
	if err := annotate(dir, 5); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, name := range []string{"trainval.txt", "test.txt"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		count[name] = bytes.Count(b, []byte("\n"))
	}
	if count["trainval.txt"] != 3*37 || count["test.txt"] != 2*37 {
		t.Errorf("rows: %v", count)
	}
}

func TestSecondCallDrawsNothing(t *testing.T) {
	dir := one(t, 0)
	own := filepath.Join(dir, "images", "Sphynx_1.jpg")
	if err := os.WriteFile(own, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Generate(t.Context(), dir, Options{PerBreed: 1},
		func(int, int) { t.Error("it draws again") }); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(own); string(b) != "mine" {
		t.Error("a file was replaced")
	}
	err := Generate(t.Context(), dir, Options{PerBreed: 2}, nil)
	if err == nil || !strings.Contains(err.Error(), "another sample") {
		t.Errorf("other options in the same folder: %v", err)
	}
}

func TestOtherContentIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "holiday.jpg"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := Generate(t.Context(), dir, Options{PerBreed: 1}, nil)
	if err == nil || !strings.Contains(err.Error(), "holiday.jpg") {
		t.Errorf("want an error that names the file found, got %v", err)
	}
	file := filepath.Join(dir, "holiday.jpg")
	if err := Generate(t.Context(), file, Options{PerBreed: 1}, nil); err == nil {
		t.Error("a file was taken for a folder")
	}
	if err := Generate(t.Context(), filepath.Join(dir, "new"), Options{PerBreed: -1},
		nil); err == nil {
		t.Error("-1 images per breed were drawn")
	}
	if len(sums(t, dir)) != 1 {
		t.Error("something was left in the folder")
	}
}

func TestStopLeavesNothing(t *testing.T) {
	parent := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	err := Generate(ctx, filepath.Join(parent, "pets"), Options{PerBreed: 50}, func(done, _ int) {
		if done == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if entries, _ := os.ReadDir(parent); len(entries) != 0 {
		t.Errorf("left behind: %v", entries)
	}
}

// TestBreedsDiffer compares the breeds by portraits under one light and on one ground, feature by
// feature in a coarse grid: even the most alike must differ by more than their own variation
// allows on average.
func TestBreedsDiffer(t *testing.T) {
	const side, grid, times = 96, 12, 6
	type look [grid * grid * 3]float64
	var means []look
	var spread float64
	for _, b := range breeds() {
		b.coats = b.coats[:1]
		var mean look
		var all []look
		for n := range times {
			r := stream(1, b.name, n)
			c := paint.NewCanvas(side, side)
			a := newAnimal(b, r, paint.Sun{X: 0.4, Y: -0.7, Strength: 0.6,
				Tint: paint.RGB{R: 255, G: 255, B: 255}})
			a.yaw, a.nod, a.open = 0, 0, 0
			a.stand(c, paint.Scene{Sun: a.sun, Ground: 0.8}, stance{-1.35, -1.25, 1.35, 1.45,
				(*animal).drawBust}, 1, 1, 0)
			var l look
			for y := range side {
				for x := range side {
					for k := range 3 {
						l[(y*grid/side*grid+x*grid/side)*3+k] += float64(c.Pix[4*(y*side+x)+
							k]) / (side / grid * side / grid)
					}
				}
			}
			for i := range l {
				mean[i] += l[i] / times
			}
			all = append(all, l)
		}
		for _, l := range all {
			spread += distance(l[:], mean[:]) / float64(37*times)
		}
		means = append(means, mean)
	}
	for i, a := range breeds() {
		for j, b := range breeds()[:i] {
			if d := distance(means[i][:], means[j][:]); d < 0.6*spread {
				t.Errorf("%s and %s are too alike: distance %.1f, one breed's own spread %.1f",
					a.name, b.name, d, spread)
			}
		}
	}
}

func distance(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

func TestBreeds(t *testing.T) {
	names := Breeds()
	if len(names) != 37 || names[0] != "Abyssinian" || names[11] != "Sphynx" ||
		names[12] != "american_bulldog" || names[36] != "yorkshire_terrier" {
		t.Errorf("%d names: %v", len(names), names)
	}
}

func BenchmarkImage(b *testing.B) {
	all := breeds()
	for i := 0; b.Loop(); i++ {
		drawBreed(all[i%37], stream(1, "benchmark", i), 320, 240)
	}
}

// Breeds in folders are the same images, each in its breed's folder, and nothing beside them.
func TestFolders(t *testing.T) {
	whole, folders := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "folders")
	if err := Generate(t.Context(), whole, Options{PerBreed: 1}, nil); err != nil {
		t.Fatal(err)
	}
	o := Options{PerBreed: 1, Folders: []string{"pug", "Siamese"}}
	for range 2 { // the second time it is there already
		if err := Generate(t.Context(), folders, o, nil); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(folders)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%v, %v; wanted two folders and a stamp", entries, err)
	}
	for _, breed := range o.Folders {
		want, err := os.ReadFile(filepath.Join(whole, "images", breed+"_1.jpg"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(folders, breed, breed+"_1.jpg")); err != nil ||
			!bytes.Equal(got, want) {
			t.Errorf("%s: another image (%v)", breed, err)
		}
	}
	o.Folders = []string{"pug"}
	if err := Generate(t.Context(), folders, o, nil); err == nil ||
		!strings.Contains(err.Error(), "holds another sample") {
		t.Errorf("another sample in the same folder: %v", err)
	}
	o.Folders = []string{"../pug"}
	if err := Generate(t.Context(), t.TempDir(), o, nil); err == nil ||
		!strings.Contains(err.Error(), "no breed") {
		t.Errorf("a breed that is none: %v", err)
	}
}
