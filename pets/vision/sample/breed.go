package sample

import "gopets/pets/vision/sample/paint"

// breed is one row of the table of cats and dogs; lengths are in head radii.
type breed struct {
	name string
	cat  bool

	wide, jaw  float64 // of the skull and the cheeks; 1 is a circle
	dome       float64 // how much higher than 1 the skull is
	ear        earShape
	earLong    float64
	earAt      float64 // angle of the ear's root from the top, radians
	muzzle     float64 // length: 0 flat, 1 long
	muzzleWide float64
	flews      float64 // hanging lips, 0 to 1
	wrinkle    float64 // folds on the brow and beside the nose, 0 to 1
	eyeSize    float64
	eyeApart   float64
	eyeShape   paint.Eye // Open, Slant, Ring, Pupil; colours come from the coat
	noseSize   float64

	fur    float64 // length of the tufts: 0 is naked
	face   float64 // length of the tufts on the head; 0 is as on the body
	curl   float64 // curly or wavy hair, 0 to 1
	ruff   float64 // a mane around the neck, 0 to 1
	beard  float64 // 0 to 1
	fringe float64 // hair over the brow, 0 to 1
	cheeks float64 // whiskers of fur beside the jaw, 0 to 1
	bow    bool    // ribbons are tied into the forelock

	size  float64 // of the body against the head; 1 is a cat's
	stout float64 // width
	leg   float64 // length of the legs; 1 is usual
	tail  tailShape

	coats []coat // the first is by far the most frequent
}

type coat struct {
	base, mark paint.RGB
	pattern    pattern
	faceless   bool // the pattern stays off the face

	belly, ears, inner *paint.RGB
	mask               *paint.RGB // the middle of the face
	maskSize           float64    // 1 reaches to the eyes
	snout              *paint.RGB
	cap                *paint.RGB // both sides of the skull, around the eyes and the ears
	saddle             *paint.RGB // back and flanks
	mane               *paint.RGB
	limb               *paint.RGB // legs and tail: points, fading upwards
	sock               *paint.RGB // feet
	sockHigh           float64    // 0 to 1, where the sock ends
	tip                *paint.RGB // end of the tail
	bib                *paint.RGB // throat and chest
	blaze              float64    // width of the white stripe between the eyes
	blazeTint          *paint.RGB // nil: white
	brows              *paint.RGB // two dots above the eyes
	lines              *paint.RGB // a tabby's M and cheek lines
	goggles            *paint.RGB // light or dark rims around the eyes

	eye, nose, rim paint.RGB
}

// pattern returns the markings of one animal, by its seed, in head radii.
type pattern func(seed float64) paint.Field

func hex(v uint32) *paint.RGB {
	c := paint.Hex(v)
	return &c
}

func or(c *paint.RGB, d paint.RGB) paint.RGB {
	if c == nil {
		return d
	}
	return *c
}

var white = hex(0xe9e4da)

func mackerel(seed float64) paint.Field { return paint.Stripes(3.4, 0.34, seed) }

func rosettes(seed float64) paint.Field { return paint.Rosettes(3.6, 0.34, seed) }

func spots(seed float64) paint.Field { return paint.Spots(4.6, 0.3, seed) }

func ticked(seed float64) paint.Field {
	return paint.Field(paint.Speckles(26, 0.6,
		seed)).Turned(0.5).Plus(paint.Field(paint.Speckles(11, 0.3, seed)).Turned(1.1))
}

func patches(fraction float64) pattern {
	return func(seed float64) paint.Field { return paint.Patches(0.95, fraction, seed) }
}

func brindle(seed float64) paint.Field {
	return paint.Field(paint.Stripes(6.5, 0.26, seed)).Turned(0.5).Times(0.75)
}

func grizzled(seed float64) paint.Field {
	return paint.Field(paint.Speckles(9, 0.45, seed)).Turned(0.7).Plus(paint.Field(paint.Speckles(3,
		0.35, seed)).Turned(0.3))
}

func flecks(seed float64) paint.Field {
	return func(x, y float64) float64 {
		n := 0.65*paint.Noise(x*8+seed, y*8) + 0.35*paint.Noise(x*17+seed, y*15) +
			0.3*(paint.Noise(x*1.3+seed, y*1.3)-0.5)
		return min(1, max(0, (n-0.6)*14))
	}
}

func roan(fraction float64) pattern {
	return func(seed float64) paint.Field {
		return paint.Field(flecks(seed)).Turned(0.4).Plus(paint.Patches(0.9, fraction, seed))
	}
}
