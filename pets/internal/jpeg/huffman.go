package jpeg

// zigzag is the natural position of a coefficient; it goes on for runs beyond the end.
var zigzag = [64 + 16]uint8{
	0, 1, 8, 16, 9, 2, 3, 10,
	17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34,
	27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36,
	29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46,
	53, 60, 61, 54, 47, 55, 62, 63,
	63, 63, 63, 63, 63, 63, 63, 63,
	63, 63, 63, 63, 63, 63, 63, 63,
}

var unzigzag = func() (u [64]uint8) {
	for k, n := range zigzag[:64] {
		u[n] = uint8(k)
	}
	return u
}()

const fastBits = 10

type huffman struct {
	// by the next bits: the code's length << 8 | symbol; 0 for longer codes
	fast [1 << fastBits]uint16
	// by the next bits, if they hold an AC coefficient: value << 16 | run << 8 | bits; else 0
	pairs   [1 << fastBits]int32
	last    [17]int32 // the largest code of each length, −1 if there is none
	offset  [17]int32 // from a code to its symbol's index
	symbols []byte
}

func (d *decoder) huffmanTables(s []byte) error {
	for len(s) > 0 {
		if len(s) < 17 {
			return FormatError("bad Huffman table")
		}
		class, id := s[0]>>4, s[0]&15
		n := 0
		for _, c := range s[1:17] {
			n += int(c)
		}
		if class > 1 || id > 3 || n > 256 || len(s) < 17+n {
			return FormatError("bad Huffman table")
		}
		t, err := newHuffman(s[1:17], s[17:17+n])
		if err != nil {
			return err
		}
		if class == 0 {
			d.dc[id] = t
		} else {
			d.ac[id] = t
		}
		s = s[17+n:]
	}
	return nil
}

func newHuffman(counts, symbols []byte) (*huffman, error) {
	t := &huffman{symbols: append([]byte{}, symbols...)}
	code, index := int32(0), int32(0)
	for length := 1; length <= 16; length++ {
		n := int32(counts[length-1])
		t.last[length], t.offset[length] = -1, index-code
		if n > 0 {
			if code+n > 1<<length {
				return nil, FormatError("bad Huffman table")
			}
			if length <= fastBits {
				for i := range n {
					from := (code + i) << (fastBits - length)
					for k := range int32(1) << (fastBits - length) {
						t.fast[from+k] = uint16(length)<<8 | uint16(symbols[index+i])
					}
				}
			}
			code, index = code+n, index+n
			t.last[length] = code - 1
		}
		code <<= 1
	}
	for i, e := range t.fast {
		length, run, size := int(e>>8), int32(e>>4&15), int(e&15)
		if e == 0 || size == 0 || length+size > fastBits {
			continue
		}
		bits := uint32(i) >> (fastBits - length - size) & (1<<size - 1)
		t.pairs[i] = extend(bits, size)<<16 | run<<8 | int32(length+size)
	}
	return t, nil
}

// extend is the value of a coefficient of size bits (T.81, F.2.2.1).
func extend(bits uint32, size int) int32 {
	if bits < 1<<size>>1 {
		return int32(bits) - 1<<size + 1
	}
	return int32(bits)
}

type huffmanReader struct {
	d      *decoder
	r      bitReader
	eobRun int // blocks that have no further coefficients
}

var errCode = FormatError("bad Huffman code")

func newHuffmanReader(d *decoder, s *scan) (*huffmanReader, error) {
	for i := range s.comps {
		c := &s.comps[i]
		wantDC := s.start == 0 && s.high == 0
		wantAC := s.end > 0
		if wantDC && d.dc[c.dc] == nil || wantAC && d.ac[c.ac] == nil {
			return nil, FormatError("a Huffman table is missing")
		}
	}
	return &huffmanReader{d: d, r: bitReader{data: d.data, pos: d.pos}}, nil
}

func (h *huffmanReader) finish() error {
	if h.r.overrun() {
		return h.ended()
	}
	h.d.pos = h.r.pos
	// Whole bytes in the buffer hold no marker: the reader stops before one.
	return nil
}

func (h *huffmanReader) ended() error { return errEnd }

func (h *huffmanReader) restart() error {
	if err := h.finish(); err != nil {
		return err
	}
	if err := h.d.restartMarker(); err != nil {
		return err
	}
	h.r = bitReader{data: h.d.data, pos: h.d.pos}
	h.eobRun = 0
	return nil
}

