// Package paint draws soft, furry images: anti-aliased shapes with coats, light, eyes, backdrops,
// noise. A [Canvas] has a transform and a clip: [Canvas.Within] draws inside a shape.
//
//	c := paint.NewCanvas(320, 240)
//	c.At(paint.Move(160, 120).Mul(paint.Scale(80, 80)), func() { // from here a unit is 80 pixels
//		c.Within(paint.Ellipse(0, 0, 1, 0.9), func() {
//			c.Flood(paint.Coat(orange, brown, paint.Stripes(9, 0.4, 0)))
//			c.Light(0, 0, 1, 0.9, scene.Sun, 0.2, 7) // as a ball, with fur
//		})
//	})
//
// The same seed makes the same bytes on one architecture; elsewhere values may differ by one. Tried
// and left: backdrops at full size (four times the time); fur as strokes alone (flat).
package paint
