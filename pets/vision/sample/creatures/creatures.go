// Package creatures draws animals that are none of the 37 breeds, to pretrain networks on.
//
//	r := rand.New(rand.NewPCG(seed, number))
//	img := creatures.Draw(class, r) // 128×128; its name is creatures.Classes()[class]
//
// The classes come in families that differ in one or two things, so that a network has to look at
// those. Only package paint is shared with package sample. [Draw] takes 1 to 1.5 ms.
package creatures

import (
	"image"
	"math/rand/v2"
	"sync"

	"gopets/pets/vision/sample/paint"
)

// Side is the width and height of what [Draw] returns, in pixels.
const Side = 128

// creature is a class; paint.Canvas's unit is the image's height, w its width.
type creature struct {
	name string
	draw func(c *paint.Canvas, r paint.Rand, w float64, s paint.Scene)
}

func all() []creature {
	var list []creature
	for _, b := range beasts() {
		list = append(list, creature{b.name, b.draw})
	}
	for _, b := range birds() {
		list = append(list, creature{b.name, b.draw})
	}
	for _, f := range fishes() {
		list = append(list, creature{f.name, f.draw})
	}
	for _, b := range bugs() {
		list = append(list, creature{b.name, b.draw})
	}
	for _, k := range kinds() {
		list = append(list, creature{k.name, k.draw})
	}
	return list
}

var table = sync.OnceValue(all)

// Classes returns the names of the creatures, in the order of their numbers.
func Classes() []string {
	var names []string
	for _, c := range table() {
		names = append(names, c.name)
	}
	return names
}

// DrawFine is [Draw] at twice the size, averaged, with finer detail.
func DrawFine(class int, r *rand.Rand) *image.RGBA {
	large := drawSize(class, 2*Side, 2*Side, r)
	img := image.NewRGBA(image.Rect(0, 0, Side, Side))
	for y := range Side {
		above, below := large.Pix[2*y*large.Stride:], large.Pix[(2*y+1)*large.Stride:]
		for i := range 4 * Side {
			k := i/4*8 + i%4
			sum := int(above[k]) + int(above[k+4]) + int(below[k]) + int(below[k+4])
			img.Pix[y*img.Stride+i] = uint8((sum + 2) / 4)
		}
	}
	return img
}

// Draw returns a Side×Side image of a creature, the same for the same stream. It panics if class is
// not an index of Classes().
func Draw(class int, r *rand.Rand) *image.RGBA { return drawSize(class, Side, Side, r) }

func drawSize(class, w, h int, r *rand.Rand) *image.RGBA {
	one := table()[class]
	rnd := paint.Rand{Rand: r}
	c := paint.NewCanvas(w, h)
	s := c.Backdrop(rnd)
	c.At(paint.Scale(float64(h), float64(h)), func() { one.draw(c, rnd, float64(w)/float64(h), s) })
	if rnd.Chance(0.7) {
		s.Front(c)
	}
	c.Develop(rnd, s.Sun, rnd.Range(0.82, 1.12), rnd.Range(0.85, 1.15), rnd.Range(1, 9))
	return c.Image()
}
