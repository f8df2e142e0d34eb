package plots

import (
	"math"
	"strconv"
	"strings"
)

type axis struct {
	lo, hi float64 // of the frame's edges; for log, of the values themselves
	log    bool
	ticks  []tick
}

// A tick without a label is a minor one.
type tick struct {
	value float64
	label string
}

// newAxis returns an axis for lo…hi with margin, a fraction of the range, on both sides and about n
// labelled ticks.
func newAxis(lo, hi, margin float64, log bool, n int) axis {
	if log {
		a, b := math.Log10(lo), math.Log10(hi)
		pad := math.Max((b-a)*margin, 0.02)
		ax := axis{lo: math.Pow(10, a-pad), hi: math.Pow(10, b+pad), log: true}
		ax.ticks = logTicks(ax.lo, ax.hi, n)
		return ax
	}
	if !(hi > lo) {
		pad := math.Max(math.Abs(lo)*0.05, 1e-9)
		if lo == 0 {
			pad = 1
		}
		lo, hi = lo-pad, hi+pad
	}
	pad := (hi - lo) * margin
	ax := axis{lo: lo - pad, hi: hi + pad}
	ax.ticks = linearTicks(ax.lo, ax.hi, n)
	return ax
}

func (a axis) share(v float64) float64 {
	if a.log {
		return math.Log(v/a.lo) / math.Log(a.hi/a.lo)
	}
	return (v - a.lo) / (a.hi - a.lo)
}

// linearTicks marks at most n multiples of 1, 2, 2.5 or 5 times a power of ten.
func linearTicks(lo, hi float64, n int) []tick {
	step := niceStep((hi - lo) / float64(max(n, 1)))
	if !(step > 0) || !finite(step) {
		return nil
	}
	var out []tick
	largest := math.Max(math.Abs(lo), math.Abs(hi))
	for i := math.Ceil(lo/step - 1e-9); i <= math.Floor(hi/step+1e-9); i++ {
		v := i * step
		out = append(out, tick{v, tickLabel(v, step, largest)})
	}
	return out
}

func niceStep(raw float64) float64 {
	if !(raw > 0) {
		return 0
	}
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= raw*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// tickLabel writes v with the digits of such steps; very large and small ones as powers of ten.
func tickLabel(v, step, largest float64) string {
	if math.Abs(v) < step/1e6 {
		v = 0 // adding steps left a rest
	}
	digits := func(x float64) int { // decimals needed for multiples of x
		d := -int(math.Floor(math.Log10(x) + 1e-9))
		if mantissa := x * math.Pow(10, float64(d)); math.Abs(mantissa-2.5) < 1e-6 {
			d++
		}
		return d
	}
	d := digits(step)
	if largest >= 1e6 || largest < 1e-3 {
		if v == 0 {
			return "0"
		}
		exponent := int(math.Floor(math.Log10(math.Abs(v)) + 1e-9))
		mantissa, power, _ := strings.Cut(strconv.FormatFloat(v, 'e', max(0, d+exponent), 64), "e")
		if strings.Contains(mantissa, ".") {
			mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		}
		return mantissa + "e" + power
	}
	return strconv.FormatFloat(v, 'f', max(0, d), 64)
}

// logTicks labels powers of ten as 1e-03, at most n, and within a single decade 2 and 5; other
// multiples get minor ticks.
func logTicks(lo, hi float64, n int) []tick {
	first, last := int(math.Floor(math.Log10(lo))), int(math.Ceil(math.Log10(hi)))
	decades := int(math.Floor(math.Log10(hi))) - int(math.Ceil(math.Log10(lo))) + 1
	every := max(1, (decades+n-1)/max(n, 1))
	var out []tick
	for e := first; e <= last; e++ {
		for m := 1; m <= 9; m++ {
			v := float64(m) * math.Pow(10, float64(e))
			if v < lo || v > hi {
				continue
			}
			t := tick{value: v}
			if m == 1 && e%every == 0 || decades < 2 && (m == 1 || m == 2 || m == 5) {
				t.label = strconv.FormatFloat(v, 'e', 0, 64)
			}
			if m == 1 || every == 1 {
				out = append(out, t)
			}
		}
	}
	return out
}
