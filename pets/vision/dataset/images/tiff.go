package images

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/image/tiff"
)

// decodeTIFF reads the first page, and fixes fax pages that golang.org/x/image/tiff inverts.
func decodeTIFF(data []byte) (*RGB, error) {
	img, err := tiff.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	p := FromImage(img)
	const compression, photometric = 259, 262
	if c := tiffTag(data, compression); (c == 3 || c == 4) && tiffTag(data, photometric) == 1 {
		for i, v := range p.Pix {
			p.Pix[i] = 255 - v
		}
	}
	return p, nil
}

func tiffTag(data []byte, tag uint16) int {
	if !isTIFF(data) || len(data) < 8 {
		return -1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(data[4:]))
	if at+2 > int64(len(data)) {
		return -1
	}
	for n, i := int64(order.Uint16(data[at:])), int64(0); i < n; i++ {
		entry := at + 2 + 12*i
		if entry+12 > int64(len(data)) {
			break
		}
		if order.Uint16(data[entry:]) == tag {
			return int(order.Uint16(data[entry+8:]))
		}
	}
	return -1
}
