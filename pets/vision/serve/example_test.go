package serve_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/serve"
)

// colours stands for a learner: it distinguishes red images from green ones. A *train.Learner from
// train.LoadLearner takes its place as it is.
type colours struct{}

func (colours) Predict(ctx context.Context, batch []*images.RGB) ([][]float32, error) {
	rows := make([][]float32, len(batch))
	for i, p := range batch {
		sums := [3]float32{}
		for at, v := range p.Pix {
			sums[at%3] += float32(v) + 1
		}
		rows[i] = []float32{sums[0] / (sums[0] + sums[1]), sums[1] / (sums[0] + sums[1])}
	}
	return rows, nil
}

// plain is an image of one colour, as PNG.
func plain(w, h int, c color.Color) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	var data bytes.Buffer
	if err := png.Encode(&data, img); err != nil {
		panic(err)
	}
	return data.Bytes()
}

// A service as part of another program: the server is an http.Handler.
func Example() {
	s, err := serve.New(colours{}, []string{"red", "green"}, serve.Options{Model: "colours",
		MaxPixels: 10_000})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	service := httptest.NewServer(s)
	defer service.Close()

	ask := func(img []byte) {
		answer, err := http.Post(service.URL+"/predict", "image/png", bytes.NewReader(img))
		if err != nil {
			log.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%d %s", answer.StatusCode, text)
	}
	ask(plain(30, 20, color.RGBA{R: 254, A: 255}))
	ask(plain(300, 200, color.Black))
	// Output:
	// 200 {"class":"red","probability":0.99609375,"top":[{"class":"red","probability":0.99609375},{"class":"green","probability":0.00390625}],"image":{"format":"png","width":30,"height":20},"model":"colours"}
	// 413 {"error":{"code":"too_many_pixels","message":"The image has 300 × 200 pixels, more than 0.01 million. Send a smaller one."}}
}
