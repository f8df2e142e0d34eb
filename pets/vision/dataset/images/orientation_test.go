package images

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"
)

// exifBlock is a TIFF block with an orientation among other tags.
func exifBlock(order binary.AppendByteOrder, orientation uint16) []byte {
	name := map[string]string{"LittleEndian": "II", "BigEndian": "MM"}[order.String()]
	b := order.AppendUint16([]byte(name), 42)
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	entry := func(tag, kind uint16, v uint16) {
		b = order.AppendUint16(order.AppendUint16(b, tag), kind)
		b = order.AppendUint16(order.AppendUint32(b, 1), v)
		b = order.AppendUint16(b, 0)
	}
	entry(271, 3, 7)
	entry(274, 3, orientation)
	return order.AppendUint32(b, 0)
}

func withEXIF(data, block []byte) []byte {
	body := slices.Concat([]byte("Exif\x00\x00"), block)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return slices.Concat(data[:2], segment, body, data[2:])
}

// The eight orientations of an image whose corners differ: where the stored top left and top right
// come to lie.
func TestOrientations(t *testing.T) {
	p := New(32, 16) // red, green / blue, white: 16×8 blocks, which JPEG keeps
	at := func(x, y int) []uint8 { return p.Pix[3*(y*32+x):][:3] }
	for y := range 16 {
		for x := range 32 {
			copy(at(x, y), map[[2]bool][]uint8{{false, false}: {255, 0, 0},
				{true, false}: {0, 255, 0},
				{false, true}: {0, 0, 255}, {true, true}: {255, 255, 255}}[[2]bool{x >= 16,
				y >= 8}])
		}
	}
	letter := func(q *RGB, x, y int) byte {
		c := q.Pix[3*(y*q.W+x):][:3]
		switch {
		case c[0] > 128 && c[1] > 128:
			return 'W'
		case c[0] > 128:
			return 'R'
		case c[1] > 128:
			return 'G'
		}
		return 'B'
	}
	data := jpegOf(t, p.Image())
	for o, want := range []string{1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG",
		7: "WGBR", 8: "GWRB"} {
		if o == 0 {
			continue
		}
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			turned := withEXIF(data, exifBlock(order, uint16(o)))
			q, err := Decode(turned, Options{})
			if err != nil {
				t.Fatal(err)
			}
			w, h := q.W-1, q.H-1
			if got := string([]byte{letter(q, 0, 0), letter(q, w, 0), letter(q, 0, h),
				letter(q, w, h)}); got != want {
				t.Errorf("orientation %d: corners %s, want %s", o, got, want)
			}
			if (q.W == 16) != (o >= 5) {
				t.Errorf("orientation %d: size %d×%d", o, q.W, q.H)
			}
			if q, err := Decode(turned, Options{IgnoreEXIF: true}); err != nil || q.W != 32 ||
				letter(q, 0, 0) != 'R' {
				t.Errorf("orientation %d is not ignored", o)
			}
		}
	}
	for _, o := range []uint16{0, 9, 65535} {
		if q, err := Decode(withEXIF(data, exifBlock(binary.BigEndian, o)),
			Options{}); err != nil || letter(q, 0, 0) != 'R' || q.W != 32 {
			t.Errorf("impossible orientation %d changed the image", o)
		}
	}
	plain := pngOf(t, p.Image())
	chunk := exifBlock(binary.LittleEndian, 6)
	exif := binary.BigEndian.AppendUint32(nil, uint32(len(chunk)))
	exif = append(append(append(exif, "eXIf"...), chunk...), 0, 0, 0, 0)
	turned := slices.Concat(plain[:33], exif, plain[33:])
	fixPNG(turned)
	if q, err := Decode(turned, Options{}); err != nil || q.W != 16 || letter(q, 0, 0) != 'B' {
		t.Errorf("PNG: orientation not honoured (%v)", err)
	}
	if o := orientation(chunk, "tiff"); o != 6 {
		t.Errorf("TIFF: orientation %d, want 6", o)
	}
}

// The orientation of XMP counts where EXIF has none; a camera may write EXIF's as a long number,
// and twice.
func TestOrientationElsewhere(t *testing.T) {
	data := jpegOf(t, New(16, 8).Image())
	xmp := func(orientation string) []byte {
		body := []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta xmlns:x='adobe:ns:meta/'>" +
			orientation + "</x:xmpmeta>")
		return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2)),
			body...)
	}
	attribute := xmp(`<rdf:Description tiff:Orientation="6"/>`)
	element := xmp(`<tiff:Orientation>8</tiff:Orientation>`)
	block := exifBlock(binary.LittleEndian, 3)
	long, two := slices.Clone(block), slices.Clone(block)
	long[24] = 4 // the second entry's type
	two[26] = 2  // and its count
	at := func(segments ...[]byte) []byte {
		return slices.Concat(data[:2], slices.Concat(segments...), data[2:])
	}
	for name, c := range map[string]struct {
		data []byte
		want int
	}{
		"XMP's attribute": {at(attribute), 6}, "XMP's element": {at(element), 8},
		"the first of XMP": {at(attribute, element), 6},
		"EXIF before XMP":  {withEXIF(at(attribute), block), 3},
		"EXIF after XMP": {slices.Concat(at(attribute)[:2+len(attribute)],
			withEXIF(data, block)[2:]), 3},
		"upright in EXIF": {withEXIF(at(attribute), exifBlock(binary.BigEndian, 1)), 1},
		"nonsense in XMP": {at(xmp(`tiff:Orientation="9"`)), 1},
		"a long number":   {withEXIF(data, long), 3}, "two numbers": {withEXIF(data, two), 3},
	} {
		if got := orientation(c.data, "jpeg"); got != c.want {
			t.Errorf("%s: orientation %d, want %d", name, got, c.want)
		}
	}
}

// fixPNG sets the checksums of a PNG's chunks.
func fixPNG(data []byte) {
	for i := 8; i+12 <= len(data); {
		n := int(binary.BigEndian.Uint32(data[i:]))
		if i+12+n > len(data) {
			return
		}
		binary.BigEndian.PutUint32(data[i+8+n:], crc32.ChecksumIEEE(data[i+4:i+8+n]))
		i += 12 + n
	}
}

func FuzzOrientation(f *testing.F) {
	block := exifBlock(binary.BigEndian, 6)
	f.Add(block)
	f.Add(withEXIF([]byte{0xff, 0xd8, 0xff, 0xd9}, block))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x04eXIfIIII\x00\x00\x00\x00"))
	f.Add([]byte("RIFF\xff\xff\xff\xffWEBPEXIF\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for format := range metaFormats {
			if o := orientation(data, format); o < 1 || o > 8 {
				t.Errorf("%s: orientation %d", format, o)
			}
		}
	})
}
