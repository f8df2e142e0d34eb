package jpeg

// An estimate is a state of the probability estimation (T.81, table D.3).
type estimate struct {
	size       uint32
	more, less uint8 // after the more and the less probable symbol
	flip       uint8 // 1: the less probable symbol becomes the more probable
}

var estimates = [...]estimate{
	{0x5a1d, 1, 1, 1}, {0x2586, 2, 14, 0}, {0x1114, 3, 16, 0}, {0x080b, 4, 18, 0},
	{0x03d8, 5, 20, 0}, {0x01da, 6, 23, 0}, {0x00e5, 7, 25, 0}, {0x006f, 8, 28, 0},
	{0x0036, 9, 30, 0}, {0x001a, 10, 33, 0}, {0x000d, 11, 35, 0}, {0x0006, 12, 9, 0},
	{0x0003, 13, 10, 0}, {0x0001, 13, 12, 0}, {0x5a7f, 15, 15, 1}, {0x3f25, 16, 36, 0},
	{0x2cf2, 17, 38, 0}, {0x207c, 18, 39, 0}, {0x17b9, 19, 40, 0}, {0x1182, 20, 42, 0},
	{0x0cef, 21, 43, 0}, {0x09a1, 22, 45, 0}, {0x072f, 23, 46, 0}, {0x055c, 24, 48, 0},
	{0x0406, 25, 49, 0}, {0x0303, 26, 51, 0}, {0x0240, 27, 52, 0}, {0x01b1, 28, 54, 0},
	{0x0144, 29, 56, 0}, {0x00f5, 30, 57, 0}, {0x00b7, 31, 59, 0}, {0x008a, 32, 60, 0},
	{0x0068, 33, 62, 0}, {0x004e, 34, 63, 0}, {0x003b, 35, 32, 0}, {0x002c, 9, 33, 0},
	{0x5ae1, 37, 37, 1}, {0x484c, 38, 64, 0}, {0x3a0d, 39, 65, 0}, {0x2ef1, 40, 67, 0},
	{0x261f, 41, 68, 0}, {0x1f33, 42, 69, 0}, {0x19a8, 43, 70, 0}, {0x1518, 44, 72, 0},
	{0x1177, 45, 73, 0}, {0x0e74, 46, 74, 0}, {0x0bfb, 47, 75, 0}, {0x09f8, 48, 77, 0},
	{0x0861, 49, 78, 0}, {0x0706, 50, 79, 0}, {0x05cd, 51, 48, 0}, {0x04de, 52, 50, 0},
	{0x040f, 53, 50, 0}, {0x0363, 54, 51, 0}, {0x02d4, 55, 52, 0}, {0x025c, 56, 53, 0},
	{0x01f8, 57, 54, 0}, {0x01a4, 58, 55, 0}, {0x0160, 59, 56, 0}, {0x0125, 60, 57, 0},
	{0x00f6, 61, 58, 0}, {0x00cb, 62, 59, 0}, {0x00ab, 63, 61, 0}, {0x008f, 32, 61, 0},
	{0x5b12, 65, 65, 1}, {0x4d04, 66, 80, 0}, {0x412c, 67, 81, 0}, {0x37d8, 68, 82, 0},
	{0x2fe8, 69, 83, 0}, {0x293c, 70, 84, 0}, {0x2379, 71, 86, 0}, {0x1edf, 72, 87, 0},
	{0x1aa9, 73, 87, 0}, {0x174e, 74, 72, 0}, {0x1424, 75, 72, 0}, {0x119c, 76, 74, 0},
	{0x0f6b, 77, 74, 0}, {0x0d51, 78, 75, 0}, {0x0bb6, 79, 77, 0}, {0x0a40, 48, 77, 0},
	{0x5832, 81, 80, 1}, {0x4d1c, 82, 88, 0}, {0x438e, 83, 89, 0}, {0x3bdd, 84, 90, 0},
	{0x34ee, 85, 91, 0}, {0x2eae, 86, 92, 0}, {0x299a, 87, 93, 0}, {0x2516, 71, 86, 0},
	{0x5570, 89, 88, 1}, {0x4ca9, 90, 95, 0}, {0x44d9, 91, 96, 0}, {0x3e22, 92, 97, 0},
	{0x3824, 93, 99, 0}, {0x32b4, 94, 99, 0}, {0x2e17, 86, 93, 0}, {0x56a8, 96, 95, 1},
	{0x4f46, 97, 101, 0}, {0x47e5, 98, 102, 0}, {0x41cf, 99, 103, 0}, {0x3c3d, 100, 104, 0},
	{0x375e, 93, 99, 0}, {0x5231, 102, 105, 0}, {0x4c0f, 103, 106, 0}, {0x4639, 104, 107, 0},
	{0x415e, 99, 103, 0}, {0x5627, 106, 105, 1}, {0x50e7, 107, 108, 0}, {0x4b85, 103, 109, 0},
	{0x5597, 109, 110, 0}, {0x504f, 107, 111, 0}, {0x5a10, 111, 110, 1}, {0x5522, 109, 112, 0},
	{0x59eb, 111, 112, 1},
	{0x5a1d, 113, 113, 0}, // even odds, for ever
}

