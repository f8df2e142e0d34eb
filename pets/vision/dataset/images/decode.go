package images

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"gopets/pets/internal/jpeg"
)

// Options change how an image file is read. The zero value is right for photos.
type Options struct {
	IgnoreEXIF bool // leave the image as stored, as fastai v1 does

	// larger JPEGs are read at a half, a quarter or an eighth; others are an error; 0: 100 million
	MaxPixels int
}

const defaultMaxPixels = 100_000_000

// DecodeInfo reads a file's header.
func DecodeInfo(data []byte) (Info, error) {
	_, info, err := header(data)
	return info, err
}

func header(data []byte) (format, Info, error) {
	if len(data) == 0 {
		return format{}, Info{}, errors.New("the file is empty")
	}
	f, err := find(data)
	if err != nil {
		return f, Info{}, err
	}
	info := Info{Format: f.name}
	info.W, info.H, err = f.config(data)
	switch {
	case err != nil:
		err = explain(data, f.title, err)
	case info.W <= 0 || info.H <= 0:
		err = fmt.Errorf("damaged %s: its header says %d×%d pixels", f.title, info.W, info.H)
	}
	return f, info, err
}

// Decode reads an image by its content: JPEG, PNG, GIF and WebP (first frame), TIFF (first page) or
// BMP. Pixels are Pillow's (fastai §1.4): alpha is dropped without blending; JPEG and lossy WebP
// agree to the bit. EXIF orientation is applied unless o says otherwise.
func Decode(data []byte, o Options) (p *RGB, err error) {
	// a panic in a decoder means a broken image
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("damaged image: the decoder failed: %v", r)
		}
	}()
	f, info, err := header(data)
	if err != nil {
		return nil, err
	}
	limit := o.MaxPixels
	if limit <= 0 {
		limit = defaultMaxPixels
	}
	switch {
	case f.name == "jpeg":
		p, err = decodeJPEG(data, info, limit)
	case info.W > limit/info.H:
		return nil, &SizeError{f.title, info.W, info.H, limit}
	default:
		p, err = f.decode(data)
	}
	if err != nil {
		return nil, explain(data, f.title, err)
	}
	if !o.IgnoreEXIF {
		p = p.oriented(orientation(data, f.name))
	}
	return p, nil
}

// A SizeError is an image of more pixels than the limit.
type SizeError struct {
	Format      string
	W, H, Limit int
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("the %s is %d×%d pixels, the limit is %.3g million: scale it down", e.Format,
		e.W, e.H, float64(e.Limit)/1e6)
}

// decodeJPEG reads a JPEG, reduced above the limit or, if it is progressive, twice the limit.
func decodeJPEG(data []byte, info Info, limit int) (*RGB, error) {
	scale := 1
	for scale < 8 && ceilDiv(info.W, scale) > limit/ceilDiv(info.H, scale) {
		scale *= 2
	}
	c, err := jpeg.DecodeConfig(data)
	if err != nil {
		return nil, err
	}
	if ceilDiv(info.W, scale) > limit/ceilDiv(info.H, scale) || c.Progressive &&
		info.W > 2*limit/info.H {
		return nil, &SizeError{"JPEG", info.W, info.H, limit}
	}
	img, err := jpeg.Decode(data, scale)
	if err != nil {
		return nil, err
	}
	p := &RGB{W: img.Width, H: img.Height, Pix: img.Pix}
	if scale > 1 {
		p.FullW, p.FullH = info.W, info.H
	}
	return p, nil
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// DecodeFile is [Decode] for a file. Its errors begin with the file's name.
func DecodeFile(path string, o Options) (*RGB, error) {
	data, err := os.ReadFile(path)
	if err == nil {
		var p *RGB
		if p, err = Decode(data, o); err == nil {
			return p, nil
		}
	}
	return nil, &Error{Path: path, Err: unwrapPath(err)}
}

// An Error names an image that cannot be read.
type Error struct {
	Path string
	Err  error // the reason, without the path
}

func (e *Error) Error() string { return filepath.Base(e.Path) + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

func unwrapPath(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return fmt.Errorf("the file cannot be read: %w", pathErr.Err)
	}
	return err
}

// decodeGIF reads the first frame; Go's decoder blanks the transparent colour, Pillow does not.
func decodeGIF(data []byte) (*RGB, error) {
	config, err := gif.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	img, err := gif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	frame, ok := img.(*image.Paletted)
	if !ok {
		return FromImage(img), nil
	}
	if global := palette(config.ColorModel); samePalette(frame.Palette, global) {
		frame.Palette = global
	}
	first := FromImage(frame)
	if frame.Rect == image.Rect(0, 0, config.Width, config.Height) {
		return first, nil
	}
	canvas := New(config.Width, config.Height)
	canvas.place(first, frame.Rect.Min.X, frame.Rect.Min.Y)
	return canvas, nil
}

func samePalette(frame, global color.Palette) bool {
	if len(frame) != len(global) {
		return false
	}
	for i, c := range frame {
		if _, _, _, a := c.RGBA(); a != 0 && c != global[i] {
			return false
		}
	}
	return true
}

func explain(data []byte, title string, err error) error {
	var large *SizeError
	var unsupported jpeg.UnsupportedError
	switch {
	case errors.As(err, &large):
		return large
	case errors.As(err, &unsupported):
		return fmt.Errorf("%w: save it as an ordinary JPEG of 8 bits", err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), endsEarly(err.Error()):
		return fmt.Errorf("the %s data ends early: the file (%d bytes) is cut off", title,
			len(data))
	}
	if feature, ok := unsupportedFeature(err); ok {
		return &FormatError{fmt.Sprintf("a %s of an uncommon kind (%s)", title, feature), convertIt}
	}
	return fmt.Errorf("damaged %s: %w", title, err)
}

func unsupportedFeature(err error) (feature string, ok bool) {
	var tiffError tiff.UnsupportedError
	switch {
	case errors.As(err, &tiffError):
		return string(tiffError), true
	case errors.Is(err, bmp.ErrUnsupported):
		return "compressed, or of 16 bits", true
	}
	return "", false
}

func endsEarly(message string) bool {
	for _, words := range []string{"not enough pixel data", "not enough image data",
		"unexpected EOF"} {
		if strings.Contains(message, words) {
			return true
		}
	}
	return false
}
