package images

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	_ "image/jpeg" // formats that Decode reads
	_ "image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// Options change how a photograph is read. The zero value is right for photographs from
// cameras and phones.
type Options struct {
	IgnoreEXIF bool // leave the picture as stored, as fastai v1 does
	MaxPixels  int  // refuse larger pictures before memory is taken; 0: 100 million
}

const defaultMaxPixels = 100_000_000

// Decode reads a picture by its content: JPEG, PNG, GIF (first frame), WebP, TIFF or BMP.
//
// The conversion to RGB is Pillow's (fastai §1.4): alpha is dropped without blending, palettes are
// looked up, grey is repeated. The EXIF orientation is applied, unless o says otherwise. Errors say
// what is wrong with the data ("the JPEG data ends early …"), without a file name: [DecodeFile]
// adds it.
func Decode(data []byte, o Options) (p *RGB, err error) {
	// the decoders are not ours: a panic in one is a broken picture, not a broken run
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("the picture's data confuses its decoder: %v", r)
		}
	}()
	if len(data) == 0 {
		return nil, errors.New("the file is empty")
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, explain(data, format, err)
	}
	limit := o.MaxPixels
	if limit <= 0 {
		limit = defaultMaxPixels
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, fmt.Errorf("the %s says that it is %d×%d pixels", format, config.Width, config.Height)
	}
	if config.Width > limit/config.Height {
		return nil, fmt.Errorf("the %s is %d×%d pixels, more than the limit of %d million: scale it down or raise Options.MaxPixels",
			format, config.Width, config.Height, limit/1_000_000)
	}
	if format == "gif" {
		p, err = decodeGIF(data)
	} else {
		p, err = decodeStill(data, format)
	}
	if err != nil {
		return nil, explain(data, format, err)
	}
	if !o.IgnoreEXIF {
		p = p.oriented(orientation(data))
	}
	return p, nil
}

// DecodeFile reads the picture in a file; see [Decode]. Its errors begin with the file's name.
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

// Error names a picture that cannot be read.
type Error struct {
	Path string
	Err  error // the reason, without the path
}

func (e *Error) Error() string { return filepath.Base(e.Path) + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// unwrapPath drops "open PATH:" from file errors: whoever shows the reason names the file already.
func unwrapPath(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return fmt.Errorf("the file cannot be read: %w", pathErr.Err)
	}
	return err
}

func decodeStill(data []byte, format string) (*RGB, error) {
	img, _, err := image.Decode(bytes.NewReader(data))
	if format == "jpeg" && errors.Is(err, io.ErrUnexpectedEOF) {
		// Complete but for its end marker: libjpeg reads it, and so do we. Pictures cut off earlier
		// still fail.
		img, _, err = image.Decode(io.MultiReader(bytes.NewReader(data), bytes.NewReader([]byte{0xff, 0xd9})))
	}
	if err != nil {
		return nil, err
	}
	return convert(img), nil
}

// decodeGIF reads the first frame onto the GIF's canvas. Go's decoder blanks the transparent
// colour; its true value is in the global palette, and Pillow shows it.
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
		return convert(img), nil
	}
	if global := palette(config.ColorModel); samePalette(frame.Palette, global) {
		frame.Palette = global
	}
	first := convert(frame)
	if frame.Rect == image.Rect(0, 0, config.Width, config.Height) {
		return first, nil
	}
	canvas := New(config.Width, config.Height)
	for y := range first.H {
		at := 3 * ((frame.Rect.Min.Y+y)*canvas.W + frame.Rect.Min.X)
		copy(canvas.Pix[at:], first.Pix[3*y*first.W:3*(y+1)*first.W])
	}
	return canvas, nil
}

// samePalette compares the colours that are not transparent.
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

// explain says in words what a decoder's error means.
func explain(data []byte, format string, err error) error {
	switch {
	case errors.Is(err, image.ErrFormat):
		return fmt.Errorf("not a picture that can be read (it begins with %q; wanted JPEG, PNG, GIF, WebP, TIFF or BMP)", data[:min(len(data), 12)])
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), endsEarly(err.Error()):
		return fmt.Errorf("the %s data ends early: the file (%d bytes) is cut off", upper(format), len(data))
	}
	return fmt.Errorf("damaged %s: %w", upper(format), err)
}

// endsEarly knows the decoders' own words for data that is cut off.
func endsEarly(message string) bool {
	for _, words := range []string{"short Huffman data", "not enough pixel data", "not enough image data", "unexpected EOF"} {
		if strings.Contains(message, words) {
			return true
		}
	}
	return false
}

func upper(format string) string {
	if format == "" {
		return "picture"
	}
	if format == "webp" {
		return "WebP"
	}
	return strings.ToUpper(format)
}
