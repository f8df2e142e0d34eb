// Package augment is fastai v1's get_transforms: random perspective, rotation, zoom, light,
// mirroring and crop of training images, resize and centre crop of validation images.
//
//	c := augment.Config(spec.DefaultTransforms())         // fastai's; Config{} for none
//	params := c.Draw(rand.New(rand.NewPCG(seed, index)))  // everything random about one image
//	err := c.Apply(dst, img, spec.Square(224), params)    // H·W·3 values in [0,1]
//
// All geometry is one matrix and one bilinear sampling; light is a table. [OnDevice] is the same as
// graph operations. Formulas are fastai's (§4.2), to 2e-6; the random streams are ours.
//
// # Tried and dropped
//
//   - math.Log and math.Exp for light: six times slower than the table (BenchmarkLight).
//   - Coordinates in float32: off by 3e-5 of a pixel after 500, too much at an edge.
package augment
