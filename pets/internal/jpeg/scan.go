package jpeg

import "fmt"

// maxScans bounds the time: a small file may have thousands of scans.
const maxScans = 100

type scan struct {
	comps      []scanComponent
	start, end int // coefficients, in zigzag order
	high, low  uint
}

type scanComponent struct {
	*component
	dc, ac   int // tables
	pred     int32
	context  int // of arithmetic coding
	blocksIn int // of an MCU: h·v, or 1 where the scan has one component
}

type entropy interface {
	// block reads a sequential file's block, dequantized; last is its last zigzag position
	block(c *scanComponent, b *[64]int32) (last int, err error)
	refine(s *scan, c *scanComponent, b []int16) error
	restart() error
	finish() error
}

func (d *decoder) scan(s []byte) error {
	if d.comps == nil {
		return FormatError("a scan before the frame's header")
	}
	sc, err := d.scanHeader(s)
	if err != nil {
		return err
	}
	if d.scans == 0 {
		if err := d.allocate(); err != nil {
			return err
		}
	}
	if d.scans++; d.scans > maxScans {
		return FormatError(fmt.Sprintf("it has more than %d scans", maxScans))
	}
	var e entropy
	if d.arithmetic {
		e = newArithmetic(d, sc)
	} else {
		if e, err = newHuffmanReader(d, sc); err != nil {
			return err
		}
	}
	if err := d.blocks(sc, e); err != nil {
		return err
	}
	for _, c := range sc.comps {
		for k := sc.start; k <= sc.end; k++ {
			c.low[k] = int8(sc.low)
		}
	}
	return e.finish()
}

func (d *decoder) scanHeader(s []byte) (*scan, error) {
	bad := FormatError("bad scan header")
	if len(s) < 1 {
		return nil, bad
	}
	n := int(s[0])
	if n < 1 || n > 4 || len(s) < 4+2*n {
		return nil, bad
	}
	sc := &scan{end: 63}
	blocks := 0
	for i := range n {
		f := s[1+2*i:]
		c := scanComponent{dc: int(f[1] >> 4), ac: int(f[1] & 15)}
		if c.dc > 3 || c.ac > 3 {
			return nil, bad
		}
		for j := range d.comps {
			if d.comps[j].id == int(f[0]) {
				c.component = &d.comps[j]
			}
		}
		if c.component == nil {
			return nil, FormatError("a scan of an unknown component")
		}
		for _, o := range sc.comps {
			if o.component == c.component {
				return nil, FormatError("a scan with a component twice")
			}
		}
		if c.quant == nil {
			if c.quant = d.quant[c.table]; c.quant == nil {
				return nil, FormatError("a quantization table is missing")
			}
		}
		c.blocksIn = c.h * c.v
		blocks += c.blocksIn
		sc.comps = append(sc.comps, c)
	}
	if n == 1 {
		sc.comps[0].blocksIn = 1
	} else if blocks > 10 {
		return nil, FormatError("too many blocks in an MCU")
	}
	if d.progressive {
		f := s[1+2*n:]
		sc.start, sc.end, sc.high, sc.low = int(f[0]), int(f[1]), uint(f[2]>>4), uint(f[2]&15)
		if sc.start > sc.end || sc.end > 63 || sc.start == 0 && sc.end != 0 || sc.start > 0 &&
			n > 1 ||
			sc.low > 13 || sc.high != 0 && sc.high != sc.low+1 {
			return nil, FormatError("bad progression")
		}
	}
	return sc, nil
}

func (d *decoder) blocks(sc *scan, e entropy) error {
	mcusX, mcusY := d.mcusX, d.mcusY
	single := len(sc.comps) == 1
	if single { // without the blocks that only fill an MCU
		c := sc.comps[0]
		mcusX, mcusY = ceilDiv(c.w, 8), ceilDiv(c.height, 8)
	}
	var b [64]int32
	left := d.restart
	for my := range mcusY {
		for mx := range mcusX {
			if d.restart > 0 {
				if left == 0 {
					if err := e.restart(); err != nil {
						return err
					}
					for i := range sc.comps {
						sc.comps[i].pred, sc.comps[i].context = 0, 0
					}
					left = d.restart
				}
				left--
			}
			for i := range sc.comps {
				c := &sc.comps[i]
				for k := range c.blocksIn {
					x, y := mx, my
					if !single {
						x, y = mx*c.h+k%c.h, my*c.v+k/c.h
					}
					if d.progressive {
						at := 64 * (y*c.blocksX + x)
						if err := e.refine(sc, c, c.coefs[at:at+64:at+64]); err != nil {
							return err
						}
						continue
					}
					last, err := e.block(c, &b)
					if err != nil {
						return err
					}
					c.put(x, y, &b, last)
				}
			}
		}
	}
	return nil
}

func (d *decoder) restartMarker() error {
	marker, err := d.nextMarker()
	if err != nil {
		return err
	}
	if marker < markerRST0 || marker > markerRST7 {
		if marker == markerEOI {
			return errEnd
		}
		return FormatError("a restart marker is missing")
	}
	return nil
}

func (d *decoder) transformAll() {
	var b [64]int32
	var estimated [64]int16
	smooth := d.smooths()
	for i := range d.comps {
		c := &d.comps[i]
		if c.quant == nil { // no scan had the component
			continue
		}
		var q [64]int32 // in natural order
		for k, v := range c.quant {
			q[zigzag[k]] = v
		}
		for y := range c.blocksY {
			for x := range c.blocksX {
				coefs := c.coefs[64*(y*c.blocksX+x):][:64]
				if smooth && y < ceilDiv(c.height, 8) {
					copy(estimated[:], coefs)
					coefs = estimated[:]
					means := c.means(x, y)
					c.estimate(coefs, &means)
				}
				last := 0
				for k, v := range coefs {
					if v != 0 {
						b[k] = int32(v) * q[k]
						last = max(last, int(unzigzag[k]))
					}
				}
				c.put(x, y, &b, last)
			}
		}
	}
}
