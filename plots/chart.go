package plots

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"image/png"
	"math"
)

// Figure is every chart's size, in matplotlib's units, title, and alternative text.
type Figure struct {
	Width  float64 // inches; 0 = the chart's own default
	Height float64 // inches; 0 = the chart's own default
	DPI    float64 // pixels per inch; 0 = 72, as in a notebook
	Title  string  // drawn above the chart, if any
	Alt    string  // alternative text; "" = written from the data
}

// Chart is implemented by every chart. Charts are plain values; nothing is drawn before a call.
type Chart interface {
	// SVG returns a document with text as text, on a white background.
	SVG() ([]byte, error)
	// PNG returns an image of Width×DPI by Height×DPI pixels.
	PNG() ([]byte, error)
	// HTML returns one self-contained element: an <img> with a data URI, for tables a <table>.
	HTML() (string, error)
	// Text returns a form for terminals and text/plain, ending in a newline.
	Text() string
}

type drawing interface{ draw() (*scene, error) }

func encodeSVG(d drawing) ([]byte, error) {
	s, err := d.draw()
	if err != nil {
		return nil, err
	}
	return s.svg()
}

func encodePNG(d drawing) ([]byte, error) {
	s, err := d.draw()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, s.paint(1))
	return b.Bytes(), err
}

func imgSVG(d drawing) (string, error) {
	s, err := d.draw()
	if err != nil {
		return "", err
	}
	data, err := s.svg()
	if err != nil {
		return "", err
	}
	return s.img(dataURI("image/svg+xml", data)), nil
}

// imgJPEG returns a drawing with photos as an <img> with twice the pixels, unless it is large.
func imgJPEG(d drawing) (string, error) {
	s, err := d.draw()
	if err != nil {
		return "", err
	}
	scale := 2.0
	if s.w*s.h > 2<<20 {
		scale = 1
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, s.paint(scale), &jpeg.Options{Quality: 88}); err != nil {
		return "", err
	}
	return s.img(dataURI("image/jpeg", b.Bytes())), nil
}

// Without a height, a page that narrows the image keeps its aspect ratio.
func (s *scene) img(uri string) string {
	return fmt.Sprintf(`<img alt="%s" width="%d" style="max-width:100%%;height:auto" src="%s">`,
		escape(s.alt), int(math.Round(s.w)), uri)
}
