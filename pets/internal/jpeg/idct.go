package jpeg

// The inverse DCT of Loeffler, Ligtenberg and Moschytz (1989) in integers, as in jidctint.c.
const (
	constBits = 13
	passBits  = 2

	fix0298631336 = 2446
	fix0390180644 = 3196
	fix0541196100 = 4433
	fix0765366865 = 6270
	fix0899976223 = 7373
	fix1175875602 = 9633
	fix1501321110 = 12299
	fix1847759065 = 15137
	fix1961570560 = 16069
	fix2053119869 = 16819
	fix2562915447 = 20995
	fix3072711026 = 25172
)

var columns = func() (n [64]uint8) {
	for k := range n {
		for _, at := range zigzag[:k+1] {
			n[k] = max(n[k], at&7+1)
		}
	}
	return n
}()

func (c *component) put(x, y int, b *[64]int32, last int) {
	w, h := 8/c.reduceX, 8/c.reduceY
	to := c.plane[y*h*c.stride+x*w:]
	if last == 0 {
		v := clip((b[0]+4)>>3 + 128) // the result of both passes
		b[0] = 0
		for i := range h {
			row := to[i*c.stride:][:w]
			for j := range row {
				row[j] = v
			}
		}
		return
	}
	if w == 8 && h == 8 {
		idct(b, int(columns[last]), to, c.stride)
	} else {
		var full [64]byte
		idct(b, int(columns[last]), full[:], 8)
		c.reduce(&full, to)
	}
	*b = [64]int32{}
}

func (c *component) reduce(full *[64]byte, to []byte) {
	n := c.reduceX * c.reduceY
	for y := range 8 / c.reduceY {
		for x := range 8 / c.reduceX {
			sum := n / 2
			for i := range c.reduceY {
				for _, v := range full[8*(y*c.reduceY+i)+x*c.reduceX:][:c.reduceX] {
					sum += int(v)
				}
			}
			to[y*c.stride+x] = byte(sum / n)
		}
	}
}

func clip(v int32) byte {
	if uint32(v) > 255 {
		return byte(^(v >> 31))
	}
	return byte(v)
}

func idct(b *[64]int32, cols int, to []byte, stride int) {
	const shift, half = constBits - passBits, 1 << (constBits - passBits - 1)
	for i := range cols {
		if b[8+i]|b[16+i]|b[24+i]|b[32+i]|b[40+i]|b[48+i]|b[56+i] == 0 {
			dc := b[i] << passBits
			b[i], b[8+i], b[16+i], b[24+i] = dc, dc, dc, dc
			b[32+i], b[40+i], b[48+i], b[56+i] = dc, dc, dc, dc
			continue
		}
		z1 := (b[16+i] + b[48+i]) * fix0541196100
		t2 := z1 - b[48+i]*fix1847759065
		t3 := z1 + b[16+i]*fix0765366865
		t0 := (b[i]+b[32+i])<<constBits + half
		t1 := (b[i]-b[32+i])<<constBits + half
		e0, e3, e1, e2 := t0+t3, t0-t3, t1+t2, t1-t2

		o0, o1, o2, o3 := b[56+i], b[40+i], b[24+i], b[8+i]
		z1, z2, z3, z4 := o0+o3, o1+o2, o0+o2, o1+o3
		z5 := (z3 + z4) * fix1175875602
		z1, z2 = -z1*fix0899976223, -z2*fix2562915447
		z3, z4 = z5-z3*fix1961570560, z5-z4*fix0390180644
		o0 = o0*fix0298631336 + z1 + z3
		o1 = o1*fix2053119869 + z2 + z4
		o2 = o2*fix3072711026 + z2 + z3
		o3 = o3*fix1501321110 + z1 + z4

		b[i], b[56+i] = (e0+o3)>>shift, (e0-o3)>>shift
		b[8+i], b[48+i] = (e1+o2)>>shift, (e1-o2)>>shift
		b[16+i], b[40+i] = (e2+o1)>>shift, (e2-o1)>>shift
		b[24+i], b[32+i] = (e3+o0)>>shift, (e3-o0)>>shift
	}
	idctRows(b, cols, to, stride)
}

func idctRows(b *[64]int32, cols int, to []byte, stride int) {
	const shift = constBits + passBits + 3
	const half = 1<<(shift-1) + 128<<shift
	for i := range 8 {
		w := (*[8]int32)(b[8*i:])
		row := (*[8]byte)(to[i*stride:])
		var e0, e1, e2, e3, o0, o1, o2, o3 int32
		if cols <= 4 { // half of the terms are 0
			z2, z0 := w[2], w[0]<<constBits+half
			t2, t3 := z2*fix0541196100, z2*(fix0541196100+fix0765366865)
			e0, e3, e1, e2 = z0+t3, z0-t3, z0+t2, z0-t2
			a, c := w[3], w[1]
			z5 := (a + c) * fix1175875602
			z1, z2 := -c*fix0899976223, -a*fix2562915447
			z3, z4 := z5-a*fix1961570560, z5-c*fix0390180644
			o0, o1 = z1+z3, z2+z4
			o2, o3 = a*fix3072711026+z2+z3, c*fix1501321110+z1+z4
		} else {
			z1 := (w[2] + w[6]) * fix0541196100
			t2 := z1 - w[6]*fix1847759065
			t3 := z1 + w[2]*fix0765366865
			t0 := (w[0]+w[4])<<constBits + half
			t1 := (w[0]-w[4])<<constBits + half
			e0, e3, e1, e2 = t0+t3, t0-t3, t1+t2, t1-t2

			o0, o1, o2, o3 = w[7], w[5], w[3], w[1]
			z1, z2, z3, z4 := o0+o3, o1+o2, o0+o2, o1+o3
			z5 := (z3 + z4) * fix1175875602
			z1, z2 = -z1*fix0899976223, -z2*fix2562915447
			z3, z4 = z5-z3*fix1961570560, z5-z4*fix0390180644
			o0 = o0*fix0298631336 + z1 + z3
			o1 = o1*fix2053119869 + z2 + z4
			o2 = o2*fix3072711026 + z2 + z3
			o3 = o3*fix1501321110 + z1 + z4
		}
		row[0], row[7] = clip((e0+o3)>>shift), clip((e0-o3)>>shift)
		row[1], row[6] = clip((e1+o2)>>shift), clip((e1-o2)>>shift)
		row[2], row[5] = clip((e2+o1)>>shift), clip((e2-o1)>>shift)
		row[3], row[4] = clip((e3+o0)>>shift), clip((e3-o0)>>shift)
	}
}
