package serve

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	_ "image/gif" // formats whose headers are read; package dataset decodes them
	_ "image/jpeg"
	_ "image/png"
	"net/http"

	_ "golang.org/x/image/webp"

	"gopets/pets/vision/dataset/images"
)

// formats are those that are let to their decoders, by what http.DetectContentType sees in the
// first bytes. A file's name says nothing.
var formats = map[string]string{"image/jpeg": "jpeg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}

// maxScans is the number of passes that a JPEG may make over its picture. Cameras make one,
// progressive encoders about ten; a small file with thousands keeps a decoder busy for hours.
const maxScans = 100

// inspect looks at a picture's header and refuses what must not reach a decoder.
func (s *Server) inspect(data []byte) (format string, config image.Config, err error) {
	format = formats[http.DetectContentType(data)]
	if format == "" {
		return "", config, refuse(http.StatusUnsupportedMediaType, "not_a_picture", "That is not a picture that can be read here. Send a JPEG, PNG, GIF or WebP.")
	}
	config, _, err = image.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return format, config, damaged(format)
	}
	if config.Width > s.o.MaxPixels/config.Height {
		return format, config, refuse(http.StatusRequestEntityTooLarge, "too_many_pixels", "The picture has %d × %d pixels, more than %.3g million. Send a smaller one.",
			config.Width, config.Height, float64(s.o.MaxPixels)/1e6)
	}
	if format == "jpeg" && scans(data) > maxScans {
		return format, config, refuse(http.StatusUnprocessableEntity, "damaged", "The JPEG is built in more than %d passes. Save it anew and send that.", maxScans)
	}
	return format, config, nil
}

// decode decodes a picture that inspect has passed.
func (s *Server) decode(data []byte, format string) (*images.RGB, error) {
	p, err := images.Decode(data, s.o.Decode)
	if err != nil {
		return nil, damaged(format)
	}
	return p, nil
}

func damaged(format string) error {
	name := map[string]string{"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WebP"}[format]
	return refuse(http.StatusUnprocessableEntity, "damaged", "The %s is damaged or cut off. Send it again, or save it anew.", name)
}

// scans counts the passes of a JPEG: segments by their lengths, compressed data by its markers.
func scans(data []byte) (n int) {
	for at := 2; at+4 <= len(data); {
		if data[at] != 0xff {
			next := bytes.IndexByte(data[at:], 0xff) // compressed data
			if next < 0 {
				return n
			}
			at += next
			continue
		}
		switch marker := data[at+1]; {
		case marker == 0xff: // a fill byte
			at++
		// stuffed 0xff, or a marker without a length
		case marker <= 0x01 || marker >= 0xd0 && marker <= 0xd8:
			at += 2
		case marker == 0xd9:
			return n
		default:
			if marker == 0xda {
				n++
			}
			at += 2 + int(binary.BigEndian.Uint16(data[at+2:]))
		}
	}
	return n
}

// errStopped is told to those who wait when a server is closed.
var errStopped = busy("stopping", "The server is being stopped. Try again in a little while.", 5)

// errRows is a predictor's mistake.
var errRows = errors.New("the predictor gave other rows than one for each picture and a value for each class")
