package images

import (
	"bytes"
	"encoding/binary"
)

// orientation finds the EXIF orientation (1…8) in a JPEG, PNG, WebP or TIFF file; 1, upright, when
// there is none or it makes no sense.
func orientation(data []byte) int {
	var block []byte
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8")):
		block = exifInJPEG(data)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		block = exifInPNG(data)
	case len(data) > 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP":
		block = exifInWebP(data)
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		block = data
	}
	return orientationInTIFF(block)
}

var exifHeader = []byte("Exif\x00\x00")

// exifInJPEG walks the segments before the picture's data for the APP1 that holds EXIF.
func exifInJPEG(data []byte) []byte {
	for i := 2; i+4 <= len(data) && data[i] == 0xff; {
		marker := data[i+1]
		if marker == 0xff { // fill byte
			i++
			continue
		}
		if marker == 0xda || marker == 0xd9 {
			return nil
		}
		if marker == 0x01 || marker >= 0xd0 && marker <= 0xd7 { // no length
			i += 2
			continue
		}
		end := i + 2 + int(binary.BigEndian.Uint16(data[i+2:]))
		if end > len(data) || end < i+4 {
			return nil
		}
		if body := data[i+4 : end]; marker == 0xe1 && bytes.HasPrefix(body, exifHeader) {
			return body[len(exifHeader):]
		}
		i = end
	}
	return nil
}

func exifInPNG(data []byte) []byte {
	for i := 8; i+12 <= len(data); {
		size := int64(binary.BigEndian.Uint32(data[i:]))
		end := int64(i) + 12 + size
		if end > int64(len(data)) {
			return nil
		}
		if string(data[i+4:i+8]) == "eXIf" {
			return data[i+8 : i+8+int(size)]
		}
		i = int(end)
	}
	return nil
}

func exifInWebP(data []byte) []byte {
	for i := 12; i+8 <= len(data); {
		size := int64(binary.LittleEndian.Uint32(data[i+4:]))
		end := int64(i) + 8 + size
		if end > int64(len(data)) {
			return nil
		}
		if string(data[i:i+4]) == "EXIF" {
			return bytes.TrimPrefix(data[i+8:end], exifHeader)
		}
		i = int(end + size%2)
	}
	return nil
}

// orientationInTIFF looks for tag 274 in the first directory of a TIFF block.
func orientationInTIFF(block []byte) int {
	if len(block) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(block[:2]) {
	case "II":
	case "MM":
		order = binary.BigEndian
	default:
		return 1
	}
	at := int64(order.Uint32(block[4:]))
	if order.Uint16(block[2:]) != 42 || at+2 > int64(len(block)) {
		return 1
	}
	for n, i := int64(order.Uint16(block[at:])), int64(0); i < n; i++ {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(block)) {
			break
		}
		const orientationTag, short = 274, 3
		if order.Uint16(block[entry:]) == orientationTag && order.Uint16(block[entry+2:]) == short {
			if v := int(order.Uint16(block[entry+8:])); v >= 1 && v <= 8 {
				return v
			}
			break
		}
	}
	return 1
}

// oriented gives the picture as it is to be seen, for an EXIF orientation.
func (p *RGB) oriented(o int) *RGB {
	if o <= 1 || o > 8 {
		return p
	}
	w, h := p.W, p.H
	if o >= 5 {
		w, h = h, w
	}
	q := New(w, h)
	for y := range h {
		for x := range w {
			sx, sy := x, y
			if o >= 5 { // rows and columns change places
				sx, sy = y, x
			}
			switch o {
			case 2, 3, 7, 8: // read columns from the right
				sx = p.W - 1 - sx
			}
			switch o {
			case 3, 4, 6, 7: // read rows from the bottom
				sy = p.H - 1 - sy
			}
			copy(q.Pix[3*(y*w+x):][:3], p.Pix[3*(sy*p.W+sx):][:3])
		}
	}
	return q
}
