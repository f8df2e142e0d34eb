package main

import (
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"

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

// lists are those of files and labels that cells have sent, by digest.
type lists struct{ sync.Map }

func (l *lists) take(_ *call, list []string) (none wire.None, err error) {
	l.Store(spec.ListOf(list).Digest, list)
	return none, nil
}

func (l *lists) get(named spec.List) ([]string, error) {
	list, ok := l.Load(named.Digest)
	if !ok {
		return nil, session.Errorf(wire.CodeFiles, "the session has no list of files %s",
			named.Digest)
	}
	return list.([]string), nil
}

// drawn are the data sets that package sample draws; the folders' breeds are not too alike.
var drawn = map[string]sample.Options{dataset.SampleURL: {}, dataset.SmallSampleURL: {PerBreed: 8},
	dataset.FoldersURL: {PerBreed: 20,
		Folders: []string{"Bombay", "Siamese", "Sphynx", "beagle", "pug", "samoyed"}}}

func untar(c *call, url string) (folder string, err error) {
	root, bar := filepath.Join(session.DataDir(), "data"), newBar(c)
	o, isDrawn := drawn[url]
	u := dataset.Pets
	switch {
	case isDrawn:
		u.Name = "the drawn pets"
		folder = filepath.Join(root, fmt.Sprintf("%s-v%d", strings.TrimPrefix(url, "gopets://"),
			sample.Version)) // images of other versions may lie beside them
		err = sample.Generate(c, folder, o, func(done, total int) {
			bar.step("drawing the images", done, total, "")
		})
	case url == u.URL:
		folder, err = archive.Untar(c, u, root, func(done, total int64) {
			bar.download("downloading "+u.Name, done, total)
		})
	default:
		err = fmt.Errorf("untar data: unknown data set %s: use %s, or a folder of yours", url,
			dataset.Names)
	}
	if err == nil {
		bar.end(fmt.Sprintf("%s: %s", u.Name, folder))
	}
	return folder, err
}

func verify(c *call, paths []string) ([]spec.Bad, error) {
	bar := newBar(c)
	bad := images.Verify(c, paths, images.VerifyOptions{Progress: func(done, total int) {
		bar.step("opening images", done, total, "")
	}})
	if c.Err() != nil {
		return nil, cancelled("not all images were opened")
	}
	bar.end("")
	return bad, nil
}

func (l *lists) split(_ *call, q wire.DataCall) (*dataset.Split, error) {
	return dataset.Open(q.Data, l.get)
}

func dataInfo(_ *call, s *dataset.Split, q wire.DataCall) (wire.DataInfo, error) {
	return wire.DataInfo{Text: s.Describe(q.Data.Size, q.Data.Path), Classes: s.Classes}, nil
}

// batch is training images as the network will see them, but not normalised (fastai §5).
func batch(c *call, s *dataset.Split, q wire.DataCall) (plots.Chart, error) {
	rows := q.Rows.Or(5)
	random := rand.New(rand.NewPCG(uint64(q.Data.Seed), 0x5b0))
	grid := plots.ImageGrid{Figure: c.figure("")}
	for _, i := range random.Perm(len(s.Train)) {
		if len(grid.Cells) == min(rows*rows, q.Data.Batch) || c.Err() != nil {
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
			return nil, err
		}
		grid.Cells = append(grid.Cells, plots.ImageCell{Image: img, Title: s.Classes[item.Label]})
	}
	return grid, nil
}

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
	return augment.Image(values, b.Size).Image(), nil
}
