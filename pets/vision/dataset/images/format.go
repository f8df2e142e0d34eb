package images

import (
	"bytes"
	"fmt"
	"image"
	"image/gif"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"gopets/pets/internal/jpeg"
)

// Info is an image file's header.
type Info struct {
	Format string // jpeg, png, gif, webp, tiff or bmp
	W, H   int    // pixels, as stored
}

type format struct {
	name   string
	title  string // in messages
	magic  func(data []byte) bool
	config func(data []byte) (w, h int, err error)
	decode func(data []byte) (*RGB, error)
}

func begins(magic string) func([]byte) bool {
	return func(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }
}

var formats = []format{
	{"jpeg", "JPEG", begins("\xff\xd8"), jpegConfig, nil}, // decoded by decodeJPEG
	{"png", "PNG", begins("\x89PNG\r\n\x1a\n"), configOf(png.DecodeConfig), decodeOf(png.Decode)},
	{"gif", "GIF", begins("GIF8"), configOf(gif.DecodeConfig), decodeGIF},
	{"webp", "WebP", isWebP, webpConfig, decodeWebP},
	{"tiff", "TIFF", isTIFF, configOf(tiff.DecodeConfig), decodeTIFF},
	{"bmp", "BMP", begins("BM"), configOf(bmp.DecodeConfig), decodeOf(bmp.Decode)},
}

func isWebP(data []byte) bool {
	return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
}

func isTIFF(data []byte) bool {
	return bytes.HasPrefix(data, []byte("II*\x00")) || bytes.HasPrefix(data, []byte("MM\x00*"))
}

func find(data []byte) (format, error) {
	for _, f := range formats {
		if f.magic(data) {
			return f, nil
		}
	}
	return format{}, unreadable(data)
}

func jpegConfig(data []byte) (w, h int, err error) {
	c, err := jpeg.DecodeConfig(data)
	return c.Width, c.Height, err
}

func configOf(config func(io.Reader) (image.Config, error)) func([]byte) (int, int, error) {
	return func(data []byte) (int, int, error) {
		c, err := config(bytes.NewReader(data))
		return c.Width, c.Height, err
	}
}

func decodeOf(decode func(io.Reader) (image.Image, error)) func([]byte) (*RGB, error) {
	return func(data []byte) (*RGB, error) {
		img, err := decode(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		return FromImage(img), nil
	}
}

const convertIt = "convert it to JPEG or PNG, for instance with ImageMagick: magick IMAGE photo.jpg"

var otherFormats = []struct{ magic, what, advice string }{
	{"\xff\x0a", "a JPEG XL image", convertIt},
	{"\x00\x00\x00\x0cJXL ", "a JPEG XL image", convertIt},
	{"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image", convertIt},
	{"\xff\x4f\xff\x51", "a JPEG 2000 image", convertIt},
	{"8BPS", "a Photoshop file", convertIt},
	{"P6\n", "a Netpbm image", convertIt},
	{"P5\n", "a Netpbm image", convertIt},
	{"II+\x00", "a BigTIFF image", convertIt},
	{"MM\x00+", "a BigTIFF image", convertIt},
	{"\x00\x00\x01\x00", "an icon (ICO)", convertIt},
	{"%PDF", "a PDF", "export its images"},
	{"version https://git-lfs", "a Git LFS pointer instead of the image",
		"run git lfs pull in its repository"},
	{"PK\x03\x04", "a zip archive", "unpack it"},
	{"\x1f\x8b", "a gzip archive", "unpack it"},
	{"\x00\x05\x16\x07", "a Mac's resource file", "delete it"},
}

// A FormatError reports a file in an unsupported format.
type FormatError struct {
	What   string // "a HEIC image"; empty if unknown
	Advice string // what to do
}

func (e *FormatError) Error() string {
	if e.What == "" {
		return "not an image that can be read " + e.Advice
	}
	return e.What + ", which is not supported: " + e.Advice
}

func unreadable(data []byte) *FormatError {
	if len(data) >= 12 && string(data[4:8]) == "ftyp" {
		brand := string(data[8:12])
		switch {
		case brand == "avif" || brand == "avis":
			return &FormatError{"an AVIF image", convertIt}
		case strings.HasPrefix(brand, "hei") || strings.HasPrefix(brand, "hev") ||
			brand == "mif1" || brand == "msf1":
			return &FormatError{"a HEIC image, as iPhones store photos", convertIt}
		case brand == "crx ":
			return &FormatError{"a camera's raw file", convertIt}
		}
		return &FormatError{"a video or the like (MP4)", "take a still image"}
	}
	for _, o := range otherFormats {
		if strings.HasPrefix(string(data[:min(len(data), 32)]), o.magic) {
			return &FormatError{o.what, o.advice}
		}
	}
	begin := string(data[:min(len(data), 512)])
	start := strings.ToLower(strings.TrimLeft(begin, " \t\r\n\ufeff"))
	switch {
	case strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html"):
		return &FormatError{"a web page", "download the image itself"}
	case strings.HasPrefix(start, "<svg") || strings.HasPrefix(start, "<?xml") &&
		strings.Contains(start, "<svg"):
		return &FormatError{"an SVG drawing", convertIt}
	case strings.Trim(begin, "\x00") == "":
		return &FormatError{"a file of zeros", "the download or the disk failed: fetch it again"}
	}
	return &FormatError{Advice: fmt.Sprintf("(it begins with %q; want JPEG, PNG, GIF, WebP, TIFF "+
		"or BMP)", data[:min(len(data), 12)])}
}
