package images

import (
	"bytes"

	"github.com/bep/imagemeta"
)

var metaFormats = map[string]imagemeta.ImageFormat{
	"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP, "tiff": imagemeta.TIFF,
}

// orientation finds the EXIF orientation (1…8) in a file of a format; 1, upright, when there is
// none or it makes no sense.
func orientation(data []byte, format string) int {
	kind, ok := metaFormats[format]
	if !ok {
		return 1
	}
	found := 1
	// an error means EXIF that is damaged: the image may be whole all the same
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: kind, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool {
			return tag.Tag == "Orientation" &&
				tag.Namespace == "IFD0"
		},
		HandleTag: func(tag imagemeta.TagInfo) error {
			if v, ok := tag.Value.(uint16); ok && v >= 1 && v <= 8 {
				found = int(v)
			}
			return imagemeta.ErrStopWalking
		},
	})
	return found
}

// oriented returns the image as it is to be seen, for an EXIF orientation.
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
