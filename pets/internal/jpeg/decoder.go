package jpeg

import (
	"errors"
	"fmt"
	"io"
)

const (
	markerSOF0  = 0xc0
	markerSOF15 = 0xcf
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDNL   = 0xdc
	markerDRI   = 0xdd
	markerAPP0  = 0xe0
	markerAPP14 = 0xee
	markerTEM   = 0x01
)

// A FormatError is data that is not a valid JPEG.
type FormatError string

func (e FormatError) Error() string { return string(e) }

// An UnsupportedError is an unsupported kind of JPEG.
type UnsupportedError string

func (e UnsupportedError) Error() string { return string(e) + " is not supported" }

var errEnd = io.ErrUnexpectedEOF

// Config is a file's header.
type Config struct {
	Width, Height int
	Components    int
	Progressive   bool
	Arithmetic    bool
}

func DecodeConfig(data []byte) (Config, error) {
	d := decoder{data: data}
	err := d.markers(true)
	return Config{d.w, d.h, len(d.comps), d.progressive, d.arithmetic}, err
}

// An Image is decoded: 3 bytes a pixel, red, green and blue, row by row.
type Image struct {
	Width, Height int
	Pix           []byte
}

// Decode decodes a file at 1/scale of its size, rounded up: scale is 1, 2, 4 or 8. Samples of a
// reduced image are means, before the colour conversion.
func Decode(data []byte, scale int) (*Image, error) {
	switch scale {
	case 1, 2, 4, 8:
	default:
		return nil, fmt.Errorf("jpeg: scale is %d: want 1, 2, 4 or 8", scale)
	}
	d := decoder{data: data, scale: scale}
	if err := d.markers(false); err != nil {
		return nil, err
	}
	if d.progressive {
		d.transformAll()
	}
	return d.image(), nil
}

type component struct {
	id, h, v, table  int
	w, height        int        // of the component in samples, at full size
	blocksX, blocksY int        // in a row and in a column, with those that fill the last MCU
	quant            *[64]int32 // of the time when the component's first scan began
	plane            []byte     // blocksX·8/reduceX bytes a row
	// samples that become one, fewer than scale in a subsampled component
	reduceX, reduceY int
	stride           int
	coefs            []int16 // of progressive files: 64 a block, in natural order
	// by zigzag position, the lowest bit of a coefficient that was read; −1: none
	low [64]int8
}

type decoder struct {
	data  []byte
	pos   int
	scale int

	w, h                    int
	progressive, arithmetic bool
	comps                   []component
	hMax, vMax              int
	mcusX, mcusY            int
	jfif, adobe             bool
	adobeTransform          byte
	restart                 int // MCUs between restart markers; 0: none
	quant                   [4]*[64]int32
	dc, ac                  [4]*huffman
	conditioning            conditioning
	scans                   int
}

func (d *decoder) markers(headerOnly bool) error {
	if len(d.data) < 2 || d.data[0] != 0xff || d.data[1] != markerSOI {
		return FormatError("no JPEG: it does not begin with FF D8")
	}
	d.pos = 2
	for {
		marker, err := d.nextMarker()
		if err != nil {
			if d.scans > 0 && errors.Is(err, errEnd) && d.exact(63) {
				return nil // complete but for its end marker
			}
			return err
		}
		if marker == markerEOI {
			if d.scans == 0 {
				return FormatError("it ends without an image")
			}
			return nil
		}
		if marker == markerTEM || marker >= markerRST0 && marker <= markerSOI {
			continue
		}
		segment, err := d.segment()
		if err != nil {
			return err
		}
		switch {
		case marker == markerDHT:
			err = d.huffmanTables(segment)
		case marker == markerDAC:
			err = d.conditioning.read(segment)
		case marker == markerDQT:
			err = d.quantTables(segment)
		case marker >= markerSOF0 && marker <= markerSOF15 && marker != markerJPG:
			if err = d.frame(marker, segment); err == nil && headerOnly {
				return nil
			}
		case marker == markerSOS:
			if headerOnly {
				return FormatError("a scan before the frame's header")
			}
			err = d.scan(segment)
		case marker == markerDRI:
			if len(segment) < 2 {
				return FormatError("bad restart interval")
			}
			d.restart = int(segment[0])<<8 | int(segment[1])
		case marker == markerDNL:
			err = UnsupportedError("a JPEG whose height comes after its data")
		case marker == markerAPP0:
			d.jfif = d.jfif || len(segment) >= 5 && string(segment[:5]) == "JFIF\x00"
		case marker == markerAPP14:
			if len(segment) >= 12 && string(segment[:5]) == "Adobe" {
				d.adobe, d.adobeTransform = true, segment[11]
			}
		}
		if err != nil {
			return err
		}
	}
}