const evenOdds = 113

type conditioning struct {
	set    bool
	lower  [16]uint8
	upper  [16]uint8
	kValue [16]uint8
}

func (c *conditioning) defaults() {
	if !c.set {
		c.set = true
		for i := range c.upper {
			c.upper[i], c.kValue[i] = 1, 5
		}
	}
}

func (c *conditioning) read(s []byte) error {
	c.defaults()
	for ; len(s) >= 2; s = s[2:] {
		id := s[0] & 15
		switch {
		case s[0]>>4 == 1:
			c.kValue[id] = s[1]
		case s[0]>>4 == 0 && s[1]&15 <= s[1]>>4:
			c.lower[id], c.upper[id] = s[1]&15, s[1]>>4
		default:
			return FormatError("bad arithmetic conditioning")
		}
	}
	return nil
}

type arithmetic struct {
	d     *decoder
	pos   int
	c     uint64 // the code register
	a     uint64 // the interval
	ct    int    // shifts until the next byte
	extra int    // zero bytes supplied after the data
	dc    [4][64]uint8
	ac    [4][256]uint8
	even  uint8 // a bin of even odds
}

func newArithmetic(d *decoder, s *scan) *arithmetic {
	d.conditioning.defaults()
	return &arithmetic{d: d, pos: d.pos, ct: -16, even: evenOdds}
}

func (e *arithmetic) finish() error {
	e.d.pos = e.pos
	return e.check()
}

func (e *arithmetic) restart() error {
	if err := e.finish(); err != nil {
		return err
	}
	if err := e.d.restartMarker(); err != nil {
		return err
	}
	*e = arithmetic{d: e.d, pos: e.d.pos, ct: -16, even: evenOdds}
	return nil
}

// tooFar bounds the bytes supplied after the data: coders leave few zeros out.
const tooFar = 1 << 16

// next returns the next byte of data: 0 before a marker, as the coder may have cut zeros off.
func (e *arithmetic) next() uint64 {
	data := e.d.data
	if e.pos >= len(data) {
		e.extra = tooFar + 1 // the file is cut off, or a marker would end the data
		return 0
	}
	b := data[e.pos]
	if b != 0xff {
		e.pos++
		return uint64(b)
	}
	at := e.pos + 1
	for at < len(data) && data[at] == 0xff {
		at++
	}
	if at < len(data) && data[at] == 0 {
		e.pos = at + 1
		return 0xff
	}
	e.extra++
	return 0
}

// bit decodes a decision (T.81, D.2); bit 7 of a bin is the more probable symbol.
func (e *arithmetic) bit(bin *uint8) int {
	for e.a < 0x8000 {
		if e.ct--; e.ct < 0 {
			e.c = e.c<<8 | e.next()
			if e.ct += 8; e.ct < 0 {
				if e.ct++; e.ct == 0 {
					e.a = 0x8000 // both first bytes are here; it becomes 0x10000
				}
			}
		}
		e.a <<= 1
	}
	state := *bin
	s := estimates[state&0x7f]
	size := uint64(s.size)
	e.a -= size
	more := state&0x80 | s.more
	less := (state^s.flip<<7)&0x80 | s.less
	if at := e.a << uint(e.ct); e.c >= at {
		e.c -= at
		if e.a < size {
			*bin = more
		} else {
			*bin = less
			state ^= 0x80
		}
		e.a = size
	} else if e.a < 0x8000 {
		if e.a < size {
			*bin = less
			state ^= 0x80
		} else {
			*bin = more
		}
	}
	return int(state >> 7)
}

var errArithmetic = FormatError("bad arithmetic code")

func (e *arithmetic) wrong() error {
	if e.extra > 8 {
		return errEnd
	}
	return errArithmetic
}

// magnitude reads the categories above m and the value's bits; bin is where the categories go on.
func (e *arithmetic) magnitude(m int, bins []uint8, bin int) (category, v int, err error) {
	for e.bit(&bins[bin]) != 0 {
		if m <<= 1; m == 0x8000 {
			return 0, 0, e.wrong()
		}
		bin++
	}
	v = e.value(m, &bins[bin+14])
	return m, v, nil
}

