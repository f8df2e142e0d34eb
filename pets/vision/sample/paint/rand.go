package paint

import "math/rand/v2"

// Rand is a random stream.
type Rand struct{ *rand.Rand }

func (r Rand) Range(a, b float64) float64 { return a + float64((b-a)*r.Float64()) }

// Around returns a number within spread of 0, small ones more often.
func (r Rand) Around(spread float64) float64 {
	return float64((r.Float64() + r.Float64() - 1) * spread)
}

func (r Rand) Chance(p float64) bool { return r.Float64() < p }

func (r Rand) Sign() float64 {
	if r.Chance(0.5) {
		return -1
	}
	return 1
}

func (r Rand) Pick(colours ...RGB) RGB { return colours[r.IntN(len(colours))] }
