package jpeg

import "encoding/binary"

type bitReader struct {
	data  []byte
	pos   int
	acc   uint64 // the next bits, at the top
	n     int    // of them
	extra int    // zeros supplied
}

func (r *bitReader) fill() {
	if r.n > 32 {
		return
	}
	if r.pos+4 <= len(r.data) {
		v := binary.BigEndian.Uint32(r.data[r.pos:])
		if (^v-0x01010101)&v&0x80808080 == 0 { // no byte is 0xff
			r.acc |= uint64(v) << (32 - r.n)
			r.n += 32
			r.pos += 4
			return
		}
	}
	for r.n <= 56 {
		var b byte
		switch {
		case r.pos >= len(r.data):
			r.extra += 8
		case r.data[r.pos] != 0xff:
			b = r.data[r.pos]
			r.pos++
		case r.pos+1 < len(r.data) && r.data[r.pos+1] == 0:
			b = 0xff
			r.pos += 2
		default: // a marker
			r.extra += 8
		}
		r.acc |= uint64(b) << (56 - r.n)
		r.n += 8
	}
}

func (r *bitReader) overrun() bool { return r.extra > r.n }

func (r *bitReader) bits(n int) uint32 {
	if r.n < n {
		r.fill()
	}
	v := uint32(r.acc >> (64 - n))
	r.acc <<= n
	r.n -= n
	return v
}

func (r *bitReader) symbol(t *huffman) int {
	if r.n < 16 {
		r.fill()
	}
	if e := t.fast[r.acc>>(64-fastBits)]; e != 0 {
		r.acc <<= e >> 8
		r.n -= int(e >> 8)
		return int(e & 255)
	}
	return r.longSymbol(t)
}

func (r *bitReader) longSymbol(t *huffman) int {
	for length := 1; length <= 16; length++ {
		if code := int32(r.acc >> (64 - length)); code <= t.last[length] {
			r.acc <<= length
			r.n -= length
			return int(t.symbols[code+t.offset[length]])
		}
	}
	return -1
}
