package creatures

import (
	"math"

	"gopets/pets/vision/sample/paint"
)

var hex = paint.Hex

func spots(freq, radius float64) func(float64) paint.Field {
	return func(seed float64) paint.Field { return paint.Spots(freq, radius, seed) }
}
func rings(freq, radius float64) func(float64) paint.Field {
	return func(seed float64) paint.Field { return paint.Rosettes(freq, radius, seed) }
}
func stripes(freq, fraction, angle float64) func(float64) paint.Field {
	return func(seed float64) paint.Field {
		return paint.Field(paint.Stripes(freq, fraction,
			seed)).Turned(angle)
	}
}
func patches(freq, fraction float64) func(float64) paint.Field {
	return func(seed float64) paint.Field { return paint.Patches(freq, fraction, seed) }
}
func speckles(freq, strength float64) func(float64) paint.Field {
	return func(seed float64) paint.Field { return paint.Speckles(freq, strength, seed) }
}

func beasts() []beast {
	list := []beast{
		// Bears: round ears, a bulb of a snout.
		{name: "brown_bear", coat: hex(0x7d5433), belly: hex(0x8c6440), ear: rounded, earAt: 0.75,
			earLong: 0.55, fur: 0.1, snoutTint: hex(0xb08a60), stout: 1.15},
		{name: "polar_bear", coat: hex(0xefe9da), belly: hex(0xf7f3ea), ear: rounded, earAt: 0.8,
			earLong: 0.42, fur: 0.08, snoutTint: hex(0xe9e0cd), snoutSize: 1.15, wide: 0.94,
			stout: 1.15},
		{name: "sun_bear", coat: hex(0x2b2523), belly: hex(0x332c29), ear: rounded, earAt: 0.9,
			earLong: 0.4, fur: 0.04, snoutTint: hex(0xc79a5d), face: crescentChin},
		{name: "panda", coat: hex(0xf2efe8), belly: hex(0x2a2728), mark: hex(0x252223),
			earIn: hex(0x252223), ear: rounded, earAt: 0.72, earLong: 0.5, fur: 0.07,
			face: darkEyes, wide: 1.12, stout: 1.2},
		{name: "red_panda", coat: hex(0xb5562a), belly: hex(0x3a211a), mark: hex(0x7a3118),
			ear: tip, earAt: 0.75, earLong: 0.6, earIn: hex(0xf1e6d6), fur: 0.1, face: paleCheeks,
			tail: ringed, wide: 1.1, snoutTint: hex(0xf3e9dc), snoutSize: 0.75},
		{name: "koala", coat: hex(0x9a989b), belly: hex(0xdedad6), ear: fan, earAt: 1.05,
			earLong: 0.85, earIn: hex(0xe6d7d6), fur: 0.11, snout: bulb, snoutSize: 0.6,
			snoutTint: hex(0xa5a3a6), face: longNose, nose: hex(0x3a3436)},
		// Rabbits: a button of a nose, long ears.
		{name: "grey_rabbit", coat: hex(0x938b82), belly: hex(0xd9d2c8), mark: hex(0x5e564f),
			pattern: speckles(16, 0.6), ear: upright, earAt: 0.32, earLong: 1.25, snout: button,
			eyeApart: 0.5, eye: paint.Eye{Iris: hex(0x4a2c17), Pupil: paint.Full}},
		{name: "lop_rabbit", coat: hex(0xc89a68), belly: hex(0xf0e3cf), ear: lop, earAt: 0.85,
			earLong: 1.25, snout: button, eyeApart: 0.5, fur: 0.06,
			eye: paint.Eye{Iris: hex(0x4a2c17), Pupil: paint.Full}},
		{name: "white_rabbit", coat: hex(0xf4f1ee), belly: hex(0xfaf8f6), ear: upright, earAt: 0.3,
			earLong: 1.15, earIn: hex(0xefb9b5), snout: button, eyeApart: 0.5, nose: hex(0xe58f93),
			eye: paint.Eye{Iris: hex(0xd2485c), Rim: hex(0xe7a9a8)}},
		{name: "dutch_rabbit", coat: hex(0x34302f), belly: hex(0xf3efe9), mark: hex(0xf3efe9),
			ear: upright, earAt: 0.34, earLong: 1.0, snout: button, eyeApart: 0.52, face: blaze,
			eye: paint.Eye{Iris: hex(0x3a2413), Pupil: paint.Full}},
		{name: "angora_rabbit", coat: hex(0xd8cfc4), belly: hex(0xefe8df), ear: upright,
			earAt: 0.45, earLong: 0.8, snout: button, fur: 0.2, wide: 1.15, stout: 1.3,
			eye: paint.Eye{Iris: hex(0x5a7fa8)}},
		{name: "hare", coat: hex(0xb4803f), belly: hex(0xe9dcc3), mark: hex(0x4e3419),
			pattern: speckles(12, 0.8), ear: upright, earAt: 0.2, earLong: 1.6,
			earIn: hex(0x6b4a2a), snout: button, wide: 0.82, stout: 0.85, eyeApart: 0.46,
			eye: paint.Eye{Iris: hex(0xc88a2c)}},
		// Foxes and masked ones: pointed snouts.
		{name: "red_fox", coat: hex(0xc8622a), belly: hex(0xf4ebe0), mark: hex(0x2d1d17), ear: tip,
			earAt: 0.62, earLong: 0.85, earIn: hex(0x3a2620), snout: pointed, fur: 0.07,
			face: paleCheeks, tail: bushy, snoutTint: hex(0xf4ebe0), wide: 1.05, jaw: 0.75,
			stout: 0.85, eye: paint.Eye{Iris: hex(0xc98a24), Pupil: paint.Slit, Open: 0.7,
				Slant: 0.2}},
		{name: "arctic_fox", coat: hex(0xe9eaec), belly: hex(0xf6f6f6), ear: tip, earAt: 0.8,
			earLong: 0.5, earIn: hex(0xcfc4c0), snout: pointed, snoutSize: 0.8, fur: 0.14,
			tail: bushy, snoutTint: hex(0xf6f6f6), wide: 1.12, eye: paint.Eye{Iris: hex(0x8a6a2c),
				Open: 0.8}},
		{name: "fennec", coat: hex(0xe3bd8a), belly: hex(0xf8ecd8), ear: tip, earAt: 0.72,
			earLong: 1.35, earIn: hex(0xf0d6c0), snout: pointed, snoutSize: 0.75,
			snoutTint: hex(0xf8ecd8), tail: bushy, jaw: 0.75, stout: 0.8, eyeSize: 0.23,
			eye: paint.Eye{Iris: hex(0x3a2313), Pupil: paint.Full}},
		{name: "raccoon", coat: hex(0x8b857d), belly: hex(0xb9b2a8), mark: hex(0x2e2a28),
			ear: rounded, earAt: 0.7, earLong: 0.5, earIn: hex(0xd9d4cc), snout: pointed,
			snoutSize: 0.85, snoutTint: hex(0xe9e5de), fur: 0.1, face: banditMask, tail: ringed,
			wide: 1.12},
		{name: "badger", coat: hex(0x6e6c6b), belly: hex(0x2b2929), mark: hex(0x242222),
			ear: rounded, earAt: 0.95, earLong: 0.34, earIn: hex(0xe6e2dd), snout: pointed,
			snoutTint: hex(0xe9e6e1), face: twoStripes, wide: 0.9, fur: 0.06, stout: 1.15},
		{name: "skunk", coat: hex(0x262325), belly: hex(0x2e2b2d), mark: hex(0xf2f0ec),
			ear: rounded, earAt: 0.9, earLong: 0.36, snout: pointed, snoutSize: 0.8,
			snoutTint: hex(0x2f2c2e), face: browStripe, tail: bushy, fur: 0.09, wide: 0.92},
		{name: "hyena", coat: hex(0xb7a27c), belly: hex(0x8a7757), mark: hex(0x3f3226),
			pattern: spots(4.2, 0.3), ear: rounded, earAt: 0.7, earLong: 0.62, snout: bulb,
			snoutSize: 1.15, snoutTint: hex(0x4c3d30), fur: 0.05, tail: tuft},
		// Pigs: a disc.
		{name: "pink_pig", coat: hex(0xeab0a6), belly: hex(0xf3c4ba), ear: leaf, earAt: 0.75,
			earLong: 0.65, earIn: hex(0xe0958c), snout: disc, snoutTint: hex(0xe59a92), tail: curl,
			stout: 1.25, eyeSize: 0.13},
		{name: "spotted_pig", coat: hex(0xe9c3b2), belly: hex(0xeec9ba), mark: hex(0x3b3134),
			pattern: patches(1.3, 0.42), ear: leaf, earAt: 0.75, earLong: 0.75,
			earIn: hex(0xd99f93), snout: disc, snoutTint: hex(0xdf9f94), tail: curl, stout: 1.25,
			eyeSize: 0.13},
		{name: "boar", coat: hex(0x57483c), belly: hex(0x6b5a4b), ear: tip, earAt: 0.7,
			earLong: 0.6, snout: disc, snoutSize: 1.1, snoutTint: hex(0x8a6f62), fur: 0.13,
			face: tusks, wide: 0.86, eyeSize: 0.12},
		{name: "piglet", coat: hex(0xa9743f), belly: hex(0xd1a36b), mark: hex(0xe8cf9c),
			pattern: stripes(2.6, 0.4, 0.2), ear: leaf, earAt: 0.6, earLong: 0.55, snout: disc,
			snoutSize: 0.85, snoutTint: hex(0xa97a68), fur: 0.05, wide: 0.9, eyeSize: 0.17},
		// Mice and others.
		{name: "mouse", coat: hex(0x8f8b8b), belly: hex(0xd8d2ce), ear: rounded, earAt: 0.75,
			earLong: 0.95, earIn: hex(0xe3a9a2), snout: button, snoutSize: 0.8, nose: hex(0xd98f8c),
			tail: thin, jaw: 0.72, stout: 0.85, eyeSize: 0.18, eye: paint.Eye{Iris: hex(0x221510),
				Pupil: paint.Full}},
		{name: "hamster", coat: hex(0xd79a4f), belly: hex(0xf8efe2), ear: rounded, earAt: 0.8,
			earLong: 0.42, earIn: hex(0xd9a59a), snout: button, nose: hex(0xd98f8c), wide: 1.2,
			jaw: 1.2, stout: 1.3, fur: 0.05, face: paleCheeks, eye: paint.Eye{Iris: hex(0x221510),
				Pupil: paint.Full}},
		{name: "dormouse", coat: hex(0xa98460), belly: hex(0xf3e7d6), mark: hex(0x2a211d),
			ear: rounded, earAt: 0.85, earLong: 0.62, earIn: hex(0xd9a59a), snout: button,
			face: banditMask, tail: bushy, eyeSize: 0.24, eye: paint.Eye{Iris: hex(0x221510),
				Pupil: paint.Full}},
		{name: "chinchilla", coat: hex(0xa9afb8), belly: hex(0xe8e9ec), mark: hex(0x5e646e),
			pattern: speckles(10, 0.7), ear: fan, earAt: 0.7, earLong: 0.72, earIn: hex(0xc9a9a6),
			snout: button, fur: 0.11, tail: bushy, eye: paint.Eye{Iris: hex(0x221510),
				Pupil: paint.Full}},
		{name: "squirrel", coat: hex(0xa34f22), belly: hex(0xf3e6d4), ear: tip, earAt: 0.5,
			earLong: 0.75, fur: 0.06, snout: button, snoutTint: hex(0xf3e6d4), tail: bushy,
			jaw: 0.85, stout: 0.9, eye: paint.Eye{Iris: hex(0x2a1810), Pupil: paint.Full,
				Rim: hex(0xf0dcc2)}},
		{name: "hedgehog", coat: hex(0xcdb08b), belly: hex(0xe4cfae), mark: hex(0x5b4430),
			ear: rounded, earAt: 1.05, earLong: 0.34, snout: pointed, snoutSize: 0.8,
			snoutTint: hex(0xd9bd97), crown: quills, jaw: 0.75, stout: 1.1, eyeSize: 0.15,
			eye: paint.Eye{Iris: hex(0x221510), Pupil: paint.Full}},
		{name: "otter", coat: hex(0x6b4c36), belly: hex(0xc7a884), ear: rounded, earAt: 1.15,
			earLong: 0.3, snout: bulb, snoutSize: 1.05, snoutTint: hex(0xd0b392), fur: 0.03,
			wide: 1.15, tail: paddle, eyeSize: 0.13},
		{name: "beaver", coat: hex(0x7d5a3a), belly: hex(0x8f6c4a), mark: hex(0x3c332e),
			ear: rounded, earAt: 1.05, earLong: 0.32, snout: bulb, snoutSize: 1.0,
			snoutTint: hex(0x9b7753), fur: 0.08, face: bigTeeth, tail: paddle, stout: 1.25,
			eyeSize: 0.13},
		// Hoofed ones.
		{name: "fawn", coat: hex(0xb97a45), belly: hex(0xeedcc2), mark: hex(0xf4e9d6),
			pattern: spots(4.2, 0.2), ear: leaf, earAt: 0.95, earLong: 0.85, earIn: hex(0xe3c3ae),
			snout: bulb, snoutSize: 0.8, snoutTint: hex(0xe9d9c2), wide: 0.82, jaw: 0.8, stout: 0.8,
			eyeSize: 0.23, eye: paint.Eye{Iris: hex(0x2f1b10), Pupil: paint.Full}},
		{name: "stag", coat: hex(0x8f623c), belly: hex(0xcbb08c), ear: leaf, earAt: 1.1,
			earLong: 0.75, earIn: hex(0xd9bfa8), snout: bulb, snoutSize: 0.9,
			snoutTint: hex(0x5f4535), crown: antlers, wide: 0.8, jaw: 0.85, stout: 0.9,
			eyeSize: 0.17},
		{name: "moose", coat: hex(0x4f3d31), belly: hex(0x6b5647), ear: leaf, earAt: 1.0,
			earLong: 0.65, snout: broad, snoutSize: 0.95, snoutTint: hex(0x7d6858), crown: shovels,
			wide: 0.78, fur: 0.05, eyeSize: 0.14},
		{name: "sheep", coat: hex(0xefe9dc), belly: hex(0x3a3432), ear: leaf, earAt: 1.3,
			earLong: 0.6, earIn: hex(0x5b4c48), mark: hex(0x38312f), pattern: nil, fur: 0.16,
			face: darkFace, snout: broad, snoutSize: 0.55, snoutTint: hex(0x453c39), stout: 1.3,
			eye: paint.Eye{Iris: hex(0xc8a24a), Pupil: paint.Bar}},
		{name: "ram", coat: hex(0xd9c9ac), belly: hex(0xbba988), ear: leaf, earAt: 1.35,
			earLong: 0.4, fur: 0.12, snout: broad, snoutSize: 0.6, snoutTint: hex(0xc9b696),
			crown: curledHorns, wide: 0.85, stout: 1.2, eye: paint.Eye{Iris: hex(0xc8a24a),
				Pupil: paint.Bar}},
		{name: "goat", coat: hex(0xe8e3da), belly: hex(0xd8d1c5), mark: hex(0x6b4a35),
			pattern: patches(1.1, 0.45), ear: leaf, earAt: 1.2, earLong: 0.7, snout: broad,
			snoutSize: 0.55, snoutTint: hex(0xe3d3c3), crown: straightHorns, face: beard,
			wide: 0.78, jaw: 0.8, eye: paint.Eye{Iris: hex(0xd2a83c), Pupil: paint.Bar, Open: 0.8}},
		{name: "cow", coat: hex(0xf1ece4), belly: hex(0xe9d6c6), mark: hex(0x2c2625),
			pattern: patches(0.9, 0.5), ear: leaf, earAt: 1.15, earLong: 0.65, earIn: hex(0xe0b3a5),
			snout: broad, snoutTint: hex(0xe5b1a3), nose: hex(0x6b443d), tail: tuft, wide: 0.9,
			stout: 1.2, eyeSize: 0.16},
		{name: "highland_cow", coat: hex(0xb86a2e), belly: hex(0xc97d3f), mark: hex(0x9a5220),
			ear: leaf, earAt: 1.2, earLong: 0.55, snout: broad, snoutSize: 0.85,
			snoutTint: hex(0xd9a18a), crown: wideHorns, face: fringe, fur: 0.17, tail: tuft,
			stout: 1.25, eyeSize: 0.13},
		{name: "zebra", coat: hex(0xf0ede6), belly: hex(0xf4f1eb), mark: hex(0x211f20),
			pattern: stripes(3.4, 0.5, 1.25), ear: tip, earAt: 0.5, earLong: 0.62, snout: broad,
			snoutSize: 0.65, snoutTint: hex(0x3a3536), tail: tuft, wide: 0.76, jaw: 0.85},
		{name: "okapi", coat: hex(0x5a3527), belly: hex(0x4a2c20), mark: hex(0x4a2c20), ear: leaf,
			earAt: 0.85, earLong: 0.9, earIn: hex(0x8a6a58), snout: broad, snoutSize: 0.65,
			snoutTint: hex(0x8a7a70), face: paleCheeks, crown: nubs, tail: tuft, wide: 0.75,
			jaw: 0.8},
		{name: "giraffe", coat: hex(0xe9c98a), belly: hex(0xf2dfb6), mark: hex(0x9a5a28),
			pattern: spots(2.3, 0.52), ear: leaf, earAt: 0.95, earLong: 0.62, snout: broad,
			snoutSize: 0.65, snoutTint: hex(0xdfc08c), crown: nubs, tail: tuft, wide: 0.74,
			jaw: 0.75},
		// Big grey ones.
		{name: "elephant", coat: hex(0x8d8f96), belly: hex(0x9b9da3), ear: fan, earAt: 1.25,
			earLong: 1.35, earIn: hex(0xb59a98), snout: trunk, snoutTint: hex(0x8d8f96), fur: -1,
			tail: tuft, stout: 1.3, eyeSize: 0.13},
		{name: "hippo", coat: hex(0x8a767e), belly: hex(0xb9979a), ear: rounded, earAt: 0.7,
			earLong: 0.28, earIn: hex(0xd0a3a3), snout: broad, snoutSize: 1.3,
			snoutTint: hex(0xa68a90), fur: -1, tail: thin, stout: 1.4, eyeUp: -0.32, eyeSize: 0.13},
		// Monkeys: flat faces.
		{name: "capuchin", coat: hex(0x4d382b), belly: hex(0xd9c3a5), ear: rounded, earAt: 1.4,
			earLong: 0.42, earIn: hex(0xc99f86), snout: flat, snoutTint: hex(0xe0bfa6),
			face: paleFace, mark: hex(0xe9d3ba), fur: 0.06, tail: thin, stout: 0.8},
		{name: "macaque", coat: hex(0xb3a38a), belly: hex(0xcabda6), ear: rounded, earAt: 1.4,
			earLong: 0.4, earIn: hex(0xd08a80), snout: flat, snoutTint: hex(0xd9897f),
			face: paleFace, mark: hex(0xd58277), fur: 0.12, stout: 0.95,
			eye: paint.Eye{Iris: hex(0xa9702c)}},
		{name: "orangutan", coat: hex(0xb2521f), belly: hex(0xa64a1b), ear: noEars, snout: flat,
			snoutSize: 1.2, snoutTint: hex(0x8a6a5c), face: paleFace, mark: hex(0x75574b),
			fur: 0.18, wide: 1.12, stout: 1.25},
		{name: "lemur", coat: hex(0x9c9896), belly: hex(0xe6e3df), mark: hex(0x242122),
			ear: rounded, earAt: 0.75, earLong: 0.6, earIn: hex(0xf2f0ec), snout: pointed,
			snoutSize: 0.75, snoutTint: hex(0x3a3535), face: darkEyes, tail: ringed, fur: 0.08,
			stout: 0.8, eyeSize: 0.22, eye: paint.Eye{Iris: hex(0xe5892a)}},
		// Frogs: smooth, wide mouths, eyes on top.
		{name: "tree_frog", coat: hex(0x6fb83a), belly: hex(0xe8ecc0), snout: widest,
			snoutTint: hex(0xd9e6a8), fur: -1, wide: 1.2, eyeUp: -0.72, eyeApart: 0.62,
			eyeSize: 0.3, eye: paint.Eye{Iris: hex(0xd8482c), Pupil: paint.Slit,
				Rim: hex(0x5a9a30)}},
		{name: "toad", coat: hex(0x8a7350), belly: hex(0xcbb98f), mark: hex(0x4f4029),
			pattern: spots(5, 0.35), snout: widest, snoutTint: hex(0xc4b189), fur: -1, wide: 1.3,
			stout: 1.3, eyeUp: -0.62, eyeApart: 0.6, eyeSize: 0.26,
			eye: paint.Eye{Iris: hex(0xd59b2c), Pupil: paint.Bar, Rim: hex(0x6f5b3d)}},
		{name: "dart_frog", coat: hex(0x2f6fd0), belly: hex(0x3b7ad8), mark: hex(0x141a33),
			pattern: patches(2.6, 0.45), snout: widest, snoutTint: hex(0x4a86dd), fur: -1,
			wide: 1.1, eyeUp: -0.6, eyeApart: 0.6, eyeSize: 0.24,
			eye: paint.Eye{Iris: hex(0x1d1410), Pupil: paint.Full, Rim: hex(0x1d2a52)}},
		// Fantasy animals.
		{name: "moon_imp", coat: hex(0x7a6bb0), belly: hex(0xd9cdf0), mark: hex(0x4a3d80),
			pattern: rings(3, 0.34), ear: tip, earAt: 0.95, earLong: 1.1, earIn: hex(0xe6a9c9),
			snout: button, crown: oneHorn, tail: ringed, fur: 0.05, eyeSize: 0.26,
			eye: paint.Eye{Iris: hex(0x59c9b0), Pupil: paint.Slit}},
		{name: "ember_imp", coat: hex(0xd06a3c), belly: hex(0xf4d3a0), mark: hex(0x6b2418),
			pattern: stripes(3.2, 0.36, 1.57), ear: tip, earAt: 0.95, earLong: 1.0,
			earIn: hex(0xf4b98a), snout: button, crown: straightHorns, tail: thin, fur: 0.05,
			eyeSize: 0.26, eye: paint.Eye{Iris: hex(0xf0d24a), Pupil: paint.Slit}},
		{name: "moss_troll", coat: hex(0x73804a), belly: hex(0x9aa46b), mark: hex(0x4c5730),
			pattern: patches(2, 0.45), ear: leaf, earAt: 1.2, earLong: 1.0, earIn: hex(0xb98a6f),
			snout: bulb, snoutSize: 1.15, snoutTint: hex(0xa98f6a), fur: 0.19, wide: 1.15,
			stout: 1.35, face: fringe, eyeSize: 0.17, eye: paint.Eye{Iris: hex(0xe0b040)}},
		{name: "snow_yeti", coat: hex(0xdde6ef), belly: hex(0xeef3f7), mark: hex(0x6f8fb0),
			snout: flat, snoutTint: hex(0x7f9cba), face: paleFace, fur: 0.2, wide: 1.1, stout: 1.35,
			crown: curledHorns, eye: paint.Eye{Iris: hex(0x3f7fd0)}},
		{name: "leopard_dragon", coat: hex(0x5f9a86), belly: hex(0xe9dfae), mark: hex(0x24463f),
			pattern: rings(3.4, 0.36), ear: leaf, earAt: 0.85, earLong: 0.6, earIn: hex(0xe0a07a),
			snout: bulb, snoutSize: 1.2, snoutTint: hex(0x86b89f), fur: -1, crown: straightHorns,
			tail: paddle, eye: paint.Eye{Iris: hex(0xf2b632), Pupil: paint.Slit, Open: 0.75,
				Slant: 0.2}},
		{name: "puffling", coat: hex(0xf0c24e), belly: hex(0xfbe8b5), mark: hex(0xd8872c),
			pattern: speckles(9, 0.7), snout: button, snoutSize: 0.8, fur: 0.17, wide: 1.2,
			crown: antennae, eyeSize: 0.27, eye: paint.Eye{Iris: hex(0x3b5fb5), Ring: 0.6}},
	}
	for i := range list {
		list[i] = list[i].whole()
	}
	return list
}

func (b beast) whole() beast {
	def := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	def(&b.wide, 1)
	def(&b.jaw, 1)
	def(&b.stout, 1)
	def(&b.near, 0.34)
	def(&b.snoutSize, 1)
	def(&b.eyeSize, 0.19)
	def(&b.eyeApart, 0.42*b.wide)
	def(&b.eyeUp, -0.08)
	def(&b.fur, 0.035)
	b.fur = math.Max(b.fur, 0)
	none := paint.RGB{}
	if b.snoutTint == none {
		b.snoutTint = b.belly
	}
	if b.earIn == none {
		b.earIn = b.coat.Mix(hex(0xd9a094), 0.6)
	}
	if b.nose == none {
		b.nose = hex(0x2a2122)
	}
	if b.eye.Iris == none {
		b.eye.Iris = hex(0x5b3a1e)
	}
	if b.eye.Rim == none {
		b.eye.Rim = b.coat.Darker(0.7)
	}
	return b
}
