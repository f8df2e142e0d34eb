package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"gopets/kernelext/session"
	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/archive"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/sample"
	"gopets/pets/wire"
	"gopets/plots"
)

// inFolders are the breeds of the sample that is kept as people keep photographs of their own: few,
// and not too alike.
var inFolders = []string{"Bombay", "Siamese", "Sphynx", "beagle", "pug", "samoyed"}

// untar gives the folder of a data set, after bringing or drawing it.
func (h *house) untar(ctx context.Context, c *session.Call, q wire.Untar) (any, error) {
	root := filepath.Join(h.home, "data")
	bar := newBar(c)
	switch q.URL {
	case dataset.SampleURL, dataset.SmallSampleURL, dataset.FoldersURL:
		dir := filepath.Join(root, strings.TrimPrefix(q.URL, "gopets://"))
		o := sample.Options{}
		switch q.URL {
		case dataset.SmallSampleURL:
			o.PerBreed = 8
		case dataset.FoldersURL:
			o.Folders = inFolders
		}
		if err := sample.Generate(ctx, dir, o, func(done, total int) { bar.step("drawing the pictures", done, total, "") }); err != nil {
			return nil, err
		}
		bar.end(fmt.Sprintf("the drawn pets are in %s", dir))
		return wire.Folder{Path: dir}, nil
	}
	u := dataset.Pets
	if q.URL != u.URL {
		return nil, fmt.Errorf("untar data: nothing is known of %s: use \"sample\", \"sample-small\", \"sample-folders\", \"pets\", or a folder of yours", q.URL)
	}
	dir, err := archive.Untar(ctx, u, root, func(done, total int64) {
		bar.step("downloading "+u.Name, int(done>>10), int(total>>10), megabytes(done, total))
	})
	if err != nil {
		return nil, err
	}
	bar.end(fmt.Sprintf("%s is in %s", u.Name, dir))
	return wire.Folder{Path: dir}, nil
}

func (h *house) verify(ctx context.Context, c *session.Call, q wire.Verify) (any, error) {
	bar := newBar(c)
	bad := []wire.Bad{}
	for _, b := range images.Verify(ctx, q.Paths, images.VerifyOptions{Progress: func(done, total int) { bar.step("opening pictures", done, total, "") }}) {
		bad = append(bad, wire.Bad{Path: b.Path, Reason: b.Reason})
	}
	if ctx.Err() != nil {
		return nil, cancelled("not all pictures were looked at")
	}
	bar.end("")
	return bad, nil
}

// split labels and divides the pictures of a description.
func (h *house) split(d wire.Data) (*dataset.Split, error) {
	key, err := json.Marshal([]any{d.Files.Digest, d.Labels, d.Pattern, d.LabelList, d.CSV, d.Valid, d.Stratify, d.ValidPct, d.Seed, d.Permutation})
	if err != nil {
		return nil, err
	}
	if s := h.splits[string(key)]; s != nil {
		return s, nil
	}
	items, err := h.labelled(d)
	if err != nil {
		return nil, err
	}
	stream := dataset.NewRandom(d.Seed)
	for range d.Permutation - 1 {
		stream.Permutation(len(items))
	}
	o := dataset.Options{ValidPct: d.ValidPct, Random: stream, Stratify: d.Stratify}
	if d.ValidPct == 0 {
		o.ValidPct = -1
	}
	if d.Valid != nil {
		if o.Valid, err = h.list(*d.Valid); err != nil {
			return nil, err
		}
	}
	s, err := dataset.NewSplit(items, o)
	if err != nil {
		return nil, err
	}
	h.splits[string(key)] = s
	return s, nil
}

// labelled gives the pictures of a description with their labels.
func (h *house) labelled(d wire.Data) ([]dataset.Labelled, error) {
	if d.Labels == wire.LabelCSV && d.CSV != nil {
		t := d.CSV
		text, err := os.ReadFile(t.File)
		if sum := sha256.Sum256(text); err != nil || hex.EncodeToString(sum[:]) != t.Digest {
			return nil, fmt.Errorf("data: the table %s changed while the cell ran: run it again", t.File)
		}
		return dataset.LabelByCSV(t.File, t.Folder, dataset.CSVOptions{Comma: t.Comma, NoHeader: t.Bare, Name: t.Name, Label: t.Label, Suffix: t.Suffix})
	}
	files, err := h.list(d.Files)
	if err != nil {
		return nil, err
	}
	switch d.Labels {
	case wire.LabelFolder:
		return dataset.LabelByFolder(files)
	case wire.LabelRegexp:
		return dataset.LabelByRegexp(files, d.Pattern)
	case wire.LabelList:
		labels, err := h.list(d.LabelList)
		if err != nil {
			return nil, err
		}
		return dataset.LabelByLists(files, labels)
	}
	return nil, fmt.Errorf("data: labels by %q are not known", d.Labels)
}

