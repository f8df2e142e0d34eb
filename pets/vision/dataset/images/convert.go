package images

import (
	"image"
	"image/color"
)

// FromImage copies an image as Pillow's convert("RGB") does, ignoring alpha (fastai §1.4). Go's
// color.Color is multiplied by alpha, hence a case for each type that has one.
func FromImage(img image.Image) *RGB {
	b := img.Bounds()
	p := New(b.Dx(), b.Dy())
	row := func(y int) []uint8 { return p.Pix[3*y*p.W : 3*(y+1)*p.W] }
	switch m := img.(type) {
	case *image.Gray:
		for y := range p.H {
			grey(row(y), m.Pix[y*m.Stride:], 1)
		}
	case *image.Gray16:
		for y := range p.H {
			grey(row(y), m.Pix[y*m.Stride:], 2)
		}
	case *image.RGBA: // opaque wherever a decoder makes it
		for y := range p.H {
			pick(row(y), m.Pix[y*m.Stride:], 4, 1)
		}
	case *image.NRGBA:
		for y := range p.H {
			pick(row(y), m.Pix[y*m.Stride:], 4, 1)
		}
	case *image.RGBA64:
		for y := range p.H {
			pick(row(y), m.Pix[y*m.Stride:], 8, 2)
		}
	case *image.NRGBA64:
		for y := range p.H {
			pick(row(y), m.Pix[y*m.Stride:], 8, 2)
		}
	case *image.Paletted:
		table := rawPalette(m.Palette)
		for y := range p.H {
			to, from := row(y), m.Pix[y*m.Stride:]
			for x := range p.W {
				copy(to[3*x:3*x+3], table[from[x]][:])
			}
		}
	case *image.CMYK:
		for y := range p.H {
			to, from := row(y), m.Pix[y*m.Stride:]
			for x := range p.W {
				c := from[4*x : 4*x+4]
				to[3*x], to[3*x+1], to[3*x+2] = color.CMYKToRGB(c[0], c[1], c[2], c[3])
			}
		}
	case rgbImage:
		copy(p.Pix, m.p.Pix)
	default:
		for y := range p.H {
			to := row(y)
			for x := range p.W {
				c := raw(img.At(b.Min.X+x, b.Min.Y+y))
				copy(to[3*x:3*x+3], c[:])
			}
		}
	}
	return p
}

func grey(to, from []uint8, step int) {
	for x := 0; x < len(to); x += 3 {
		v := from[x/3*step]
		to[x], to[x+1], to[x+2] = v, v, v
	}
}

func pick(to, from []uint8, size, step int) {
	for x, i := 0, 0; x < len(to); x, i = x+3, i+size {
		to[x], to[x+1], to[x+2] = from[i], from[i+step], from[i+2*step]
	}
}

func raw(c color.Color) [3]uint8 {
	switch c := c.(type) {
	case color.RGBA:
		if c.A == 255 || c.A == 0 {
			return [3]uint8{c.R, c.G, c.B}
		}
	case color.NRGBA:
		return [3]uint8{c.R, c.G, c.B}
	case color.NRGBA64:
		return [3]uint8{uint8(c.R >> 8), uint8(c.G >> 8), uint8(c.B >> 8)}
	}
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return [3]uint8{n.R, n.G, n.B}
}

func rawPalette(p color.Palette) (table [256][3]uint8) {
	for i, c := range p[:min(len(p), 256)] {
		table[i] = raw(c)
	}
	return table
}

func palette(m color.Model) color.Palette {
	p, _ := m.(color.Palette)
	return p
}
