package augment_test

import (
	"fmt"
	"log"
	"math/rand/v2"

	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset/images"
)

// A training picture: everything random is drawn first, and can be kept; then one pass makes the
// network's input.
func Example() {
	picture := images.New(500, 375) // or images.DecodeFile, or a images.Cache
	c, size := augment.Default(), augment.Square(224)
	if err := c.Check(); err != nil {
		log.Fatal(err)
	}
	// one stream a picture: the result does not depend on the number of workers
	const seed, index = 42, 7
	params := c.Draw(rand.New(rand.NewPCG(seed, index)))
	input := make([]float32, size.H*size.W*3)
	if err := c.Apply(input, picture, size, params); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(input), params.Degrees > -10 && params.Degrees < 10)
	// Output: 150528 true
}

// Validation pictures are resized and cropped at the centre.
func ExampleConfig_Valid() {
	picture := images.New(3, 2)
	copy(picture.Pix[3:], []uint8{255, 51, 0}) // the second pixel
	input := make([]float32, 2*2*3)
	c := augment.None()
	if err := c.Apply(input, picture, augment.Square(2), c.Valid()); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n", input[:6])
	// Output: [1.0 0.2 0.0 0.0 0.0 0.0]
}

// What cannot work says so before an hour of training.
func ExampleConfig_Check() {
	fmt.Println(augment.Config{MaxZoom: 0.5}.Check())
	// Output: transforms: MaxZoom is 0.5: wanted a magnification from 1 to 10, as 1.1
}
