package plots

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"image"
	"image/jpeg"
	"strings"
)

// Example is an image of a confusion matrix' cell.
type Example struct {
	Actual, Predicted int // indices of Labels
	Image             image.Image
	Title             string
}

// interactiveScript is written into the page once for each matrix, with its element's name for ID.
//
//go:embed interactive.js
var interactiveScript string

// Small, so that hundreds of images fit into a notebook.
const (
	exampleSide    = 128 // pixels, the longer side
	exampleQuality = 80  // JPEG
)

// InteractiveMatrix is a matrix with images behind its cells, in HTML.
type InteractiveMatrix struct {
	Matrix
	Examples []Example
}

// HTML works offline: pointing at a cell shows its count, a click its images. Without scripts it is
// [Matrix.HTML]'s image.
func (m InteractiveMatrix) HTML() (string, error) {
	s, grid, cell, err := m.layout()
	if err != nil {
		return "", err
	}
	svg, err := s.svg()
	if err != nil {
		return "", err
	}
	type example struct {
		Actual    int    `json:"actual"`
		Predicted int    `json:"predicted"`
		Title     string `json:"title"`
		Source    string `json:"src"`
	}
	data := struct {
		Width    float64   `json:"width"`
		X        float64   `json:"x"`
		Y        float64   `json:"y"`
		Cell     float64   `json:"cell"`
		Labels   []string  `json:"labels"`
		Counts   [][]int   `json:"counts"`
		Examples []example `json:"examples"`
	}{s.w, grid.x, grid.y, cell, make([]string, len(m.Labels)), m.Counts, []example{}}
	for i, l := range m.Labels {
		data.Labels[i] = clean(l)
	}
	for i, e := range m.Examples {
		if n := len(m.Labels); e.Actual < 0 || e.Actual >= n || e.Predicted < 0 ||
			e.Predicted >= n {
			return "",
				fmt.Errorf(
					"plots: matrix: example %d (%s) belongs to cell (%d, %d); want two indices "+
						"below %d", i, clean(e.Title), e.Actual, e.Predicted, n)
		}
		source, err := thumbnail(e.Image)
		if err != nil {
			return "", fmt.Errorf("plots: matrix: example %d (%s): %w", i, clean(e.Title), err)
		}
		data.Examples = append(data.Examples, example{e.Actual, e.Predicted, clean(e.Title),
			source})
	}
	// writes <, > and & as \u003c…: nothing can end the script
	encoded, err := json.Marshal(data)
	if err != nil {
		return "", err
	}
	hash := fnv.New64a()
	hash.Write(encoded)
	id := fmt.Sprintf("plots-matrix-%x", hash.Sum64())
	return fmt.Sprintf(
		"<div id=\"%s\">\n%s\n<p aria-live=\"polite\"></p>\n<div></div>\n"+
			"<script type=\"application/json\">%s</script>\n<script>\n%s</script>\n</div>",
		id, s.img(dataURI("image/svg+xml", svg)), encoded, strings.ReplaceAll(interactiveScript,
			"ID", id)), nil
}

func thumbnail(img image.Image) (string, error) {
	photo, err := opaque(img)
	if err != nil {
		return "", err
	}
	at := inside(frame{w: exampleSide, h: exampleSide}, photo)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, limit(photo, at.w, at.h),
		&jpeg.Options{Quality: exampleQuality}); err != nil {
		return "", err
	}
	return dataURI("image/jpeg", b.Bytes()), nil
}
