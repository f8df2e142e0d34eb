package images

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"

	"golang.org/x/image/vp8"
	"golang.org/x/image/vp8l"
)

type webp struct {
	w, h     int    // of the canvas
	x, y     int    // of the frame
	lossy    []byte // the VP8 chunk, or
	lossless []byte // the VP8L chunk
}

var errWebP = errors.New("no frame with an image")

func webpChunks(data []byte, visit func(name string, body []byte) bool) {
	for len(data) >= 8 {
		size := int64(binary.LittleEndian.Uint32(data[4:]))
		end := min(8+size, int64(len(data)))
		if !visit(string(data[:4]), data[8:end]) {
			return
		}
		data = data[min(end+size%2, int64(len(data))):]
	}
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func parseWebP(data []byte) (webp, error) {
	var f webp
	found := false
	frame := func(name string, body []byte) bool {
		switch name {
		case "VP8 ":
			f.lossy, found = body, true
		case "VP8L":
			f.lossless, found = body, true
		}
		return !found
	}
	webpChunks(data[12:], func(name string, body []byte) bool {
		switch {
		case name == "VP8X" && len(body) >= 10:
			f.w, f.h = uint24(body[4:])+1, uint24(body[7:])+1
		case name == "ANMF" && len(body) >= 16:
			f.x, f.y = 2*uint24(body), 2*uint24(body[3:])
			webpChunks(body[16:], frame)
		default:
			frame(name, body)
		}
		return !found
	})
	if !found {
		return f, errWebP
	}
	w, h, err := f.size()
	if err != nil {
		return f, err
	}
	if f.w == 0 {
		f.w, f.h = w, h
	}
	if f.x+w > f.w || f.y+h > f.h {
		return f, errors.New("its frame is larger than its canvas")
	}
	return f, nil
}

func (f webp) size() (w, h int, err error) {
	if f.lossless != nil {
		c, err := vp8l.DecodeConfig(bytes.NewReader(f.lossless))
		return c.Width, c.Height, err
	}
	d := vp8.NewDecoder()
	d.Init(bytes.NewReader(f.lossy), len(f.lossy))
	header, err := d.DecodeFrameHeader()
	return header.Width, header.Height, err
}

func webpConfig(data []byte) (w, h int, err error) {
	f, err := parseWebP(data)
	if f.w > 0 {
		err = nil // the canvas's size comes before its frames
	}
	return f.w, f.h, err
}

func decodeWebP(data []byte) (*RGB, error) {
	f, err := parseWebP(data)
	if err != nil {
		return nil, err
	}
	var frame *RGB
	if f.lossless != nil {
		img, err := vp8l.Decode(bytes.NewReader(f.lossless))
		if err != nil {
			return nil, err
		}
		frame = FromImage(img)
	} else {
		d := vp8.NewDecoder()
		d.Init(bytes.NewReader(f.lossy), len(f.lossy))
		if _, err := d.DecodeFrameHeader(); err != nil {
			return nil, err
		}
		img, err := d.DecodeFrame()
		if err != nil {
			return nil, err
		}
		frame = fromVP8(img)
	}
	if frame.W == f.w && frame.H == f.h {
		return frame, nil
	}
	canvas := New(f.w, f.h)
	canvas.place(frame, f.x, f.y)
	return canvas, nil
}

// fromVP8 converts VP8's YCbCr (16 to 235) with libwebp's constants and rounding.
func fromVP8(m *image.YCbCr) *RGB {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	p := New(w, h)
	cw, ch := (w+1)/2, (h+1)/2
	blue, red := make([]uint8, 2*cw), make([]uint8, 2*cw)
	for y := range h {
		far := y/2 + 1
		if y%2 == 0 {
			far = max(y/2-1, 0)
		}
		near := y / 2 * m.CStride
		other := min(far, ch-1) * m.CStride
		widenVP8(blue, m.Cb[near:][:cw], m.Cb[other:][:cw])
		widenVP8(red, m.Cr[near:][:cw], m.Cr[other:][:cw])
		luma := m.Y[y*m.YStride:][:w]
		row := p.Pix[3*y*w : 3*(y+1)*w]
		for x, v := range luma {
			yy, u, v := int(v)*19077>>8, int(blue[x]), int(red[x])
			row[3*x] = clipVP8(yy + v*26149>>8 - 14234)
			row[3*x+1] = clipVP8(yy - u*6419>>8 - v*13320>>8 + 8708)
			row[3*x+2] = clipVP8(yy + u*33050>>8 - 17685)
		}
	}
	return p
}

func clipVP8(v int) uint8 { return uint8(min(max(v>>6, 0), 255)) }

// widenVP8 doubles a row of chroma: 9, 3, 3 and 1 sixteenths of the four samples around.
func widenVP8(to, near, far []uint8) {
	mix := func(a, b uint8) uint8 { return uint8((3*int(a) + int(b) + 2) >> 2) }
	last := len(near) - 1
	to[0] = mix(near[0], far[0])
	to[2*last+1] = mix(near[last], far[last])
	for k := range last {
		n0, n1, f0, f1 := int(near[k]), int(near[k+1]), int(far[k]), int(far[k+1])
		sum := n0 + n1 + f0 + f1 + 8
		to[2*k+1] = uint8(((sum+2*(n1+f0))>>3 + n0) >> 1)
		to[2*k+2] = uint8(((sum+2*(n0+f1))>>3 + n1) >> 1)
	}
}