func (e *arithmetic) value(m int, bin *uint8) int {
	v := m
	for m >>= 1; m != 0; m >>= 1 {
		if e.bit(bin) != 0 {
			v |= m
		}
	}
	return v + 1
}

// diff reads a DC coefficient's difference into the component's prediction (T.81, F.2.4.1).
func (e *arithmetic) diff(c *scanComponent) error {
	bins := e.dc[c.dc][:]
	at := c.context
	if e.bit(&bins[at]) == 0 {
		c.context = 0
		return nil
	}
	sign := e.bit(&bins[at+1])
	at += 2 + sign
	m, v := 0, 1
	var err error
	if e.bit(&bins[at]) != 0 {
		if m, v, err = e.magnitude(1, bins, 20); err != nil {
			return err
		}
	}
	k := &e.d.conditioning
	switch {
	case m < 1<<k.lower[c.dc]>>1:
		c.context = 0
	case m > 1<<k.upper[c.dc]>>1:
		c.context = 12 + 4*sign
	default:
		c.context = 4 + 4*sign
	}
	if sign != 0 {
		v = -v
	}
	c.pred = int32(int16(int(c.pred) + v))
	return nil
}

// coefficient reads the value of an AC coefficient at k that is not 0 (T.81, F.2.4.2).
func (e *arithmetic) coefficient(c *scanComponent, k int) (int, error) {
	bins := e.ac[c.ac][:]
	sign := e.bit(&e.even)
	at := 3*(k-1) + 2
	v := 1
	if e.bit(&bins[at]) != 0 {
		if e.bit(&bins[at]) != 0 {
			bin := 217
			if k <= int(e.d.conditioning.kValue[c.ac]) {
				bin = 189
			}
			var err error
			if _, v, err = e.magnitude(2, bins, bin); err != nil {
				return 0, err
			}
		} else {
			v = e.value(1, &bins[at+14])
		}
	}
	if sign != 0 {
		v = -v
	}
	return v, nil
}

func (e *arithmetic) run(c *scanComponent, k, end int) (int, error) {
	bins := e.ac[c.ac][:]
	if e.bit(&bins[3*(k-1)]) != 0 {
		return end + 1, nil
	}
	for e.bit(&bins[3*(k-1)+1]) == 0 {
		if k++; k > end {
			return 0, e.wrong()
		}
	}
	return k, nil
}

func (e *arithmetic) block(c *scanComponent, b *[64]int32) (last int, err error) {
	if err := e.diff(c); err != nil {
		return 0, err
	}
	b[0] = c.pred * c.quant[0]
	for k := 1; k < 64; k++ {
		if k, err = e.run(c, k, 63); err != nil || k > 63 {
			return last, err
		}
		v, err := e.coefficient(c, k)
		if err != nil {
			return 0, err
		}
		b[zigzag[k]] = int32(v) * c.quant[k]
		last = k
	}
	return last, e.check()
}

func (e *arithmetic) check() error {
	if e.extra > tooFar {
		return errEnd
	}
	return nil
}

func (e *arithmetic) refine(s *scan, c *scanComponent, b []int16) (err error) {
	switch {
	case s.start == 0 && s.high == 0:
		if err := e.diff(c); err != nil {
			return err
		}
		b[0] = int16(c.pred << s.low)
	case s.start == 0:
		if e.bit(&e.even) != 0 {
			b[0] |= 1 << s.low
		}
	case s.high == 0:
		for k := s.start; k <= s.end; k++ {
			if k, err = e.run(c, k, s.end); err != nil || k > s.end {
				return err
			}
			v, err := e.coefficient(c, k)
			if err != nil {
				return err
			}
			b[zigzag[k]] = int16(v << s.low)
		}
	default:
		return e.refineAC(s, c, b)
	}
	return e.check()
}

func (e *arithmetic) refineAC(s *scan, c *scanComponent, b []int16) error {
	bins := e.ac[c.ac][:]
	one := int16(1) << s.low
	before := s.end // the last coefficient of the scans before
	for before > 0 && b[zigzag[before]] == 0 {
		before--
	}
	for k := s.start; k <= s.end; k++ {
		if k > before && e.bit(&bins[3*(k-1)]) != 0 {
			break
		}
		for {
			p := &b[zigzag[k]]
			if *p != 0 {
				if e.bit(&bins[3*(k-1)+2]) != 0 {
					if *p < 0 {
						*p -= one
					} else {
						*p += one
					}
				}
				break
			}
			if e.bit(&bins[3*(k-1)+1]) != 0 {
				if *p = one; e.bit(&e.even) != 0 {
					*p = -one
				}
				break
			}
			if k++; k > s.end {
				return e.wrong()
			}
		}
	}
	return e.check()
}
