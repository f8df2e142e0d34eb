package compare

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	_ "image/jpeg" // a format that notebooks hold
	"image/png"
	"math"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"
)

// maxPixels bounds what is decoded, as a few bytes can claim any size.
const maxPixels = 1 << 26

var errTooLarge = errors.New("it has too many pixels")

type ImageDifference struct {
	Want, Got []byte // the files

	WantSize, GotSize     image.Point // the fields below are set for equal sizes
	WantFrames, GotFrames int         // 1 unless an animated GIF
	Frame                 int         // the first one that differs, from 1
	// pixels of this frame, without those within the channel tolerance
	Differing, Of int
	Max           int // the largest difference of a channel, 0…255
}

func (p ImageDifference) String() string {
	switch {
	case p.WantSize != p.GotSize:
		return fmt.Sprintf("the image has %s pixels, it had %s", size(p.GotSize),
			size(p.WantSize))
	case p.WantFrames != p.GotFrames:
		return fmt.Sprintf("the image has %d frames, it had %d", p.GotFrames, p.WantFrames)
	}
	where := size(p.GotSize)
	if p.GotFrames > 1 {
		where += fmt.Sprintf(", frame %d of %d", p.Frame, p.GotFrames)
	}
	return fmt.Sprintf("%d of the image's %d pixels differ (%.2g %%), by up to %d of 255 (%s)",
		p.Differing, p.Of, 100*float64(p.Differing)/float64(p.Of), p.Max, where)
}

func size(p image.Point) string { return fmt.Sprintf("%d×%d", p.X, p.Y) }

// images compares two images; nil means equal within the tolerance. An image that cannot be decoded
// is an error.
func (r Rules) images(want, got []byte) (*ImageDifference, error) {
	if bytes.Equal(want, got) {
		return nil, nil
	}
	a, err := decodeImage(want)
	if err != nil {
		return nil, fmt.Errorf("the saved image cannot be decoded: %w", err)
	}
	b, err := decodeImage(got)
	if err != nil {
		return nil, fmt.Errorf("the new image cannot be decoded: %w", err)
	}
	p := &ImageDifference{Want: want, Got: got, WantSize: a[0].Rect.Size(),
		GotSize: b[0].Rect.Size(), WantFrames: len(a), GotFrames: len(b)}
	if p.WantSize != p.GotSize || len(a) != len(b) {
		return p, nil
	}
	for i := range a {
		differing, most := r.pixels(a[i], b[i])
		of := p.GotSize.X * p.GotSize.Y
		if float64(differing) > math.Floor(r.Pixels*float64(of)) {
			p.Frame, p.Differing, p.Of, p.Max = i+1, differing, of, most
			return p, nil
		}
	}
	return nil, nil
}

func (r Rules) pixels(a, b *image.RGBA) (differing, most int) {
	for i := 0; i < len(a.Pix); i += 4 {
		worst := 0
		for c := i; c < i+4; c++ {
			worst = max(worst, int(a.Pix[c])-int(b.Pix[c]), int(b.Pix[c])-int(a.Pix[c]))
		}
		if worst > r.Channel {
			differing++
		}
		most = max(most, worst)
	}
	return differing, most
}

// decodeImage returns an image's frames as seen, all with the same bounds from (0, 0).
func decodeImage(data []byte) ([]*image.RGBA, error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, fmt.Errorf("it has %d×%d pixels", config.Width, config.Height)
	}
	if config.Width > maxPixels/config.Height {
		return nil, errTooLarge
	}
	if format == "gif" {
		return decodeGIF(data)
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return []*image.RGBA{rgba(m)}, nil
}

func rgba(m image.Image) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: m.Bounds().Size()})
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return out
}

func decodeGIF(data []byte) ([]*image.RGBA, error) {
	g, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	bounds := image.Rect(0, 0, g.Config.Width, g.Config.Height)
	if bounds.Dx() > maxPixels/bounds.Dy()/(len(g.Image)+1) {
		return nil, errTooLarge
	}
	canvas := image.NewRGBA(bounds)
	var frames []*image.RGBA
	for i, piece := range g.Image {
		var before *image.RGBA
		if i < len(g.Disposal) && g.Disposal[i] == gif.DisposalPrevious {
			before = rgba(canvas)
		}
		draw.Draw(canvas, piece.Rect, piece, piece.Rect.Min, draw.Over)
		frames = append(frames, rgba(canvas))
		switch {
		case before != nil:
			canvas = before
		case i < len(g.Disposal) && g.Disposal[i] == gif.DisposalBackground:
			draw.Draw(canvas, piece.Rect, image.Transparent, image.Point{}, draw.Src)
		}
	}
	return frames, nil
}

// Marked returns a PNG of where two images differ: the new one, faded, with different pixels in
// red. It is nil for different sizes.
func (p ImageDifference) Marked() ([]byte, error) {
	if p.Frame == 0 {
		return nil, nil
	}
	a, err := decodeImage(p.Want)
	if err != nil {
		return nil, err
	}
	b, err := decodeImage(p.Got)
	if err != nil {
		return nil, err
	}
	want, got := a[p.Frame-1], b[p.Frame-1]
	out := image.NewRGBA(got.Rect)
	for i := 0; i < len(out.Pix); i += 4 {
		grey := (uint16(got.Pix[i]) + uint16(got.Pix[i+1]) + uint16(got.Pix[i+2])) / 3
		pixel := []uint8{uint8(192 + grey/4), uint8(192 + grey/4), uint8(192 + grey/4), 255}
		if !bytes.Equal(want.Pix[i:i+4], got.Pix[i:i+4]) {
			pixel = []uint8{220, 0, 0, 255}
		}
		copy(out.Pix[i:], pixel)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, out); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}
