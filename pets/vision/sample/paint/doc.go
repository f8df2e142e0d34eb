// Package paint draws soft, furry images by code: anti-aliased shapes with coats, light and
// shadow, eyes, backdrops and the noise of a camera. It is the brush of packages sample (cats and
// dogs) and creatures (everything else), and knows no animal itself.
//
// A [Canvas] has a transform (units of its own for a head, a body) and a clip: [Canvas.Within]
// draws inside a shape, which is how a coat's pattern, its markings and its shading stay on the
// animal.
//
//	c := paint.NewCanvas(320, 240)
//	c.At(paint.Move(160, 120).Mul(paint.Scale(80, 80)), func() { // from here a unit is 80 pixels
//		c.Within(paint.Ellipse(0, 0, 1, 0.9), func() {
//			c.Flood(paint.Coat(orange, brown, paint.Stripes(9, 0.4, 0)))
//			c.Light(0, 0, 1, 0.9, scene.Sun, 0.2, 7) // as a ball, with fur
//		})
//	})
//
// Everything random comes from a [Rand], thus from its seed. The same seed gives the same bytes on
// every run of one architecture; elsewhere (a compiler that fuses multiplications and additions)
// single values may differ by one step of 255. Vertices are rounded to 1/64 pixel and rasterised in
// integers, so that no outline moves.
//
// # Tried and left
//
//   - Backdrops at full size: four times the time of the animal, and sharper than a camera would
//     show them.
//   - Fur as strokes alone: thousands of them for a coat, and flat at 128 pixels.
package paint
