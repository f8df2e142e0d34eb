package sample

import "gopets/pets/vision/sample/paint"

func cats() []breed {
	black, pink, lead := paint.Hex(0x1d191b), paint.Hex(0xd98f88), paint.Hex(0x5b5c66)
	almond := paint.Eye{Open: 0.72, Slant: 0.18, Pupil: paint.Slit, Width: 0.4}
	round := paint.Eye{Open: 0.96, Slant: 0.1, Pupil: paint.Round, Width: 0.46}
	slim := breed{cat: true, wide: 0.93, jaw: 0.9, ear: pricked, earLong: 0.95, earAt: 0.62,
		muzzle: 0.3, muzzleWide: 0.42, eyeSize: 0.24, eyeApart: 0.4, eyeShape: almond,
		noseSize: 0.85, fur: 0.035, size: 1, stout: 0.85, leg: 1.15, tail: whip}
	cobby := breed{cat: true, wide: 1.08, jaw: 1.08, ear: pricked, earLong: 0.68, earAt: 0.72,
		muzzle: 0.15, muzzleWide: 0.5, eyeSize: 0.25, eyeApart: 0.43, eyeShape: round,
		noseSize: 0.9, fur: 0.06, size: 1.1, stout: 1.15, leg: 0.9, tail: plain}
	long := breed{cat: true, wide: 1.04, jaw: 1.02, ear: pricked, earLong: 0.7, earAt: 0.68,
		muzzle: 0.2, muzzleWide: 0.46, eyeSize: 0.24, eyeApart: 0.42, eyeShape: round,
		noseSize: 0.85, fur: 0.14, ruff: 0.6, cheeks: 0.4, size: 1.15, stout: 1.1, leg: 0.9,
		tail: plume}

	var list []breed
	add := func(name string, b breed, coats ...coat) {
		b.name, b.coats = name, coats
		list = append(list, b)
	}

	abyssinian := slim
	abyssinian.earLong, abyssinian.earAt = 1.12, 0.66
	add("Abyssinian", abyssinian,
		coat{base: paint.Hex(0xae8258), mark: paint.Hex(0x6b4730), pattern: ticked,
			belly: hex(0xd8a272), snout: hex(0xe7c7a4), lines: hex(0x7d5639), tip: hex(0x3a2418),
			goggles: hex(0xe7c7a4),
			eye:     paint.Hex(0xa6a84a), nose: paint.Hex(0xb1604e), rim: black},
		coat{base: paint.Hex(0xb87548), mark: paint.Hex(0x8a5233), pattern: ticked,
			belly: hex(0xe0a474), snout: hex(0xecc9a6), lines: hex(0x945a38), tip: hex(0x6b331c),
			goggles: hex(0xecc9a6),
			eye:     paint.Hex(0xc08e35), nose: pink, rim: paint.Hex(0x5a2c1c)})

	bengal := slim
	bengal.wide, bengal.jaw, bengal.earLong, bengal.stout, bengal.muzzleWide = 0.98, 0.98, 0.78,
		0.98, 0.48
	add("Bengal", bengal,
		coat{base: paint.Hex(0xd39a58), mark: paint.Hex(0x3a2216), pattern: rosettes,
			belly: hex(0xf0dcba), snout: hex(0xf3e2c6), lines: hex(0x3a2216), tip: hex(0x241712),
			goggles: hex(0xf0dcba),
			eye:     paint.Hex(0x8fb04c), nose: paint.Hex(0xb0564a), rim: black},
		coat{base: paint.Hex(0xc4b59c), mark: paint.Hex(0x4a3b30), pattern: rosettes,
			belly: hex(0xefe6d4), snout: hex(0xf3ecdf), lines: hex(0x3f332b), tip: hex(0x241c18),
			goggles: hex(0xefe6d4),
			eye:     paint.Hex(0x79aecb), nose: paint.Hex(0xb8665c), rim: black})

	birman := long
	birman.muzzle = 0.28
	birman.eyeShape.Slant = 0.2
	add("Birman", birman,
		coat{base: paint.Hex(0xe9dcc4), mark: paint.Hex(0xd8c4a4), pattern: patches(0.3),
			mask: hex(0x5a4438), maskSize: 1.05, ears: hex(0x54403a), limb: hex(0x5f4a3e),
			sock: white, sockHigh: 0.35,
			eye: paint.Hex(0x3f74c9), nose: paint.Hex(0x6a4d48), rim: paint.Hex(0x3a2c2a)},
		coat{base: paint.Hex(0xe8e0d4), mark: paint.Hex(0xd5ccc2), pattern: patches(0.3),
			mask: hex(0x7c7a80), maskSize: 1.05, ears: hex(0x74747c), limb: hex(0x85838a),
			sock: white, sockHigh: 0.35,
			eye: paint.Hex(0x4a7fd0), nose: lead, rim: paint.Hex(0x3c3b40)})

	bombay := slim
	bombay.wide, bombay.jaw, bombay.earLong, bombay.eyeShape = 1.03, 1.02, 0.74,
		paint.Eye{Open: 0.9, Slant: 0.15, Pupil: paint.Round, Width: 0.4}
	add("Bombay", bombay,
		coat{base: paint.Hex(0x2d292c), mark: paint.Hex(0x232023), pattern: ticked,
			inner: hex(0x4c4143), eye: paint.Hex(0xd9952c), nose: paint.Hex(0x161214),
			rim: paint.Hex(0x0c0a0b)})

	add("British_Shorthair", cobby,
		coat{base: paint.Hex(0x7f858f), mark: paint.Hex(0x6c727d), pattern: grizzled,
			inner: hex(0xa99a9a), eye: paint.Hex(0xdd8f2d), nose: lead, rim: paint.Hex(0x34353b)},
		coat{base: paint.Hex(0x7f858f), mark: paint.Hex(0xf1ede6), pattern: patches(0.3),
			snout: white, bib: white, sock: white, sockHigh: 0.4, blaze: 0.14,
			eye: paint.Hex(0xd9902f), nose: pink, rim: paint.Hex(0x34353b)},
		coat{base: paint.Hex(0xa3958f), mark: paint.Hex(0x93857f), pattern: grizzled,
			inner: hex(0xb79f99), eye: paint.Hex(0xd98f35), nose: paint.Hex(0x8a706a),
			rim: paint.Hex(0x45393a)})

	mau := slim
	mau.earLong, mau.eyeShape = 0.9, paint.Eye{Open: 0.85, Slant: 0.14, Pupil: paint.Slit,
		Width: 0.42}
	add("Egyptian_Mau", mau,
		coat{base: paint.Hex(0xbdb6aa), mark: paint.Hex(0x38342f), pattern: spots,
			belly: hex(0xdcd6ca), snout: hex(0xe2dccf), lines: hex(0x2f2b27), limb: nil,
			tip: hex(0x1f1c1a),
			eye: paint.Hex(0x9dc468), nose: paint.Hex(0xa9675e), rim: black},
		coat{base: paint.Hex(0xb89a72), mark: paint.Hex(0x3a2a1e), pattern: spots,
			belly: hex(0xdac7a6), snout: hex(0xe3d4b9), lines: hex(0x35261c), tip: hex(0x1f1712),
			eye: paint.Hex(0x9dbb5e), nose: paint.Hex(0xa05f50), rim: black})

	coon := long
	coon.wide, coon.jaw, coon.ear, coon.earLong, coon.earAt, coon.muzzle, coon.muzzleWide, coon.fur,
		coon.ruff, coon.size, coon.eyeShape = 0.97, 0.97, lynx, 1.05, 0.5, 0.5, 0.52, 0.17, 1, 1.45,
		paint.Eye{Open: 0.85, Slant: 0.14, Pupil: paint.Slit, Width: 0.4}
	add("Maine_Coon", coon,
		coat{base: paint.Hex(0x8d6c4c), mark: paint.Hex(0x35281f), pattern: mackerel,
			belly: hex(0xb69a78), snout: hex(0xe9dfcf), mane: hex(0xa98a66), lines: hex(0x30241c),
			goggles: hex(0xd6c4a6), tip: hex(0x2a201a),
			eye: paint.Hex(0xb8a83f), nose: paint.Hex(0xa5584c), rim: black},
		coat{base: paint.Hex(0xcc8446), mark: paint.Hex(0x9a5424), pattern: mackerel,
			belly: hex(0xe6b783), snout: hex(0xf2e3cf), mane: hex(0xe0a96d), lines: hex(0x9a5424),
			goggles: hex(0xf0d6b4),
			eye:     paint.Hex(0xc79a3a), nose: pink, rim: paint.Hex(0x5a2c1c)},
		coat{base: paint.Hex(0x8f8f92), mark: paint.Hex(0x36363a), pattern: mackerel,
			belly: hex(0xc6c5c4), snout: hex(0xeeebe6), mane: hex(0xb9b8b7), lines: hex(0x303034),
			goggles: hex(0xdedcd8), tip: hex(0x2a2a2d),
			eye: paint.Hex(0xa3ad52), nose: pink, rim: black})

	persian := long
	persian.wide, persian.jaw, persian.earLong, persian.earAt, persian.muzzle, persian.fur,
		persian.ruff, persian.cheeks = 1.16, 1.16, 0.48, 0.88, 0, 0.2, 1, 1
	persian.eyeSize, persian.eyeApart, persian.stout, persian.leg, persian.wrinkle,
		persian.eyeShape = 0.27, 0.45, 1.3, 0.7, 0.5, paint.Eye{Open: 1, Pupil: paint.Round,
		Width: 0.48}
	add("Persian", persian,
		coat{base: paint.Hex(0xe6e1d7), mark: paint.Hex(0xd0c8ba), pattern: patches(0.3),
			eye: paint.Hex(0xd58a2c), nose: pink, rim: paint.Hex(0x7a4a44)},
		coat{base: paint.Hex(0xe2bd8c), mark: paint.Hex(0xc99a64), pattern: patches(0.4),
			snout: hex(0xf1e0c6), eye: paint.Hex(0xc97f2a), nose: pink, rim: paint.Hex(0x6a3f36)},
		coat{base: paint.Hex(0x8c9098), mark: paint.Hex(0x787c86), pattern: patches(0.4),
			eye: paint.Hex(0xd9822c), nose: lead, rim: paint.Hex(0x34353b)},
		coat{base: paint.Hex(0xeae6de), mark: paint.Hex(0xaaa69f), pattern: grizzled,
			eye: paint.Hex(0x77a85c), nose: paint.Hex(0xb8655a), rim: black})

	add("Ragdoll", long,
		coat{base: paint.Hex(0xe9dfd0), mark: paint.Hex(0xd3c5b0), pattern: patches(0.35),
			mask: hex(0x6d5548), maskSize: 1.1, ears: hex(0x5d4840), limb: hex(0x756052),
			snout: white, bib: white, blaze: 0.3,
			eye: paint.Hex(0x4b86d8), nose: pink, rim: paint.Hex(0x40312d)},
		coat{base: paint.Hex(0xebe5dc), mark: paint.Hex(0xd2cdc6), pattern: patches(0.35),
			mask: hex(0x85858c), maskSize: 1.1, ears: hex(0x77777f), limb: hex(0x8d8c92),
			snout: white, bib: white, blaze: 0.3,
			eye: paint.Hex(0x5590dc), nose: pink, rim: paint.Hex(0x3c3b40)},
		coat{base: paint.Hex(0xe9dfd0), mark: paint.Hex(0xd3c5b0), pattern: patches(0.35),
			mask: hex(0x5d473c), maskSize: 1.0, ears: hex(0x54413a), limb: hex(0x6a5447),
			eye: paint.Hex(0x4b86d8), nose: paint.Hex(0x6a4d48), rim: paint.Hex(0x40312d)})

	blue := slim
	blue.wide, blue.earLong, blue.eyeShape = 0.96, 0.88, paint.Eye{Open: 0.84, Slant: 0.24,
		Pupil: paint.Round, Width: 0.42}
	add("Russian_Blue", blue,
		coat{base: paint.Hex(0x7b838f), mark: paint.Hex(0x8d95a2), pattern: grizzled,
			inner: hex(0xa79a9e), eye: paint.Hex(0x7fbf5e), nose: lead, rim: paint.Hex(0x30323a)})

	siamese := slim
	siamese.wide, siamese.jaw, siamese.earLong, siamese.earAt, siamese.muzzle, siamese.muzzleWide,
		siamese.stout = 0.86, 0.78, 1.15, 0.76, 0.45, 0.36, 0.78
	siamese.eyeShape = paint.Eye{Open: 0.66, Slant: 0.38, Pupil: paint.Slit}
	add("Siamese", siamese,
		coat{base: paint.Hex(0xe4d3b6), mark: paint.Hex(0xcdb492), pattern: patches(0.3),
			mask: hex(0x3b2a24), maskSize: 1.2, ears: hex(0x33241f), limb: hex(0x3f2e27),
			eye: paint.Hex(0x4a8fe0), nose: paint.Hex(0x2b1d1b), rim: paint.Hex(0x221815)},
		coat{base: paint.Hex(0xe8e2d8), mark: paint.Hex(0xd0c8be), pattern: patches(0.3),
			mask: hex(0x6d6c74), maskSize: 1.2, ears: hex(0x64636c), limb: hex(0x75747c),
			eye: paint.Hex(0x5b9be2), nose: lead, rim: paint.Hex(0x33333a)})

	sphynx := slim
	sphynx.wide, sphynx.jaw, sphynx.ear, sphynx.earLong, sphynx.earAt, sphynx.fur, sphynx.wrinkle,
		sphynx.eyeSize, sphynx.muzzleWide = 0.88, 0.82, bat, 1.15, 0.72, 0, 1, 0.26, 0.46
	add("Sphynx", sphynx,
		coat{base: paint.Hex(0xdcae9c), mark: paint.Hex(0xc8917f), pattern: patches(0.35),
			inner: hex(0xe59a90), eye: paint.Hex(0x7fb4c9), nose: paint.Hex(0xc97a72),
			rim: paint.Hex(0x8a544c)},
		coat{base: paint.Hex(0xa2918f), mark: paint.Hex(0x857370), pattern: patches(0.4),
			inner: hex(0xc8938d), eye: paint.Hex(0xb4ae5c), nose: paint.Hex(0x7c5a58),
			rim: paint.Hex(0x4d3a38)},
		coat{base: paint.Hex(0xe0b6a4), mark: paint.Hex(0x5f5358), pattern: patches(0.4),
			inner: hex(0xe59a90), eye: paint.Hex(0x86bc9a), nose: paint.Hex(0xc97a72),
			rim: paint.Hex(0x6a4844)})
	return list
}
