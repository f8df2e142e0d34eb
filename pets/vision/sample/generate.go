package sample

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"image"
	"image/jpeg"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"gopets/pets/vision/sample/paint"

	"golang.org/x/sync/errgroup"
)

// Version changes whenever the same options give other images.
const Version = 2

const defaultPerBreed = 25

const (
	quality  = 85
	stampRow = "gopets-sample.json"
	ownPets  = 4
)

// Options are options for [Generate].
type Options struct {
	Seed     uint64 // another seed, other images
	PerBreed int    // images of each breed; 0: defaultPerBreed
	Workers  int    // images drawn at once; 0: one per processor

	// breeds that are drawn into a folder each, and nothing else; nil: all, in Oxford's layout
	Folders []string
}

type stamp struct {
	Version  int    `json:"version"`
	Seed     uint64 `json:"seed"`
	PerBreed int    `json:"per_breed"`
	Folders  string `json:"folders,omitempty"`
}

type task struct {
	file string
	draw func() *image.RGBA
}

// Generate draws the sample into dir, which appears when it is complete. If dir holds that sample,
// it returns at once; any other content is an error. progress may be nil.
func Generate(ctx context.Context, dir string, o Options, progress func(done, total int)) error {
	if o.PerBreed == 0 {
		o.PerBreed = defaultPerBreed
	}
	if o.PerBreed < 0 {
		return fmt.Errorf("sample: %d images per breed: give a positive number, or 0 for %d",
			o.PerBreed, defaultPerBreed)
	}
	for _, name := range o.Folders {
		if !slices.Contains(Breeds(), name) {
			return fmt.Errorf("sample: there is no breed %q: the breeds are %s", name,
				strings.Join(Breeds(), ", "))
		}
	}
	want := stamp{Version: Version, Seed: o.Seed, PerBreed: o.PerBreed,
		Folders: strings.Join(o.Folders, " ")}
	dir = filepath.Clean(dir)
	switch ready, err := look(dir, want); {
	case err != nil:
		return err
	case ready:
		return nil
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("sample: making the folder for the images: %w", err)
	}
	temp, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+"-drawing-")
	if err != nil {
		return fmt.Errorf("sample: making a folder beside %s: %w", dir, err)
	}
	defer os.RemoveAll(temp) // after the rename there is none
	if err := write(ctx, temp, o, progress); err != nil {
		return fmt.Errorf("sample: drawing the images for %s: %w", dir, err)
	}
	text, err := json.Marshal(want)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(temp, stampRow), append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	// another process may have finished first
	switch ready, err := look(dir, want); {
	case err != nil:
		return err
	case ready:
		return nil
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("sample: %w", err)
	}
	if err := os.Rename(temp, dir); err != nil {
		return fmt.Errorf("sample: putting the images in place: %w", err)
	}
	return nil
}

// look reports whether dir is the wanted sample; it may be missing, anything else is an error.
func look(dir string, want stamp) (ready bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, stampRow))
	if err == nil {
		var have stamp
		if json.Unmarshal(text, &have) == nil && have == want {
			return true, nil
		}
		return false, fmt.Errorf("sample: %s holds another sample (%s; wanted is version %d, "+
			"seed %d, %d per breed): delete that folder if nothing in it is yours, or give "+
			"another one", dir, oneLine(text), want.Version, want.Seed, want.PerBreed)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("sample: looking at %s: %w; give the name of a folder", dir, err)
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("sample: looking at %s: %w", dir, err)
	case len(entries) > 0:
		return false, fmt.Errorf("sample: %s holds other files (%s, …): nothing is overwritten; "+
			"give a folder that is empty or doesn't exist", dir, entries[0].Name())
	}
	return false, nil
}

func oneLine(text []byte) string {
	if len(text) > 100 {
		text = text[:100]
	}
	return fmt.Sprintf("%q", text)
}

func write(ctx context.Context, dir string, o Options, progress func(done, total int)) error {
	folders := o.Folders
	if folders == nil {
		folders = []string{"images", "annotations", "my_pets"}
	}
	for _, sub := range folders {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	if o.Folders == nil {
		if err := annotate(filepath.Join(dir, "annotations"), o.PerBreed); err != nil {
			return err
		}
	}
	tasks := tasks(o)
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	g, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	finished := make(chan struct{}, len(tasks))
	for range min(o.Workers, len(tasks)) {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(tasks) {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := encode(filepath.Join(dir, filepath.FromSlash(tasks[i].file)),
					tasks[i].draw()); err != nil {
					return err
				}
				finished <- struct{}{}
			}
		})
	}
	go func() { g.Wait(); close(finished) }()
	done := 0
	for range finished {
		done++
		if progress != nil {
			progress(done, len(tasks))
		}
	}
	return g.Wait()
}

func tasks(o Options) []task {
	var list []task
	for _, b := range breeds() {
		folder := "images"
		if o.Folders != nil {
			if folder = b.name; !slices.Contains(o.Folders, b.name) {
				continue
			}
		}
		for n := 1; n <= o.PerBreed; n++ {
			list = append(list, task{fmt.Sprintf("%s/%s_%d.jpg", folder, b.name, n),
				func() *image.RGBA {
					r := stream(o.Seed, b.name, n)
					w, h := 320, 240
					if r.Chance(0.3) {
						w, h = h, w
					}
					return drawBreed(b, r, w, h)
				}})
		}
	}
	if o.Folders != nil {
		return list
	}
	for n := range ownPets {
		list = append(list, task{fmt.Sprintf("my_pets/pomeranian_%d.jpeg", n),
			func() *image.RGBA { return myPet(n, stream(o.Seed, "my_pets", n)) }})
	}
	return list
}

func stream(seed uint64, name string, n int) paint.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return paint.Rand{Rand: rand.New(rand.NewPCG(seed, h.Sum64()+uint64(n)))}
}

func encode(file string, img *image.RGBA) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = jpeg.Encode(w, img, &jpeg.Options{Quality: quality})
	return errors.Join(err, w.Flush(), f.Close())
}
