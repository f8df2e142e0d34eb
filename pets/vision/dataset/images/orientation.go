package images

import (
	"bytes"
	"cmp"
	"io"
	"math"
	"regexp"

	"github.com/bep/imagemeta"
)

var metaFormats = map[string]imagemeta.ImageFormat{
	"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP, "tiff": imagemeta.TIFF,
}

var xmpOrientation = regexp.MustCompile(`tiff:Orientation(?:="|>)([1-8])`)

// orientation returns a file's EXIF orientation or, as in Pillow, else XMP's: 1…8; 1 is upright.
func orientation(data []byte, format string) int {
	kind, ok := metaFormats[format]
	if !ok {
		return 1
	}
	var exif, xmp int
	// an error means damaged EXIF: the image may be whole
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: kind, Sources: imagemeta.EXIF | imagemeta.XMP,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool {
			return tag.Tag == "Orientation" && tag.Namespace == "IFD0"
		},
		HandleTag: func(tag imagemeta.TagInfo) error {
			if exif = number(tag.Value); exif < 1 || exif > 8 {
				exif = 1
			}
			return imagemeta.ErrStopWalking
		},
		HandleXMP: func(r io.Reader) error {
			packet, err := io.ReadAll(r)
			if found := xmpOrientation.FindSubmatch(packet); found != nil && xmp == 0 {
				xmp = int(found[1][0] - '0')
			}
			return err
		},
	})
	return cmp.Or(exif, xmp, 1)
}

func number(value any) int {
	switch v := value.(type) {
	case uint16:
		return int(v)
	case uint32:
		return int(min(v, math.MaxUint16))
	case int16:
		return int(v)
	case int32:
		return int(v)
	case []any:
		return number(v[0])
	}
	return 0
}

func (p *RGB) oriented(o int) *RGB {
	if o <= 1 || o > 8 {
		return p
	}
	w, h := p.W, p.H
	if o >= 5 {
		w, h = h, w
	}
	q := New(w, h)
	if q.FullW, q.FullH = p.FullW, p.FullH; o >= 5 {
		q.FullW, q.FullH = p.FullH, p.FullW
	}
	for y := range h {
		for x := range w {
			sx, sy := x, y
			if o >= 5 { // rows and columns change places
				sx, sy = y, x
			}
			switch o {
			case 2, 3, 7, 8: // read columns from the right
				sx = p.W - 1 - sx
			}
			switch o {
			case 3, 4, 6, 7: // read rows from the bottom
				sy = p.H - 1 - sy
			}
			copy(q.Pix[3*(y*w+x):][:3], p.Pix[3*(sy*p.W+sx):][:3])
		}
	}
	return q
}
