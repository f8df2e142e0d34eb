package serve

import (
	"errors"
	"net/http"

	"gopets/pets/vision/dataset/images"
)

var titles = map[string]string{"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WebP"}

func (s *Server) inspect(data []byte) (images.Info, error) {
	info, err := images.DecodeInfo(data)
	var other *images.FormatError
	switch {
	case errors.As(err, &other) && other.What != "":
		return info, refuse(http.StatusUnsupportedMediaType, "not_an_image",
			"That is %s. Send a JPEG, PNG, GIF or WebP.", other.What)
	case titles[info.Format] == "":
		return info, refuse(http.StatusUnsupportedMediaType, "not_an_image",
			"That is not an image that can be read here. Send a JPEG, PNG, GIF or WebP.")
	case err != nil:
		return info, damaged(info.Format)
	}
	// a larger JPEG is read smaller, within its decoder's bounds
	if info.Format != "jpeg" && info.W > s.o.MaxPixels/info.H {
		return info, s.tooMany(info.W, info.H)
	}
	return info, nil
}

func (s *Server) decode(data []byte, format string) (*images.RGB, error) {
	p, err := images.Decode(data, s.o.Decode)
	var large *images.SizeError
	switch {
	case errors.As(err, &large):
		return nil, s.tooMany(large.W, large.H)
	case err != nil:
		return nil, damaged(format)
	}
	return p, nil
}

func (s *Server) tooMany(w, h int) error {
	return refuse(http.StatusRequestEntityTooLarge, "too_many_pixels",
		"The image has %d × %d pixels, more than %.3g million. Send a smaller one.",
		w, h, float64(s.o.MaxPixels)/1e6)
}

func damaged(format string) error {
	return refuse(http.StatusUnprocessableEntity, "damaged",
		"The %s is damaged or cut off. Send it again, or save it anew.", titles[format])
}

var errStopped = busy("stopping", "The server is being stopped. Try again in a little while.", 5)

var errRows = errors.New(
	"the predictor gave other rows than one for each image and a value for each class")
