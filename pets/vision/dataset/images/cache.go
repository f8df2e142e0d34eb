package images

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Cache keeps decoded images in a folder, each in a memory-mapped file. It is safe for concurrent
// use by goroutines and processes.
//
// A file's name is the SHA-256 of the photo's bytes, size and options. A damaged file is written
// anew. [Cache.WriteError] reports a folder that cannot be written.
//
// Images whose short side exceeds 1.5 times maxSide (twice the training size) are averaged to
// maxSide (fastai §4.2e). If warp and zoom magnify less than 1.5 times (fastai's: 1.33) the result
// is that of the file, to 1/255.
type Cache struct {
	Decode Options // how photos are read; set it before the first Get

	dir     string
	maxSide int

	mu         sync.Mutex
	open       map[string]entry // by path
	retired    []entry          // of photos that changed, whose images may still be in use
	writeError error
}

type entry struct {
	image   *RGB
	size    int64
	changed time.Time
	unmap   func() error
}

// decoding changes when the decoders' pixels do.
const decoding = 3

const reduceAbove = 1.5

// OpenCache opens or makes the cache in dir for training at maxSide/2 pixels; 0: no limit.
func OpenCache(dir string, maxSide int) (*Cache, error) {
	if maxSide < 0 {
		return nil, fmt.Errorf("image cache: the largest short side is %d: give twice the "+
			"training size, or 0 for no limit", maxSide)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("image cache: %w: give a folder that can be written", err)
	}
	return &Cache{dir: dir, maxSide: maxSide, open: map[string]entry{}}, nil
}

// Get returns the image of a photo's file, in read-only memory. Its errors are [DecodeFile]'s.
func (c *Cache) Get(path string) (*RGB, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, &Error{Path: path, Err: unwrapPath(err)}
	}
	c.mu.Lock()
	e, found := c.open[path]
	c.mu.Unlock()
	if found && e.size == info.Size() && e.changed.Equal(info.ModTime()) {
		return e.image, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &Error{Path: path, Err: unwrapPath(err)}
	}
	e, err = c.fill(data)
	if err != nil {
		return nil, &Error{Path: path, Err: err}
	}
	e.size, e.changed = info.Size(), info.ModTime()
	c.mu.Lock()
	defer c.mu.Unlock()
	if other, found := c.open[path]; found {
		if other.size == e.size && other.changed.Equal(e.changed) {
			e.unmap() // another goroutine was faster
			return other.image, nil
		}
		c.retired = append(c.retired, other)
	}
	c.open[path] = e
	return e.image, nil
}

func (c *Cache) fill(data []byte) (entry, error) {
	file := c.file(data)
	if p, unmap, err := mapImage(file); err == nil {
		return entry{image: p, unmap: unmap}, nil
	}
	p, err := Decode(data, c.Decode)
	if err != nil {
		return entry{}, err
	}
	if c.maxSide > 0 {
		size := (c.maxSide + 1) / 2
		fullW, fullH := p.Full()
		rw, rh := ResizedTo(fullW, fullH, size, size)
		if factor, w, h := Reduction(fullW, fullH, rw, rh); factor > reduceAbove && w <= p.W &&
			h <= p.H {
			p = p.Reduced(w, h)
		}
	}
	inMemory := entry{image: p, unmap: func() error { return nil }}
	if err := writeImage(file, p); err != nil {
		c.mu.Lock()
		c.writeError = err
		c.mu.Unlock()
		return inMemory, nil
	}
	mapped, unmap, err := mapImage(file)
	if err != nil { // no memory left to map, or another program changed the folder
		return inMemory, nil
	}
	return entry{image: mapped, unmap: unmap}, nil
}

func (c *Cache) file(data []byte) string {
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:])
	kind := fmt.Sprintf("%d-%d", decoding, c.maxSide)
	if c.Decode.IgnoreEXIF {
		kind += "-asis"
	}
	if n := c.Decode.MaxPixels; n > 0 {
		kind += fmt.Sprintf("-max%d", n)
	}
	return filepath.Join(c.dir, name[:2], name[2:]+"-"+kind+".rgb")
}

// WriteError is the last failure to write into the folder, such as a full disk: the image stays in
// memory.
func (c *Cache) WriteError() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.writeError
}

// Close unmaps all of the cache's images.
func (c *Cache) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, e := range c.retired {
		errs = append(errs, e.unmap())
	}
	for _, e := range c.open {
		errs = append(errs, e.unmap())
	}
	c.retired = nil
	clear(c.open)
	return errors.Join(errs...)
}