func (h *huffmanReader) block(c *scanComponent, b *[64]int32) (last int, err error) {
	r, q := &h.r, c.quant
	size := r.symbol(h.d.dc[c.dc])
	if size < 0 || size > 15 {
		return 0, h.wrong()
	}
	if size > 0 {
		c.pred += extend(r.bits(size), size)
	}
	b[0] = c.pred * q[0]
	t := h.d.ac[c.ac]
	acc, n := r.acc, r.n
	for k := 1; k < 64; k++ {
		if n < 32 {
			r.acc, r.n = acc, n
			r.fill()
			acc, n = r.acc, r.n
		}
		if e := t.pairs[acc>>(64-fastBits)]; e != 0 {
			k += int(e >> 8 & 15)
			acc <<= uint(e & 31)
			n -= int(e & 31)
			last = min(k, 63)
			b[zigzag[k]&63] = e >> 16 * q[last]
			continue
		}
		e := t.fast[acc>>(64-fastBits)]
		symbol := int(e & 255)
		if e != 0 {
			acc <<= e >> 8
			n -= int(e >> 8)
		} else {
			r.acc, r.n = acc, n
			if symbol = r.longSymbol(t); symbol < 0 {
				return 0, h.wrong()
			}
			acc, n = r.acc, r.n
		}
		run, size := symbol>>4, symbol&15
		if size == 0 {
			if run != 15 {
				break
			}
			k += 15
			continue
		}
		k += run
		v := extend(uint32(acc>>(64-size)), size)
		acc <<= size
		n -= size
		last = min(k, 63)
		b[zigzag[k]&63] = v * q[last]
	}
	r.acc, r.n = acc, n
	if r.overrun() {
		return 0, h.ended()
	}
	return last, nil
}

func (h *huffmanReader) wrong() error {
	if h.r.extra > 0 {
		return h.ended()
	}
	return errCode
}

// refine reads a block's part of a progressive scan (T.81, G.1.2).
func (h *huffmanReader) refine(s *scan, c *scanComponent, b []int16) error {
	var err error
	switch {
	case s.start == 0 && s.high == 0:
		size := h.r.symbol(h.d.dc[c.dc])
		if size < 0 || size > 15 {
			return h.wrong()
		}
		if size > 0 {
			c.pred += extend(h.r.bits(size), size)
		}
		b[0] = int16(c.pred << s.low)
	case s.start == 0:
		if h.r.bits(1) != 0 {
			b[0] |= 1 << s.low
		}
	case s.high == 0:
		err = h.firstAC(s, h.d.ac[c.ac], b)
	default:
		err = h.refineAC(s, h.d.ac[c.ac], b)
	}
	if err == nil && h.r.overrun() {
		err = h.ended()
	}
	return err
}

func (h *huffmanReader) firstAC(s *scan, t *huffman, b []int16) error {
	if h.eobRun > 0 {
		h.eobRun--
		return nil
	}
	r := &h.r
	for k := s.start; k <= s.end; k++ {
		symbol := r.symbol(t)
		if symbol < 0 {
			return h.wrong()
		}
		run, size := symbol>>4, symbol&15
		if size == 0 {
			if run == 15 {
				k += 15
				continue
			}
			h.eobRun = 1<<run - 1
			if run > 0 {
				h.eobRun += int(r.bits(run))
			}
			break
		}
		k += run
		v := extend(r.bits(size), size)
		b[zigzag[k]&63] = int16(v << s.low)
	}
	return nil
}

func (h *huffmanReader) refineAC(s *scan, t *huffman, b []int16) error {
	r := &h.r
	one := int16(1) << s.low
	k := s.start
	if h.eobRun == 0 {
		for ; k <= s.end; k++ {
			symbol := r.symbol(t)
			if symbol < 0 {
				return h.wrong()
			}
			run, size := symbol>>4, symbol&15
			var v int16
			if size == 0 {
				if run != 15 {
					h.eobRun = 1 << run
					if run > 0 {
						h.eobRun += int(r.bits(run))
					}
					break
				}
			} else if r.bits(1) != 0 {
				v = one
			} else {
				v = -one
			}
			for ; k <= s.end; k++ {
				p := &b[zigzag[k]]
				if *p != 0 {
					h.correct(p, one)
					continue
				}
				if run == 0 {
					break
				}
				run--
			}
			if v != 0 && k <= s.end {
				b[zigzag[k]] = v
			}
			if r.overrun() {
				return h.ended()
			}
		}
	}
	if h.eobRun > 0 {
		for ; k <= s.end; k++ {
			if p := &b[zigzag[k]]; *p != 0 {
				h.correct(p, one)
			}
		}
		h.eobRun--
	}
	return nil
}

func (h *huffmanReader) correct(p *int16, one int16) {
	if h.r.bits(1) == 0 || *p&one != 0 {
		return
	}
	if *p > 0 {
		*p += one
	} else {
		*p -= one
	}
}
