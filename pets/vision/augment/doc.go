// Package augment is fastai v1's get_transforms: random perspective, rotation, zoom, light,
// mirroring and crop of training images, and the resize and centre crop of validation images. A
// newcomer needs three calls:
//
//	c := augment.Config(spec.DefaultTransforms())         // fastai's; Config{} for none
//	params := c.Draw(rand.New(rand.NewPCG(seed, index)))  // everything random about one image
//	err := c.Apply(dst, img, spec.Square(224), params)    // H·W·3 values in [0,1]
//
// All geometry is one matrix and one bilinear sampling from the photo to the network's input;
// light is a table lookup per value (geometry.go, sample.go, light.go). [OnDevice] is the
// same as graph operations, for a GPU with the whole data set in its memory. The formulas are
// fastai's (reference §4.2), to 2e-6 of its own numbers; the random streams are ours: only the
// distributions are fastai's.
//
// # Tried and left
//
//   - Light by math.Log and math.Exp for every value: see light.go; the table is six times as fast
//     (BenchmarkLight).
//
// Not taken, by reasoning: coordinates in float32 (500 pixels leave 3e-5 of a pixel, fifteen times
// the tolerance at an edge), and a warp into the whole resized image with a crop afterwards (a
// third more pixels for nothing).
package augment
