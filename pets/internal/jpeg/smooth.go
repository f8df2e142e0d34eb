package jpeg

// A kernel weighs the means (DC) of 5×5 blocks around a block, row by row, in 256ths.
type kernel [25]int32

// Kernels that estimate a block's first coefficients, by zigzag position (libjpeg-turbo's).
var (
	// if only the means are known; the mean is smoothed too
	fromMeans = [10]kernel{
		{-2, -6, -8, -6, -2, -6, 6, 42, 6, -6, -8, 42, 152, 42, -8, -6, 6, 42, 6, -6, -2, -6, -8,
			-6, -2},
		{-1, -1, 0, 1, 1, -3, 13, 0, -13, 3, -3, 38, 0, -38, 3, -3, 13, 0, -13, 3, -1, -1, 0, 1, 1},
		3: {2: 1, 6: 2, 7: 7, 8: 2, 11: -5, 12: -14, 13: -5, 16: 2, 17: 7, 18: 2, 22: 1},
		4: {0: -1, 4: 1, 6: 9, 8: -9, 16: -9, 18: 9, 20: 1, 24: -1},
		6: {6: 1, 8: -1, 11: 2, 13: -2, 16: 1, 18: -1},
		7: {6: 1, 7: -3, 8: 1, 16: -1, 17: 3, 18: -1},
	}
	// if some others are known
	amongOthers = [10]kernel{
		1: {10: -7, 11: 50, 13: -50, 14: 7},
		3: {2: -1, 7: 13, 12: -24, 17: 13, 22: -1},
		4: {1: -1, 3: 1, 5: -1, 6: 10, 8: -10, 9: 1, 15: 1, 16: -10, 18: 10, 19: -1, 21: 1, 23: -1},
	}
)

func init() { // coefficients of the other direction
	for _, k := range []*[10]kernel{&fromMeans, &amongOthers} {
		k[2], k[5], k[8], k[9] = k[1].turned(), k[3].turned(), k[7].turned(), k[6].turned()
	}
}

func (k kernel) turned() (t kernel) {
	for i, v := range k {
		t[i%5*5+i/5] = v
	}
	return t
}

func (d *decoder) exact(last int) bool {
	for _, c := range d.comps {
		for k := range last + 1 {
			if c.low[k] != 0 {
				return false
			}
		}
	}
	return true
}

func (d *decoder) smooths() bool {
	for _, c := range d.comps {
		if c.quant == nil || c.low[0] < 0 {
			return false
		}
		for _, q := range c.quant[:10] {
			if q == 0 {
				return false
			}
		}
	}
	return !d.exact(9)
}

func (c *component) estimate(coefs []int16, means *kernel) {
	kernels, mean := &amongOthers, true
	for k := 1; k < 10; k++ {
		mean = mean && c.low[k] < 0
	}
	if mean {
		kernels = &fromMeans
	}
	for k, weights := range kernels {
		if weights == (kernel{}) || k == 0 && !mean ||
			k > 0 && (c.low[k] == 0 || coefs[zigzag[k]] != 0) {
			continue
		}
		var sum int64
		for i, w := range weights {
			sum += int64(w * means[i])
		}
		sum *= int64(c.quant[0])
		unit := int64(c.quant[k])
		v := (unit<<7 + max(sum, -sum)) / (unit << 8)
		if k > 0 && c.low[k] > 0 {
			v = min(v, 1<<c.low[k]-1)
		}
		if sum < 0 {
			v = -v
		}
		coefs[zigzag[k]] = int16(v)
	}
}

// means returns the means around a block, the border repeated, rows as libjpeg-turbo counts them.
func (c *component) means(x, y int) (m kernel) {
	mcu, inMCU, mcus := y/c.v, c.v, c.blocksY/c.v
	columns := ceilDiv(c.w, 8)
	if left := ceilDiv(c.height, 8) % c.v; mcu == mcus-1 && left > 0 {
		inMCU = left
	}
	row, rows := mcu*inMCU+y%c.v, mcus*inMCU
	up, down := min(row, 2), max(0, min(rows-1-row, 2))
	for i := range m {
		fromX, fromY := i%5-2, max(-up, min(i/5-2, down))
		fromX = max(0, min(x+fromX, columns-1))
		m[i] = int32(c.coefs[64*((y+fromY)*c.blocksX+fromX)])
	}
	return m
}