// warnings says which folders divide the data, and what is wrong with a split.
func warnings(ctx context.Context, d wire.Data, s *dataset.Split) []string {
	var lines []string
	if folders, divided := dataset.FindFolders(d.Path); divided && d.Labels == wire.LabelFolder {
		lines = append(lines, folders.Describe(d.Valid == nil))
	}
	if w := s.Warning(ctx); w != "" {
		lines = append(lines, w)
	}
	return lines
}

func decoding(d wire.Data) images.Options {
	return images.Options{IgnoreEXIF: d.IgnoreEXIF}
}

func transforms(d wire.Data) augment.Config {
	var t augment.Config
	if w := d.Transforms; w != nil {
		t = augment.Config{Flip: w.Flip, FlipVert: w.FlipVert, MaxRotate: w.MaxRotate, MaxZoom: w.MaxZoom,
			MaxLighting: w.MaxLighting, MaxWarp: w.MaxWarp, Cutout: w.Cutout, CutoutLength: w.CutoutSide,
			PAffine: spec.Some(max(0, w.PAffine)), PLighting: spec.Some(max(0, w.PLighting))}
	}
	t.Resize = spec.Resize(d.Resize)
	return t
}

// describe says what a data object is, as fastai's repr does.
func (h *house) describe(ctx context.Context, c *session.Call, q wire.DataCall) (any, error) {
	s, err := h.split(q.Data)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	text.WriteString("ImageDataBunch;\n\n")
	half := func(name string, items []dataset.Item) {
		var shapes, labels []string
		for _, item := range items[:min(5, len(items))] {
			shapes = append(shapes, fmt.Sprintf("Image (3, %d, %d)", q.Data.Size.H, q.Data.Size.W))
			labels = append(labels, s.Classes[item.Label])
		}
		fmt.Fprintf(&text, "%s: LabelList (%d items)\nx: ImageList\n%s\ny: CategoryList\n%s\nPath: %s;\n\n",
			name, len(items), strings.Join(shapes, ","), strings.Join(labels, ","), q.Data.Path)
	}
	half("Train", s.Train)
	half("Valid", s.Valid)
	text.WriteString("Test: None\n")
	if len(s.DroppedLabels) > 0 {
		fmt.Fprintf(&text, "\nLeft out of validation, for no training picture has these labels: %s\n", strings.Join(s.DroppedLabels[:min(5, len(s.DroppedLabels))], ", "))
	}
	return wire.DataInfo{Text: text.String(), Classes: s.Classes, Train: len(s.Train), Valid: len(s.Valid)}, nil
}

// figure is what all charts take from a request.
func figure(p wire.Plot) plots.Figure {
	return plots.Figure{Width: p.Width, Height: p.Height, DPI: p.DPI}
}

// showBatch shows training pictures as the network will see them, but not normalised (fastai §5).
func (h *house) showBatch(ctx context.Context, c *session.Call, q wire.DataCall) (any, error) {
	s, err := h.split(q.Data)
	if err != nil {
		return nil, err
	}
	rows := q.Plot.Rows
	if rows == 0 {
		rows = 5
	}
	if rows < 1 || rows > 20 {
		return nil, fmt.Errorf("show batch: %d rows: give 1 to 20", rows)
	}
	config := transforms(q.Data)
	if err := spec.Check(spec.Transforms(config)); err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(uint64(q.Data.Seed), 0x5b0))
	order := random.Perm(len(s.Train))
	grid := plots.ImageGrid{Figure: figure(q.Plot)}
	var broken []string
	for _, i := range order {
		if len(grid.Cells) == min(rows*rows, q.Data.Batch) || ctx.Err() != nil {
			break
		}
		item := s.Train[i]
		img, err := transformed(item.Path, config, q.Data, config.Draw(random))
		var bad *images.Error
		if errors.As(err, &bad) && q.Data.Skip {
			broken = append(broken, bad.Error())
			continue
		}
		if err != nil {
			return nil, err
		}
		grid.Cells = append(grid.Cells, plots.ImageCell{Image: img, Title: s.Classes[item.Label]})
	}
	for _, b := range broken {
		say(c, "left out: "+b)
	}
	return nil, draw(c, q.Plot, grid)
}

// transformed opens a picture and applies transforms to it.
func transformed(path string, config augment.Config, d wire.Data, p augment.Params) (image.Image, error) {
	picture, err := images.DecodeFile(path, decoding(d))
	if err != nil {
		return nil, err
	}
	size := d.Size
	values := make([]float32, 3*size.H*size.W)
	if err := config.Apply(values, picture, spec.Size{H: size.H, W: size.W}, p); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	out := images.New(size.W, size.H)
	for i, v := range values {
		out.Pix[i] = uint8(255 * min(1, max(0, v)))
	}
	return out.Image(), nil
}
