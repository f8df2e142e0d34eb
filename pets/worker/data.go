package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/archive"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/sample"
	"gopets/pets/wire"
	"gopets/plots"
)

// datasets gets data sets, labels and splits images, and shows them.
type datasets struct {
	home   string
	lists  *lists
	splits map[string]*dataset.Split // by the digest of what decides them
}

func (d *datasets) register(r *registry) {
	handleFree(r, wire.Files, d.lists.take)
	handleFree(r, wire.UntarData, d.untar)
	handleFree(r, wire.VerifyImages, d.verify)
	handle(r, wire.Describe, d.describe)
	handle(r, wire.ShowBatch, d.showBatch)
}

// inFolders are the breeds of the sample that is kept as people keep photos of their own: few, and
// not too alike.
var inFolders = []string{"Bombay", "Siamese", "Sphynx", "beagle", "pug", "samoyed"}

// untar returns the folder of a data set, after downloading or drawing it.
func (d *datasets) untar(ctx context.Context, c call, q wire.Untar) (place wire.Place, err error) {
	root := filepath.Join(d.home, "data")
	bar := newBar(c)
	switch q.URL {
	case dataset.SampleURL, dataset.SmallSampleURL, dataset.FoldersURL:
		place.Path = filepath.Join(root, strings.TrimPrefix(q.URL, "gopets://"))
		o := sample.Options{}
		switch q.URL {
		case dataset.SmallSampleURL:
			o.PerBreed = 8
		case dataset.FoldersURL:
			o.Folders = inFolders
		}
		if err := sample.Generate(ctx, place.Path, o,
			func(done, total int) { bar.step("drawing the images", done, total, "") }); err != nil {
			return place, err
		}
		bar.end(fmt.Sprintf("the drawn pets are in %s", place.Path))
		return place, nil
	}
	u := dataset.Pets
	if q.URL != u.URL {
		return place,
			fmt.Errorf(
				"untar data: unknown data set %s: use \"sample\", \"sample-small\", \"sample-folders\", \"pets\", or a folder of yours", q.URL)
	}
	place.Path, err = archive.Untar(ctx, u, root, func(done, total int64) {
		bar.step("downloading "+u.Name, int(done>>10), int(total>>10), megabytes(done, total))
	})
	if err == nil {
		bar.end(fmt.Sprintf("%s is in %s", u.Name, place.Path))
	}
	return place, err
}

func (d *datasets) verify(ctx context.Context, c call, q wire.Verify) ([]wire.Bad, error) {
	bar := newBar(c)
	bad := []wire.Bad{}
	for _, b := range images.Verify(ctx, q.Paths,
		images.VerifyOptions{Progress: func(done, total int) {
			bar.step("opening images", done,
				total, "")
		}}) {
		bad = append(bad, wire.Bad(b))
	}
	if ctx.Err() != nil {
		return nil, cancelled("not all images were opened")
	}
	bar.end("")
	return bad, nil
}

// split labels and divides the images of a description.
func (d *datasets) split(s spec.Data) (*dataset.Split, error) {
	key := s
	key.Batches = spec.Batches{Seed: s.Seed} // nothing else of it decides the split
	digest := spec.Digest(key)
	if split := d.splits[digest]; split != nil {
		return split, nil
	}
	items, err := d.labelled(s)
	if err != nil {
		return nil, err
	}
	stream := dataset.NewRandom(uint32(s.Seed))
	for range s.Permutation - 1 {
		stream.Permutation(len(items))
	}
	o := dataset.Options{ValidPct: s.ValidPct, Random: stream, Stratify: s.Stratify}
	if s.ValidPct == 0 {
		o.ValidPct = -1
	}
	if s.Valid != nil {
		if o.Valid, err = d.lists.get(*s.Valid); err != nil {
			return nil, err
		}
	}
	split, err := dataset.NewSplit(items, o)
	if err == nil {
		d.splits[digest] = split
	}
	return split, err
}

