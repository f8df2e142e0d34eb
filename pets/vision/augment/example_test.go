package augment_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset/images"
)

// A training image: everything random is drawn first, and can be kept; then one pass makes the
// network's input.
func Example() {
	img := images.New(500, 375) // or images.DecodeFile, or an images.Cache
	c, size := augment.Config(spec.DefaultTransforms()), spec.Square(224)
	// one stream an image: the result does not depend on the number of workers
	const seed, index = 42, 7
	params := c.Draw(rand.New(rand.NewPCG(seed, index)))
	input := make([]float32, size.H*size.W*3)
	if err := c.Apply(input, img, size, params); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(input), params.Degrees > -10 && params.Degrees < 10)
	// Output: 150528 true
}

// Validation images are resized and cropped at the centre.
func ExampleConfig_Valid() {
	img := images.New(3, 2)
	copy(img.Pix[3:], []uint8{255, 51, 0}) // the second pixel
	input := make([]float32, 2*2*3)
	var c augment.Config
	if err := c.Apply(input, img, spec.Square(2), c.Valid()); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n", input[:6])
	// Output: [1.0 0.2 0.0 0.0 0.0 0.0]
}
