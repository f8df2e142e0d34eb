package jpeg

func (d *decoder) image() *Image {
	w, h := ceilDiv(d.w, d.scale), ceilDiv(d.h, d.scale)
	img := &Image{Width: w, Height: h, Pix: make([]byte, 3*w*h)}
	planes := make([]*upsampler, len(d.comps))
	for i := range d.comps {
		planes[i] = newUpsampler(d, &d.comps[i], w)
	}
	convert := d.conversion()
	rows := make([][]byte, len(planes))
	for y := range h {
		for i, p := range planes {
			rows[i] = p.row(y)[:w]
		}
		convert(img.Pix[3*y*w:3*(y+1)*w], rows)
	}
	return img
}

func (d *decoder) conversion() func(to []byte, rows [][]byte) {
	switch len(d.comps) {
	case 1:
		return grey
	case 3:
		ids := [3]int{d.comps[0].id, d.comps[1].id, d.comps[2].id}
		if !d.jfif && (d.adobe && d.adobeTransform == 0 || !d.adobe &&
			ids == [3]int{'R', 'G', 'B'}) {
			return rgb
		}
		return ycc
	}
	if d.adobe && d.adobeTransform != 0 {
		return ycck
	}
	return cmyk
}

func grey(to []byte, rows [][]byte) {
	for x, v := range rows[0] {
		o := to[3*x : 3*x+3 : 3*x+3]
		o[0], o[1], o[2] = v, v, v
	}
}

func rgb(to []byte, rows [][]byte) {
	for x, v := range rows[0] {
		to[3*x], to[3*x+1], to[3*x+2] = v, rows[1][x], rows[2][x]
	}
}

func ycc(to []byte, rows [][]byte) {
	luma := rows[0]
	blue, red := rows[1][:len(luma)], rows[2][:len(luma)]
	for x, y := range luma {
		yy := int32(y)<<16 + 1<<15
		cb, cr := int32(blue[x])-128, int32(red[x])-128
		r, g, b := (yy+91881*cr)>>16, (yy-22554*cb-46802*cr)>>16, (yy+116130*cb)>>16
		if uint32(r|g|b) > 255 {
			r, g, b = int32(clip(r)), int32(clip(g)), int32(clip(b))
		}
		o := to[3*x : 3*x+3 : 3*x+3]
		o[0], o[1], o[2] = byte(r), byte(g), byte(b)
	}
}

// cmyk mixes inks as Pillow does, which takes every file's values for inverted, as Adobe's are.
func cmyk(to []byte, rows [][]byte) {
	for x, c := range rows[0] {
		k := rows[3][x]
		to[3*x], to[3*x+1], to[3*x+2] = ink(c, k), ink(rows[1][x], k), ink(rows[2][x], k)
	}
}

func ink(c, k byte) byte {
	covered := uint32(255-c)*uint32(k) + 128
	return clip(int32(k) - int32((covered>>8+covered)>>8))
}

func ycck(to []byte, rows [][]byte) {
	ycc(to, rows[:3])
	for x, k := range rows[3] {
		for i := range 3 {
			to[3*x+i] = ink(255-to[3*x+i], k)
		}
	}
}

// An upsampler returns rows at the image's size: libjpeg's "fancy upsampling", or repetition.
type upsampler struct {
	c                  *component
	w, h               int // of the component
	across, up         int // factors; 0: not a whole number
	toX, ofX, toY, ofY int // so many samples of the component for so many of the image
	full               []byte
	sums               []uint32 // the row's samples, mixed from two rows and not yet divided
}

func newUpsampler(d *decoder, c *component, width int) *upsampler {
	u := &upsampler{c: c, w: ceilDiv(c.w, c.reduceX), h: ceilDiv(c.height, c.reduceY),
		toX: c.h * d.scale, ofX: d.hMax * c.reduceX, toY: c.v * d.scale, ofY: d.vMax * c.reduceY}
	if u.ofX%u.toX == 0 {
		u.across = u.ofX / u.toX
	}
	if u.ofY%u.toY == 0 {
		u.up = u.ofY / u.toY
	}
	if u.across == 2 && (u.up == 1 || u.up == 2) && u.w <= 2 { // as libjpeg does for slivers
		u.across = 0
	}
	if u.across != 1 || u.up != 1 {
		u.full = make([]byte, max(width, 2*u.w))
		u.sums = make([]uint32, u.w)
	}
	return u
}

// row is valid until the next call.
func (u *upsampler) row(y int) []byte {
	if u.across == 1 && u.up == 1 {
		return u.line(y)
	}
	if u.up == 2 && (u.across == 1 || u.across == 2) {
		far := y/2 + 1
		if y%2 == 0 {
			far = max(y/2-1, 0)
		}
		near, other := u.line(y/2), u.line(min(far, u.h-1))
		if u.across == 1 {
			bias := uint32(1 + y%2)
			for x := range near {
				u.full[x] = byte((3*uint32(near[x]) + uint32(other[x]) + bias) >> 2)
			}
			return u.full
		}
		other = other[:len(near)]
		sums := u.sums[:len(near)]
		for i, v := range near {
			sums[i] = 3*uint32(v) + uint32(other[i])
		}
		u.widen()
		return u.full
	}
	if u.across == 2 && u.up == 1 {
		u.widenOne(u.line(y))
		return u.full
	}
	line := u.line(min(y*u.toY/u.ofY, u.h-1))
	for x := range u.full {
		u.full[x] = line[min(x*u.toX/u.ofX, u.w-1)]
	}
	return u.full
}

func (u *upsampler) line(y int) []byte {
	return u.c.plane[y*u.c.stride:][:u.w]
}

// widen doubles the sums of two rows into the row, rounding halves up and down in turn.
func (u *upsampler) widen() {
	last := len(u.sums) - 1
	before, v := u.sums[0], u.sums[0]
	full := u.full[: 2*last+2 : 2*last+2]
	for i, after := range u.sums[1:] {
		o := full[2*i : 2*i+2 : 2*i+2]
		o[0] = byte((3*v + before + 8) >> 4)
		o[1] = byte((3*v + after + 7) >> 4)
		before, v = v, after
	}
	full[2*last] = byte((3*v + before + 8) >> 4)
	full[2*last+1] = byte((4*v + 7) >> 4)
}

func (u *upsampler) widenOne(line []byte) {
	last := len(line) - 1
	before, v := uint32(line[0]), uint32(line[0])
	full := u.full[: 2*last+2 : 2*last+2]
	for i, b := range line[1:] {
		after := uint32(b)
		o := full[2*i : 2*i+2 : 2*i+2]
		o[0] = byte((3*v + before + 1) >> 2)
		o[1] = byte((3*v + after + 2) >> 2)
		before, v = v, after
	}
	full[2*last] = byte((3*v + before + 1) >> 2)
	full[2*last+1] = byte(v)
}