// labelled returns the images of a description with their labels.
func (d *datasets) labelled(s spec.Data) ([]dataset.Labelled, error) {
	if s.Labels == spec.LabelCSV && s.CSV != nil {
		t := s.CSV
		text, err := os.ReadFile(t.File)
		if sum := sha256.Sum256(text); err != nil || hex.EncodeToString(sum[:]) != t.Digest {
			return nil, fmt.Errorf("data: the table %s changed while the cell ran: run it again",
				t.File)
		}
		return dataset.LabelByCSV(t.File, t.Folder, dataset.CSVOptions(*t))
	}
	files, err := d.lists.get(s.Files)
	if err != nil {
		return nil, err
	}
	switch s.Labels {
	case spec.LabelFolder:
		return dataset.LabelByFolder(files)
	case spec.LabelRegexp:
		return dataset.LabelByRegexp(files, s.Pattern)
	case spec.LabelList:
		labels, err := d.lists.get(s.LabelList)
		if err != nil {
			return nil, err
		}
		return dataset.LabelByLists(files, labels)
	}
	return nil, fmt.Errorf("data: unknown kind of labels %q", s.Labels)
}

// warnings says which folders divide the data, and what is wrong with a split.
func warnings(ctx context.Context, d spec.Data, s *dataset.Split) []string {
	var lines []string
	if folders, divided := dataset.FindFolders(d.Path); divided && d.Labels == spec.LabelFolder {
		lines = append(lines, folders.Describe(d.Valid == nil))
	}
	if w := s.Warning(ctx); w != "" {
		lines = append(lines, w)
	}
	return lines
}

// describe says what a data object is, as fastai's repr does.
func (d *datasets) describe(ctx context.Context, c call, q wire.DataCall) (wire.DataInfo, error) {
	s, err := d.split(q.Data)
	if err != nil {
		return wire.DataInfo{}, err
	}
	var text strings.Builder
	text.WriteString("ImageDataBunch;\n\n")
	half := func(name string, items []dataset.Item) {
		var shapes, labels []string
		for _, item := range items[:min(5, len(items))] {
			shapes = append(shapes, fmt.Sprintf("Image (3, %d, %d)", q.Data.Size.H, q.Data.Size.W))
			labels = append(labels, s.Classes[item.Label])
		}
		fmt.Fprintf(&text,
			"%s: LabelList (%d items)\nx: ImageList\n%s\ny: CategoryList\n%s\nPath: %s;\n\n",
			name, len(items), strings.Join(shapes, ","), strings.Join(labels, ","), q.Data.Path)
	}
	half("Train", s.Train)
	half("Valid", s.Valid)
	text.WriteString("Test: None\n")
	if dropped := s.DroppedLabels; len(dropped) > 0 {
		fmt.Fprintf(&text, "\nLeft out of validation, for no training image has these labels: %s\n",
			strings.Join(dropped[:min(5, len(dropped))], ", "))
	}
	return wire.DataInfo{Text: text.String(), Classes: s.Classes}, nil
}

// showBatch shows training images as the network will see them, but not normalised (fastai §5).
func (d *datasets) showBatch(ctx context.Context, c call, q wire.DataCall) (none wire.None,
	err error) {
	s, err := d.split(q.Data)
	if err != nil {
		return none, err
	}
	rows := q.Plot.Rows.Or(5)
	random := rand.New(rand.NewPCG(uint64(q.Data.Seed), 0x5b0))
	grid := plots.ImageGrid{Figure: figure(q.Plot)}
	for _, i := range random.Perm(len(s.Train)) {
		if len(grid.Cells) == min(rows*rows, q.Data.Batch) || ctx.Err() != nil {
			break
		}
		item := s.Train[i]
		img, err := transformed(item.Path, q.Data.Batches, random)
		var bad *images.Error
		if errors.As(err, &bad) && q.Data.Skip {
			c.say("left out: %v", bad)
			continue
		}
		if err != nil {
			return none, err
		}
		grid.Cells = append(grid.Cells, plots.ImageCell{Image: img, Title: s.Classes[item.Label]})
	}
	return none, c.draw(q.Plot, grid)
}

// transformed opens an image and applies transforms to it.
func transformed(path string, b spec.Batches, random *rand.Rand) (image.Image, error) {
	t := augment.Config(b.Transforms)
	p := t.Draw(random)
	img, err := images.DecodeFile(path, images.Options{IgnoreEXIF: b.IgnoreEXIF})
	if err != nil {
		return nil, err
	}
	values := make([]float32, 3*b.Size.H*b.Size.W)
	if err := t.Apply(values, img, b.Size, p); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	out := images.New(b.Size.W, b.Size.H)
	for i, v := range values {
		out.Pix[i] = uint8(255 * min(1, max(0, v)))
	}
	return out.Image(), nil
}
