package sample

import "gopets/pets/vision/sample/paint"

func dogs() []breed {
	black, jet, liver, tan := paint.Hex(0x1f1b1c), paint.Hex(0x322d30), paint.Hex(0x5a3626),
		hex(0xb8733a)
	brown, amber := paint.Hex(0x5c361e), paint.Hex(0x8a5a26)
	round := paint.Eye{Open: 0.92, Pupil: paint.Full}
	oval := paint.Eye{Open: 0.78, Slant: 0.12, Pupil: paint.Full}
	bull := breed{wide: 1.06, jaw: 1.12, ear: rose, earLong: 0.6, earAt: 0.8, muzzle: 0.4,
		muzzleWide: 0.62, flews: 0.5, wrinkle: 0.25, eyeSize: 0.16, eyeApart: 0.46, eyeShape: oval,
		noseSize: 1.25,
		fur:      0.03, size: 1.35, stout: 1.25, leg: 1, tail: whip}
	hound := breed{wide: 0.9, jaw: 0.86, ear: drop, earLong: 1.1, earAt: 0.95, muzzle: 0.85,
		muzzleWide: 0.44, flews: 0.4, eyeSize: 0.17, eyeApart: 0.38, eyeShape: oval, noseSize: 1.2,
		fur: 0.03, size: 1.45, stout: 0.95, leg: 1.1, tail: whip}
	spitz := breed{wide: 1.02, jaw: 0.92, ear: pricked, earLong: 0.6, earAt: 0.55, muzzle: 0.5,
		muzzleWide: 0.36, eyeSize: 0.16, eyeApart: 0.38, eyeShape: oval, noseSize: 1,
		fur: 0.16, face: 0.05, ruff: 0.9, cheeks: 0.7, size: 1.3, stout: 1.1, leg: 0.9,
		tail: curled}
	giant := breed{wide: 1.03, jaw: 1.04, ear: drop, earLong: 0.78, earAt: 0.88, muzzle: 0.7,
		muzzleWide: 0.54, flews: 0.6, wrinkle: 0.2, eyeSize: 0.14, eyeApart: 0.4, eyeShape: oval,
		noseSize: 1.35,
		fur:      0.13, ruff: 0.5, size: 1.75, stout: 1.2, leg: 0.95, tail: plume}
	terrier := breed{wide: 0.95, jaw: 0.9, ear: button, earLong: 0.6, earAt: 0.62, muzzle: 0.75,
		muzzleWide: 0.44, eyeSize: 0.17, eyeApart: 0.36, eyeShape: round, noseSize: 1.15,
		fur: 0.12, beard: 0.8, fringe: 0.7, size: 1.2, stout: 1, leg: 0.9, tail: stump}
	toy := breed{wide: 1.02, jaw: 0.9, ear: bat, earLong: 1, earAt: 0.75, muzzle: 0.3,
		muzzleWide: 0.36, eyeSize: 0.23, eyeApart: 0.44, eyeShape: round, noseSize: 0.95,
		fur: 0.03, size: 0.95, stout: 0.85, leg: 1.05, tail: whip}

	var list []breed
	add := func(name string, b breed, coats ...coat) {
		b.name, b.coats = name, coats
		list = append(list, b)
	}
	pick := func(b breed, f func(b *breed)) breed { f(&b); return b }

	add("american_bulldog", pick(bull, func(b *breed) {
		b.jaw, b.flews, b.muzzleWide, b.ear,
			b.earLong = 1.14, 0.8, 0.66, button, 0.62
	}),
		coat{base: paint.Hex(0xe6e0d6), mark: paint.Hex(0xa8743f), pattern: patches(0.3),
			snout: white, bib: white, eye: brown, nose: black, rim: paint.Hex(0x3a2c2a)},
		coat{base: paint.Hex(0xe6e1d8), mark: paint.Hex(0xd6ccbd), pattern: patches(0.3),
			eye: brown, nose: black, rim: paint.Hex(0x4a3834)},
		coat{base: paint.Hex(0xe6e0d6), mark: paint.Hex(0x5f4632), pattern: patches(0.34),
			snout: white, bib: white, eye: brown, nose: black, rim: black})
	add("american_pit_bull_terrier", pick(bull, func(b *breed) {
		b.wide, b.jaw, b.muzzle, b.muzzleWide, b.stout, b.flews = 1.0, 1.0, 0.55, 0.54, 1.1, 0.25
	}),
		coat{base: paint.Hex(0xa2683c), mark: paint.Hex(0x8a5530), pattern: grizzled, bib: white,
			sock: white, sockHigh: 0.2, blaze: 0.12, eye: amber, nose: paint.Hex(0xa05a4a),
			rim: liver},
		coat{base: paint.Hex(0x6d7079), mark: paint.Hex(0x5d606a), pattern: grizzled, bib: white,
			sock: white, sockHigh: 0.2, blaze: 0.1, eye: paint.Hex(0x8f8a6a),
			nose: paint.Hex(0x4a4a52), rim: paint.Hex(0x3a3a42)},
		coat{base: paint.Hex(0x7b5334), mark: paint.Hex(0x2c201a), pattern: brindle, bib: white,
			sock: white, sockHigh: 0.2, blaze: 0.12, eye: amber, nose: black, rim: black})
	add("basset_hound", pick(hound, func(b *breed) {
		b.ear, b.earLong, b.earAt, b.muzzle, b.flews, b.wrinkle, b.leg, b.stout, b.size = long,
			1.85, 1.15, 0.95, 0.9, 0.7, 0.42, 1.2, 1.4
		b.eyeShape = paint.Eye{Open: 0.75, Slant: -0.28, Pupil: paint.Full, Ring: 0.3}
	}),
		coat{base: paint.Hex(0xe8e1d6), mark: paint.Hex(0x9c5f33), pattern: patches(0.42),
			faceless: true, cap: hex(0x9c5f33), ears: hex(0x8f5530), saddle: hex(0x2c2422),
			snout: white, bib: white, sock: white, sockHigh: 0.8, blaze: 0.26, tip: white,
			eye: brown, nose: black, rim: paint.Hex(0x5a3530)},
		coat{base: paint.Hex(0xe8e1d6), mark: paint.Hex(0xb98450), pattern: patches(0.42),
			faceless: true, cap: hex(0xb98450), ears: hex(0xa86f3e), snout: white, bib: white,
			sock: white, sockHigh: 0.8, blaze: 0.26, tip: white, eye: brown, nose: black,
			rim: paint.Hex(0x5a3530)})
	add("beagle", pick(hound, func(b *breed) {
		b.earLong, b.ear, b.muzzle, b.eyeSize, b.size, b.leg, b.wide, b.jaw = 1.2, long, 0.6, 0.2,
			1.15, 0.9, 0.96, 0.92
	}),
		coat{base: paint.Hex(0xb0713c), mark: paint.Hex(0x9a602f), pattern: grizzled,
			saddle: hex(0x2b2424), snout: white, bib: white, sock: white, sockHigh: 0.85,
			blaze: 0.18, tip: white, eye: brown, nose: black, rim: black},
		coat{base: paint.Hex(0xc08a52), mark: paint.Hex(0xab7742), pattern: grizzled, snout: white,
			bib: white, sock: white, sockHigh: 0.85, blaze: 0.2, tip: white, eye: brown,
			nose: liver, rim: liver})
	add("boxer", pick(bull, func(b *breed) {
		b.wide, b.jaw, b.ear, b.earLong, b.muzzle, b.muzzleWide, b.flews, b.wrinkle, b.eyeSize,
			b.stout, b.leg, b.size = 0.95, 0.98, button, 0.72, 0.25, 0.58, 0.9, 0.6, 0.18, 1.05,
			1.2, 1.45
	}),
		coat{base: paint.Hex(0xb87a45), mark: paint.Hex(0xa36838), pattern: grizzled,
			mask: hex(0x2a2120), maskSize: 0.75, snout: hex(0x2a2120), bib: white, sock: white,
			sockHigh: 0.3, blaze: 0.13, eye: brown, nose: black, rim: black},
		coat{base: paint.Hex(0x9c6536), mark: paint.Hex(0x2c201a), pattern: brindle,
			mask: hex(0x2a2120), maskSize: 0.75, snout: hex(0x2a2120), bib: white, sock: white,
			sockHigh: 0.3, blaze: 0.14, eye: brown, nose: black, rim: black})
	add("chihuahua", pick(toy, func(b *breed) { b.dome = 0.1; b.muzzle = 0.25 }),
		coat{base: paint.Hex(0xd2a06a), mark: paint.Hex(0xbd8850), pattern: grizzled,
			belly: hex(0xeed9bb), snout: hex(0xe9cfa9), bib: hex(0xf0dfc6),
			eye: paint.Hex(0x3a2016), nose: black, rim: black},
		coat{base: paint.Hex(0xe9dcc6), mark: paint.Hex(0xd6c3a4), pattern: grizzled,
			eye: paint.Hex(0x3a2016), nose: paint.Hex(0x3c2c2a), rim: paint.Hex(0x3c2c2a)},
		coat{base: jet, mark: black, pattern: grizzled, snout: tan, brows: tan, bib: tan, sock: tan,
			sockHigh: 0.4, eye: paint.Hex(0x3a2016), nose: black, rim: black})
	add("english_cocker_spaniel", pick(hound, func(b *breed) {
		b.ear, b.earLong, b.earAt, b.fur, b.curl, b.muzzle, b.eyeSize, b.size, b.dome, b.wide,
			b.jaw, b.tail, b.eyeShape = feather, 1.5, 1.15, 0.09, 0.7, 0.65, 0.19, 1.15, 0.04, 0.9,
			0.86, stump, round
	}),
		coat{base: paint.Hex(0xb5783c), mark: paint.Hex(0xa06730), pattern: grizzled, eye: brown,
			nose: black, rim: liver},
		coat{base: jet, mark: black, pattern: grizzled, eye: brown, nose: black, rim: black},
		coat{base: paint.Hex(0xa9a8ad), mark: paint.Hex(0x2e2b2f), pattern: roan(0.36),
			cap: hex(0x2e2b2f), ears: hex(0x262326), blaze: 0.14, eye: brown, nose: black,
			rim: black})
	add("english_setter", pick(hound, func(b *breed) {
		b.ear, b.earLong, b.earAt, b.fur, b.muzzle, b.muzzleWide, b.wide, b.jaw, b.size,
			b.tail = feather, 1.2, 1.1, 0.09, 1, 0.42, 0.84, 0.8, 1.55, plume
	}),
		coat{base: paint.Hex(0xe6e1d8), mark: paint.Hex(0x35302f), pattern: roan(0.2),
			ears: hex(0x4a4544), eye: brown, nose: black, rim: black},
		coat{base: paint.Hex(0xefe9de), mark: paint.Hex(0xb9773c), pattern: roan(0.2),
			ears: hex(0xbf8450), eye: amber, nose: liver, rim: liver})
	add("german_shorthaired", pick(hound, func(b *breed) {
		b.earLong, b.earAt, b.muzzle,
			b.muzzleWide, b.leg = 1.0, 0.98, 1, 0.46, 1.2
	}),
		coat{base: paint.Hex(0xc9bfb4), mark: paint.Hex(0x4d2f22), pattern: roan(0.45),
			faceless: true, cap: hex(0x4d2f22), ears: hex(0x47291d), mask: hex(0x55362a),
			maskSize: 1.3, snout: hex(0x5a3a2c), eye: amber, nose: paint.Hex(0x6a4438), rim: liver},
		coat{base: liver, mark: paint.Hex(0x4a2a1c), pattern: grizzled, eye: amber,
			nose: paint.Hex(0x6a4438), rim: liver})
	add("great_pyrenees", giant,
		coat{base: paint.Hex(0xe4ded2), mark: paint.Hex(0xd2c7b4), pattern: patches(0.3),
			eye: brown, nose: black, rim: black},
		coat{base: paint.Hex(0xe4ded2), mark: paint.Hex(0xc9b697), pattern: patches(0.36),
			ears: hex(0xcdb998), eye: brown, nose: black, rim: black})
	add("havanese", pick(terrier, func(b *breed) {
		b.ear, b.earLong, b.earAt, b.muzzle, b.fur, b.curl, b.fringe, b.beard, b.eyeSize, b.ruff,
			b.size, b.leg, b.tail = feather, 1.0, 0.9, 0.35, 0.18, 0.5, 0.5, 0.5, 0.2, 0.5, 1.0,
			0.6, plume
	}),
		coat{base: paint.Hex(0xe8dfd0), mark: paint.Hex(0xd0b48e), pattern: patches(0.4),
			ears: hex(0xd2b289), eye: paint.Hex(0x3a2016), nose: black, rim: black},
		coat{base: jet, mark: paint.Hex(0xd8d0c6), pattern: patches(0.3), bib: white, sock: white,
			sockHigh: 0.3, snout: hex(0x8a7c70), eye: paint.Hex(0x3a2016), nose: black, rim: black},
		coat{base: paint.Hex(0xefe9df), mark: paint.Hex(0x6f5a48), pattern: patches(0.4),
			ears: hex(0x6a5443), blaze: 0.3, eye: paint.Hex(0x3a2016), nose: black, rim: black})
	add("japanese_chin", pick(toy, func(b *breed) {
		b.ear, b.earLong, b.earAt, b.muzzle, b.muzzleWide, b.fur, b.ruff, b.eyeSize, b.eyeApart,
			b.wrinkle, b.tail, b.leg, b.size, b.jaw = feather, 0.95, 0.85, 0, 0.5, 0.12, 0.5, 0.26,
			0.52, 0.3, plume, 0.8, 1, 0.98
		b.eyeShape.Ring = 0.15
	}),
		coat{base: paint.Hex(0xe8e3da), mark: paint.Hex(0x252124), pattern: patches(0.3),
			faceless: true, cap: hex(0x252124), ears: hex(0x211d20), snout: white, bib: white,
			blaze: 0.36, eye: paint.Hex(0x3a2016), nose: black, rim: black},
		coat{base: paint.Hex(0xe8e3da), mark: paint.Hex(0xb07238), pattern: patches(0.3),
			faceless: true, cap: hex(0xb07238), ears: hex(0xa4672f), snout: white, bib: white,
			blaze: 0.36, eye: paint.Hex(0x3a2016), nose: black, rim: black})
	add("keeshond", spitz,
		coat{base: paint.Hex(0x9a958e), mark: paint.Hex(0x5c5759), pattern: grizzled,
			mane: hex(0xc4beb4), mask: hex(0x35302f), maskSize: 0.8, snout: hex(0x3a3433),
			ears: hex(0x3a3536), goggles: hex(0xb9b0a4), limb: hex(0xd3c9ba), belly: hex(0xd0c8bb),
			eye: brown, nose: black, rim: black})
	add("leonberger", giant,
		coat{base: paint.Hex(0xb0804e), mark: paint.Hex(0x7d5636), pattern: grizzled,
			mask: hex(0x2a2220), maskSize: 1.1, snout: hex(0x2c2422), ears: hex(0x3f2e24),
			mane: hex(0xc09058), eye: brown, nose: black, rim: black})
	add("miniature_pinscher", pick(toy, func(b *breed) {
		b.ear, b.earLong, b.earAt, b.muzzle, b.wide, b.jaw, b.eyeSize, b.leg, b.size = pricked,
			0.85, 0.5, 0.7, 0.88, 0.8, 0.19, 1.3, 1.1
	}),
		coat{base: jet, mark: black, pattern: grizzled, snout: tan, brows: tan, bib: tan, sock: tan,
			sockHigh: 0.6, eye: brown, nose: black, rim: black},
		coat{base: paint.Hex(0xa45f2f), mark: paint.Hex(0x8d4f26), pattern: grizzled, eye: brown,
			nose: black, rim: black})
	add("newfoundland", pick(giant, func(b *breed) { b.wide, b.fur = 1.06, 0.15 }),
		coat{base: paint.Hex(0x353033), mark: paint.Hex(0x262224), pattern: grizzled, eye: brown,
			nose: black, rim: black},
		coat{base: paint.Hex(0x4f3527), mark: paint.Hex(0x3a261c), pattern: grizzled, eye: amber,
			nose: paint.Hex(0x3c2820), rim: liver},
		coat{base: paint.Hex(0x353033), mark: paint.Hex(0xefeae2), pattern: patches(0.26),
			faceless: true, bib: white, snout: white, blaze: 0.16, eye: brown, nose: black,
			rim: black})
	add("pomeranian", pick(spitz, func(b *breed) {
		b.earLong, b.earAt, b.muzzle, b.muzzleWide, b.jaw, b.fur, b.ruff, b.cheeks, b.eyeSize,
			b.size, b.leg = 0.42, 0.5, 0.3, 0.3, 0.86, 0.2, 1, 0.6, 0.18, 0.9, 0.7
	}),
		coat{base: paint.Hex(0xd08a45), mark: paint.Hex(0xb87030), pattern: grizzled,
			mane: hex(0xe3ab68), belly: hex(0xebc48d), snout: hex(0xdca364),
			eye: paint.Hex(0x3a2016), nose: black, rim: black},
		coat{base: paint.Hex(0xead2ae), mark: paint.Hex(0xd9b98c), pattern: grizzled,
			mane: hex(0xf1dfc4), eye: paint.Hex(0x3a2016), nose: black, rim: black})
	add("pug", pick(bull, func(b *breed) {
		b.wide, b.jaw, b.ear, b.earLong, b.earAt, b.muzzle, b.muzzleWide, b.flews, b.wrinkle,
			b.eyeSize, b.eyeApart, b.size, b.stout, b.tail, b.leg, b.eyeShape, b.noseSize = 1.12,
			1.1, button, 0.58, 0.78, 0, 0.6, 0.3, 1, 0.25, 0.5, 1, 1.2, curled, 0.85, round, 1
		b.eyeShape.Ring = 0.15
	}),
		coat{base: paint.Hex(0xd8b688), mark: paint.Hex(0xc7a274), pattern: grizzled,
			mask: hex(0x241e1e), maskSize: 0.85, snout: hex(0x272020), ears: hex(0x241e1e),
			goggles: hex(0x3a2e2a), eye: paint.Hex(0x3a2016), nose: black, rim: black},
		coat{base: jet, mark: black, pattern: grizzled, eye: paint.Hex(0x4a2a18), nose: black,
			rim: black})
	add("saint_bernard", pick(giant, func(b *breed) {
		b.jaw, b.flews, b.wrinkle, b.muzzleWide, b.fur, b.ruff = 1.1, 1, 0.6, 0.6, 0.08, 0.2
		b.eyeShape.Slant = -0.15
	}),
		coat{base: paint.Hex(0xa35f30), mark: paint.Hex(0xf1ebe1), pattern: patches(0.4),
			faceless: true, cap: hex(0x8a4a26), ears: hex(0x5d3420), snout: white, bib: white,
			sock: white, sockHigh: 0.6, blaze: 0.24, goggles: hex(0x3d2820), tip: white, eye: brown,
			nose: black, rim: paint.Hex(0x5a3530)})
	add("samoyed", spitz,
		coat{base: paint.Hex(0xe8e4dc), mark: paint.Hex(0xd6cfc4), pattern: patches(0.3),
			eye: paint.Hex(0x3a2016), nose: black, rim: black})
	add("scottish_terrier", pick(terrier, func(b *breed) {
		b.ear, b.earLong, b.earAt, b.muzzle, b.beard, b.fringe, b.leg, b.wide, b.jaw, b.eyeSize,
			b.tail, b.stout = pricked, 0.72, 0.4, 0.95, 1, 0.45, 0.45, 0.86, 0.86, 0.14, rod, 1.1
	}),
		coat{base: paint.Hex(0x353033), mark: paint.Hex(0x262224), pattern: grizzled, eye: brown,
			nose: black, rim: black},
		coat{base: paint.Hex(0xcfb287), mark: paint.Hex(0xb99a6c), pattern: grizzled, eye: brown,
			nose: black, rim: black})
	add("shiba_inu", pick(spitz, func(b *breed) {
		b.fur, b.ruff, b.cheeks, b.earLong, b.leg, b.size, b.eyeShape.Slant, b.eyeShape.Open = 0.06,
			0.2, 0.4, 0.62, 1, 1.2, 0.3, 0.62
	}),
		coat{base: paint.Hex(0xc07a3e), mark: paint.Hex(0xa7642d), pattern: grizzled,
			belly: hex(0xf0e2cb), snout: hex(0xf2e6d2), bib: hex(0xf2e6d2), sock: hex(0xf0e0c6),
			sockHigh: 0.4, brows: hex(0xf0dcc0), eye: brown, nose: black, rim: black},
		coat{base: jet, mark: black, pattern: grizzled, belly: hex(0xe6d6bd), snout: hex(0xecdcc2),
			bib: hex(0xf0e4d0), sock: hex(0xc98f54), sockHigh: 0.5, brows: hex(0xd9a566),
			eye: brown, nose: black, rim: black})
	add("staffordshire_bull_terrier", pick(bull, func(b *breed) {
		b.jaw, b.muzzle, b.stout, b.leg,
			b.size = 1.18, 0.3, 1.3, 0.85, 1.2
	}),
		coat{base: paint.Hex(0x6a4429), mark: paint.Hex(0x221917), pattern: brindle, bib: white,
			eye: brown, nose: black, rim: black},
		coat{base: paint.Hex(0x2a2527), mark: black, pattern: grizzled, bib: white, sock: white,
			sockHigh: 0.12, eye: brown, nose: black, rim: black},
		coat{base: paint.Hex(0x75767e), mark: paint.Hex(0x64656e), pattern: grizzled, bib: white,
			eye: brown, nose: paint.Hex(0x35353c), rim: black},
		coat{base: paint.Hex(0x99572e), mark: paint.Hex(0x824824), pattern: grizzled, bib: white,
			sock: white, sockHigh: 0.15, eye: brown, nose: black, rim: black})
	add("wheaten_terrier", pick(terrier, func(b *breed) {
		b.fur, b.curl, b.fringe, b.beard, b.size, b.leg, b.earAt = 0.16, 1, 1, 0.9, 1.35, 1, 0.75
	}),
		coat{base: paint.Hex(0xd9b98a), mark: paint.Hex(0xc6a270), pattern: grizzled,
			ears: hex(0xb78d5c), eye: brown, nose: black, rim: black},
		coat{base: paint.Hex(0xe4cda6), mark: paint.Hex(0xd0b382), pattern: grizzled, eye: brown,
			nose: black, rim: black})
	add("yorkshire_terrier", pick(terrier, func(b *breed) {
		b.ear, b.earLong, b.earAt, b.muzzle, b.muzzleWide, b.fur, b.fringe, b.beard, b.ruff,
			b.eyeSize, b.size, b.leg, b.bow = pricked, 0.68, 0.58, 0.4, 0.34, 0.16, 0.35, 0.55,
			0.35, 0.2, 0.9, 0.6, true
	}),
		coat{base: paint.Hex(0xb98048), mark: paint.Hex(0xa06a38), pattern: grizzled,
			ears: hex(0xa5662f), saddle: hex(0x565a66), mane: hex(0xb47c46), cap: nil,
			sock: hex(0xb98048), sockHigh: 0.6, tip: hex(0x44464f), eye: paint.Hex(0x3a2016),
			nose: black, rim: black})
	return list
}