func (d *decoder) nextMarker() (byte, error) {
	for d.pos+1 < len(d.data) {
		if d.data[d.pos] != 0xff || d.data[d.pos+1] == 0 {
			d.pos++
			continue
		}
		if d.data[d.pos+1] == 0xff { // a fill byte
			d.pos++
			continue
		}
		d.pos += 2
		return d.data[d.pos-1], nil
	}
	return 0, errEnd
}

func (d *decoder) segment() ([]byte, error) {
	if d.pos+2 > len(d.data) {
		return nil, errEnd
	}
	n := int(d.data[d.pos])<<8 | int(d.data[d.pos+1])
	if n < 2 {
		return nil, FormatError("bad segment length")
	}
	if d.pos+n > len(d.data) {
		return nil, errEnd
	}
	s := d.data[d.pos+2 : d.pos+n]
	d.pos += n
	return s, nil
}

func (d *decoder) quantTables(s []byte) error {
	for len(s) > 0 {
		id, wide := s[0]&15, s[0]>>4 != 0
		s = s[1:]
		size := 64
		if wide {
			size = 128
		}
		if id > 3 || len(s) < size {
			return FormatError("bad quantization table")
		}
		t := new([64]int32)
		for i := range t {
			if wide {
				t[i] = int32(s[2*i])<<8 | int32(s[2*i+1])
			} else {
				t[i] = int32(s[i])
			}
		}
		d.quant[id] = t
		s = s[size:]
	}
	return nil
}

func (d *decoder) frame(marker byte, s []byte) error {
	switch marker {
	case 0xc0, 0xc1:
	case 0xc2:
		d.progressive = true
	case 0xc9:
		d.arithmetic = true
	case 0xca:
		d.progressive, d.arithmetic = true, true
	case 0xc3, 0xcb:
		return UnsupportedError("a lossless JPEG")
	default:
		return UnsupportedError("a hierarchical JPEG")
	}
	if d.comps != nil {
		return FormatError("two frames")
	}
	if len(s) < 6 || len(s) < 6+3*int(s[5]) {
		return FormatError("bad frame header")
	}
	if s[0] != 8 {
		return UnsupportedError(fmt.Sprintf("a JPEG with %d bits a sample", s[0]))
	}
	d.h, d.w = int(s[1])<<8|int(s[2]), int(s[3])<<8|int(s[4])
	if d.w == 0 {
		return FormatError("its width is 0")
	}
	if d.h == 0 {
		return UnsupportedError("a JPEG whose height comes after its data")
	}
	n := int(s[5])
	if n != 1 && n != 3 && n != 4 {
		return UnsupportedError(fmt.Sprintf("a JPEG with %d components", n))
	}
	d.comps = make([]component, n)
	for i := range d.comps {
		f := s[6+3*i:]
		c := component{id: int(f[0]), h: int(f[1] >> 4), v: int(f[1] & 15), table: int(f[2])}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.table > 3 {
			return FormatError("bad sampling factors")
		}
		for _, o := range d.comps[:i] {
			if o.id == c.id {
				return FormatError("two components of one name")
			}
		}
		for k := range c.low {
			c.low[k] = -1
		}
		d.hMax, d.vMax = max(d.hMax, c.h), max(d.vMax, c.v)
		d.comps[i] = c
	}
	d.mcusX, d.mcusY = ceilDiv(d.w, 8*d.hMax), ceilDiv(d.h, 8*d.vMax)
	for i := range d.comps {
		c := &d.comps[i]
		c.w, c.height = ceilDiv(d.w*c.h, d.hMax), ceilDiv(d.h*c.v, d.vMax)
		c.blocksX, c.blocksY = d.mcusX*c.h, d.mcusY*c.v
	}
	return nil
}

func reduction(scale, most, has int) int {
	for factor := most / has; most%has == 0 && factor%2 == 0 && scale > 1; factor /= 2 {
		scale /= 2
	}
	return scale
}

func (d *decoder) allocate() error {
	blocks := 0
	for _, c := range d.comps {
		blocks += ceilDiv(c.w, 8) * ceilDiv(c.height, 8)
	}
	if !d.arithmetic && len(d.data)*8 < blocks { // every block has a bit at least
		return errEnd
	}
	for i := range d.comps {
		c := &d.comps[i]
		c.reduceX, c.reduceY = reduction(d.scale, d.hMax, c.h), reduction(d.scale, d.vMax, c.v)
		c.stride = c.blocksX * 8 / c.reduceX
		c.plane = make([]byte, c.stride*c.blocksY*8/c.reduceY)
		if d.progressive {
			c.coefs = make([]int16, 64*c.blocksX*c.blocksY)
		}
	}
	return nil
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
