package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gopets/kernelext/session"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
)

// exported is the learner of an exported file, kept for the next picture. The last one is kept
// only.
type exported struct {
	path    string
	size    int64
	changed time.Time
	live    *train.Predictor
}

// export serves Learner.Export.
func (h *house) export(ctx context.Context, c *session.Call, q wire.FileCall) (any, error) {
	l, err := h.use(ctx, c, q.Learner, false)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(q.Path), 0o755); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return nil, l.live.Export(q.Path)
}

// openExported gives the learner of an exported file, and reads the file anew when it has changed.
func (h *house) openExported(c *session.Call, path string) (*train.Predictor, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("load learner: there is no file %s: give one that Export wrote", path)
	}
	if e := h.exported; e != nil && e.path == path && e.size == info.Size() && e.changed.Equal(info.ModTime()) {
		return e.live, nil
	}
	h.closeExported()
	eng, err := h.engine(c)
	if err != nil {
		return nil, err
	}
	live, err := train.LoadLearner(eng, path)
	if err != nil {
		return nil, err
	}
	h.exported = &exported{path, info.Size(), info.ModTime(), live}
	return live, nil
}

func (h *house) closeExported() {
	if h.exported != nil {
		h.exported.live.Close()
		h.exported = nil
	}
}

// exportedInfo serves Exported.About.
func (h *house) exportedInfo(ctx context.Context, c *session.Call, q wire.FileCall) (any, error) {
	l, err := h.openExported(c, q.Path)
	if err != nil {
		return nil, err
	}
	s, size := l.Split(), l.Config().Size
	return wire.Exported{Network: l.Net().Name, Classes: s.Classes, Size: wire.Size{H: size.H, W: size.W}, State: l.State(),
		Train: len(s.Train), Valid: len(s.Valid), Split: s.SplitHash}, nil
}

// speakerFor gives the learner that a request about a picture names, live or exported.
func (h *house) speakerFor(ctx context.Context, c *session.Call, q wire.ImageCall) (*train.Predictor, error) {
	if q.Exported != "" {
		return h.openExported(c, q.Exported)
	}
	if q.Learner == nil {
		return nil, fmt.Errorf("predict: no learner is named")
	}
	l, err := h.use(ctx, c, *q.Learner, false)
	if err != nil {
		return nil, err
	}
	return &l.live.Predictor, nil
}

// picture decodes what a request brings or names.
func picture(q wire.ImageCall, o images.Options) (*images.RGB, error) {
	if q.Data == nil {
		return images.DecodeFile(q.Path, o)
	}
	p, err := images.Decode(q.Data, o)
	if err != nil {
		return nil, &images.Error{Path: q.Path, Err: err}
	}
	return p, nil
}
