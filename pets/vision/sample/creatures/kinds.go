package creatures

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gopets/pets/vision/sample/paint"
)

const (
	litters  = 60
	owned    = 100 // more litters, whose members are clipped or dressed in some images
	siblings = 4
)

type coat struct {
	base, belly, mark, ear, snout paint.RGB
	pattern                       func(seed float64) paint.Field
	face                          func(c *paint.Canvas, b *beast)
	bib, sock, saddle, cap        *paint.RGB
	iris                          paint.RGB
	often                         float64
}

// kinds are random combinations of the beasts' traits. A litter's members differ in two, and each
// has up to three coats, so that a network has to learn form as well as colour.
func kinds() []beast {
	traits := []func(*beast, paint.Rand){skull, ears, nose, hair, hair, eyes, coats, build}
	var list []beast
	for litter := range litters + owned {
		r := paint.Rand{Rand: rand.New(rand.NewPCG(0x6b696e64, uint64(litter)))}
		var first beast
		for _, t := range traits {
			t(&first, r)
		}
		for i := range siblings {
			b := first
			if i > 0 {
				for _, t := range r.Perm(len(traits))[:2] {
					traits[t](&b, r)
				}
			}
			b.name = fmt.Sprintf("kind_%d%c", litter, 'a'+i)
			b.owned = litter >= litters
			list = append(list, b.whole())
		}
	}
	return list
}

func skull(b *beast, r paint.Rand) {
	b.near = 0.42
	b.wide, b.jaw = r.Range(0.78, 1.2), r.Range(0.72, 1.2)
}

func ears(b *beast, r paint.Rand) {
	b.ear = []ear{rounded, upright, lop, leaf, tip, tip, fan, flap, flap, fold}[r.IntN(10)]
	b.earAt = r.Range(0.4, 1.05)
	switch b.ear {
	case rounded:
		b.earLong = r.Range(0.3, 0.8)
	case upright, lop:
		b.earLong = r.Range(0.8, 1.6)
	case flap:
		b.earLong, b.earAt = r.Range(0.6, 1.7), r.Range(0.8, 1.2)
	default:
		b.earLong = r.Range(0.4, 1.1)
	}
}

func nose(b *beast, r paint.Rand) {
	b.snout = []snout{bulb, bulb, bulb, button, pointed, broad, flat}[r.IntN(7)]
	b.snoutSize = r.Range(0.6, 1.3)
	b.nose = r.Pick(hex(0x2b2022), hex(0x2b2022), hex(0x6b4236), hex(0xcf8b85))
}

func hair(b *beast, r paint.Rand) {
	b.fur, b.ruff, b.locks, b.tufts, b.beardLong = r.Range(0.01, 0.09), 0, 0, 0, 0
	if r.Chance(0.55) {
		b.fur = r.Range(0.09, 0.21)
		if r.Chance(0.5) {
			b.ruff = r.Range(0.3, 1)
		}
		if r.Chance(0.4) {
			b.tufts = r.Range(0.3, 1)
		}
	}
	if r.Chance(0.2) {
		b.locks = r.Range(0.4, 1)
	}
	if r.Chance(0.2) {
		b.beardLong = r.Range(0.3, 1)
	}
}

func eyes(b *beast, r paint.Rand) {
	b.eyeSize, b.eyeApart, b.eyeUp = r.Range(0.13, 0.26), r.Range(0.34, 0.54), r.Range(-0.2, 0.02)
	b.eye = paint.Eye{Pupil: []paint.Pupil{paint.Full, paint.Full, paint.Round, paint.Slit,
		paint.Bar}[r.IntN(5)],
		Open: r.Range(0.62, 1), Slant: r.Range(-0.28, 0.32), Ring: max(0, r.Range(-0.8, 0.6))}
}

func build(b *beast, r paint.Rand) {
	b.stout = r.Range(0.78, 1.35)
	b.tail = []tail{stub, bushy, ringed, thin, curl, tuft, paddle}[r.IntN(7)]
}

func coats(b *beast, r paint.Rand) {
	b.coats = nil
	for _, often := range [][]float64{{1}, {0.7, 0.3}, {0.5, 0.3, 0.2}}[r.IntN(3)] {
		b.coats = append(b.coats, newCoat(r, often))
	}
}

func newCoat(r paint.Rand, often float64) coat {
	k := coat{often: often, base: fur(r), iris: r.Pick(hex(0x3c2416), hex(0x3c2416), hex(0x7d5a2b),
		hex(0xd79a32), hex(0x7fa04a), hex(0x4f86b8))}
	k.belly, k.mark, k.ear, k.snout = k.base.Mix(hex(0xf3ebdf), r.Range(0, 0.8)),
		k.base.Darker(r.Range(0.1, 0.75)), k.base, k.base
	if r.Chance(0.4) {
		k.mark = fur(r)
	}
	if r.Chance(0.4) {
		k.ear = k.mark
	}
	if r.Chance(0.55) {
		k.snout = r.Pick(k.belly, k.belly, k.mark, hex(0xeee6da))
	}
	patterns := []func(float64) paint.Field{nil, nil, spots(r.Range(2.4, 5.5), r.Range(0.2, 0.45)),
		rings(r.Range(2.5, 4), r.Range(0.28, 0.4)),
		stripes(r.Range(2, 6), r.Range(0.2, 0.5), r.Range(0, 1.6)),
		patches(r.Range(0.8, 2.2), r.Range(0.3, 0.5)), speckles(r.Range(4, 16), r.Range(0.3, 0.9))}
	k.pattern = patterns[r.IntN(len(patterns))]
	faces := []func(*paint.Canvas, *beast){nil, nil, darkEyes, paleCheeks, banditMask, twoStripes,
		browStripe, blaze, darkFace, paleFace, browDots, dottedCheeks, fringe, halfMask}
	k.face = faces[r.IntN(len(faces))]
	some := func(p float64) *paint.RGB {
		if !r.Chance(p) {
			return nil
		}
		tint := r.Pick(k.belly, k.mark, hex(0xeee6da))
		return &tint
	}
	k.bib, k.sock, k.saddle, k.cap = some(0.35), some(0.35), some(0.25), some(0.25)
	return k
}

func fur(r paint.Rand) paint.RGB {
	hue, saturation, value := r.Range(14, 42), r.Range(0.1, 0.75), r.Range(0.18, 0.95)
	switch k := r.Float64(); {
	case k < 0.3:
		hue, saturation = r.Range(0, 360), r.Range(0, 0.1)
	case k < 0.36:
		hue = r.Range(0, 360)
	}
	part := func(n float64) float64 {
		at := math.Mod(n+hue/60, 6)
		return 255 * value * (1 - saturation*max(0, min(at, 4-at, 1)))
	}
	return paint.RGB{R: part(5), G: part(3), B: part(1)}
}

func (b beast) inCoat(r paint.Rand) beast {
	if len(b.coats) == 0 {
		return b
	}
	k, at := b.coats[0], r.Float64()
	for _, k = range b.coats {
		if at -= k.often; at < 0 {
			break
		}
	}
	b.coat, b.belly, b.mark, b.earTint, b.snoutTint = k.base, k.belly, k.mark, &k.ear, k.snout
	b.earIn = k.ear.Mix(hex(0xd49a90), 0.5)
	b.pattern, b.face, b.bib, b.sock, b.saddle, b.cap = k.pattern, k.face, k.bib, k.sock, k.saddle,
		k.cap
	b.eye.Iris, b.eye.Rim = k.iris, k.base.Darker(0.7)
	b.panting, b.collared = r.Chance(0.25), r.Chance(0.3)
	return b
}
