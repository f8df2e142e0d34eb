package train

import (
	"fmt"
	"math"
)

// LRRange says which maximal learning rate each layer group gets (fastai §7, lr_range). The zero
// value is fastai's default, Slice1(3e-3). Make others with [Slice], [Slice1] and [Const].
type LRRange struct {
	Kind LRKind  `json:"kind"`
	Lo   float64 `json:"lo"` // first group's rate, for KindSlice
	Hi   float64 `json:"hi"` // last group's rate
}

// LRKind distinguishes the ways to spread a rate over the groups.
type LRKind string

const (
	KindDefault LRKind = ""       // Slice1(3e-3)
	KindSlice   LRKind = "slice"  // geometric from Lo to Hi
	KindSlice1  LRKind = "slice1" // Hi/10 for all groups but the last
	KindConst   LRKind = "const"  // Hi for all
)

// DefaultLR is the rate of the last group when none is asked for.
const DefaultLR = 3e-3

// Slice is Python's slice(lo, hi): rates rise geometrically from the first group to the last.
func Slice(lo, hi float64) LRRange { return LRRange{Kind: KindSlice, Lo: lo, Hi: hi} }

// Slice1 is Python's slice(hi): a tenth of hi for every group but the last, which gets hi.
func Slice1(hi float64) LRRange { return LRRange{Kind: KindSlice1, Hi: hi} }

// Const gives every group the same rate.
func Const(lr float64) LRRange { return LRRange{Kind: KindConst, Hi: lr} }

// Groups returns the rate of each of n layer groups, first to last.
func (r LRRange) Groups(n int) ([]float64, error) {
	if r.Kind == KindDefault {
		r = Slice1(DefaultLR)
	}
	lo := r.Hi
	if r.Kind == KindSlice {
		lo = r.Lo
	}
	if !(lo > 0) || !(r.Hi > 0) || math.IsInf(lo, 0) || math.IsInf(r.Hi, 0) {
		return nil, fmt.Errorf("learning rate %v: rates must be positive finite numbers, for instance slice(1e-6, 1e-4)", r)
	}
	lrs := make([]float64, n)
	for i := range lrs {
		switch {
		case r.Kind == KindSlice && n > 1:
			lrs[i] = lo * math.Pow(r.Hi/lo, float64(i)/float64(n-1))
		case r.Kind == KindSlice1 && i < n-1:
			lrs[i] = r.Hi / 10
		case r.Kind == KindSlice || r.Kind == KindSlice1 || r.Kind == KindConst:
			lrs[i] = r.Hi
		default:
			return nil, fmt.Errorf("learning rate kind %q is unknown: use Slice, Slice1 or Const", r.Kind)
		}
	}
	return lrs, nil
}

// String writes the range as fastai's users do: slice(1e-06, 0.0001).
func (r LRRange) String() string {
	switch r.Kind {
	case KindSlice:
		return fmt.Sprintf("slice(%g, %g)", r.Lo, r.Hi)
	case KindSlice1:
		return fmt.Sprintf("slice(%g)", r.Hi)
	case KindConst:
		return fmt.Sprintf("%g", r.Hi)
	}
	return Slice1(DefaultLR).String()
}
