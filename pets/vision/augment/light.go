package augment

import "math"

// light is fastai's brightness and contrast (§4.2f): sigmoid(scale·(logit x + shift)). With
// contrast the curve is a table, 256 nodes an octave, to 1e-6.
type light struct {
	shift, scale float64
	// the curve at node distances from 0, and one minus the curve at those from 1
	near0, near1 [octaves*nodes + 1]float32
}

const (
	octaves = 13 // 2⁻¹⁴ … 2⁻¹; nearer to the ends the curve is computed
	nodes   = 256

	lowest  = float32(1e-7)
	highest = float32(1 - 1e-7)

	mantissaBits = 23 - 8 // of a float32 below a node's
	firstNode    = (127 - 1 - octaves) * nodes
)

func (l *light) meaning(change, contrast float64) bool {
	l.shift, l.scale = 0, 1
	if change != 0 {
		l.shift = math.Log(change / (1 - change))
	}
	if contrast != 0 {
		l.scale = contrast
	}
	return change != 0 || contrast != 0
}

func (l *light) set(change, contrast float64) bool {
	if !l.meaning(change, contrast) || l.scale == 1 {
		return change != 0 || contrast != 0
	}
	for i := range l.near0 {
		x := float64(math.Float32frombits(uint32(firstNode+i) << mantissaBits))
		odds := math.Log(x / (1 - x))
		l.near0[i] = float32(1 / (1 + math.Exp(-l.scale*(odds+l.shift))))
		l.near1[i] = float32(1 / (1 + math.Exp(-l.scale*(odds-l.shift))))
	}
	return true
}

func (l *light) curve(x float32) float32 {
	x = min(max(x, lowest), highest)
	odds := math.Log(float64(x) / (1 - float64(x)))
	return float32(1 / (1 + math.Exp(-l.scale*(odds+l.shift))))
}

func (l *light) apply(pix []float32) {
	lo, hi := l.curve(0), l.curve(1)
	if l.scale == 1 {
		r := float32(math.Exp(-l.shift))
		for i, x := range pix {
			switch {
			case x <= lowest:
				pix[i] = lo
			case x >= highest:
				pix[i] = hi
			default:
				pix[i] = x / (x + (1-x)*r)
			}
		}
		return
	}
	const smallest = 1.0 / (1 << (octaves + 1))
	for i, x := range pix {
		switch {
		case x <= lowest:
			pix[i] = lo
		case x >= highest:
			pix[i] = hi
		case x >= smallest && x < 0.5:
			pix[i] = between(&l.near0, x)
		case x >= 0.5 && x <= 1-smallest:
			pix[i] = 1 - between(&l.near1, 1-x)
		default:
			pix[i] = l.curve(x)
		}
	}
}

func between(table *[octaves*nodes + 1]float32, x float32) float32 {
	bits := math.Float32bits(x)
	i := bits>>mantissaBits - firstNode
	if i >= octaves*nodes {
		return table[octaves*nodes]
	}
	f := float32(bits&(1<<mantissaBits-1)) * (1.0 / (1 << mantissaBits))
	return table[i] + f*(table[i+1]-table[i])
}
