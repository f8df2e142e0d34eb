package golden

import (
	"math"
	"strconv"
)

// Numbers returns count numbers, uniform in [−1, 1): FNV-1a of the name starts SplitMix64 (Steele,
// Lea & Flood 2014).
func Numbers(name string, count int) []float64 {
	state := uint64(14695981039346656037)
	for i := range len(name) {
		state = (state ^ uint64(name[i])) * 1099511628211
	}
	numbers := make([]float64, count)
	for i := range numbers {
		state += 0x9e3779b97f4a7c15
		z := (state ^ state>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		numbers[i] = float64(z>>11)/(1<<52) - 1
	}
	return numbers
}

func (c Case) numbers(name string, count int) []float64 {
	return Numbers(strconv.Itoa(c.Seed)+"/"+name, count)
}

func (c Case) values(name string, count int, scale, shift float64) []float32 {
	return Float32(c.numbers(name, count), scale, shift)
}

// Float32 is numbers·scale + shift, rounded once. (The conversion keeps Go from fusing the two.)
func Float32(numbers []float64, scale, shift float64) []float32 {
	values := make([]float32, len(numbers))
	for i, u := range numbers {
		values[i] = float32(float64(u*scale) + shift)
	}
	return values
}

// A Digest is what is kept of a tensor: its norm, a projection, and a sample.
type Digest struct {
	Norm float64
	// what errors are relative to: the norm, or, where the true value is 0, that of similar tensors
	Scale      float64
	Projection float64   // Σ vᵢ·Numbers("probe/"+name)ᵢ
	At         []int     // positions,
	Values     []float64 // and the values there
}

// Distance estimates ‖v−w‖/‖w‖ for the tensor w of which d was made: the largest of the estimates
// by norm, projection (an error of length 1 changes it by about √⅓) and sample.
func (d Digest) Distance(name string, v []float64) float64 {
	norm, projection, sample := 0.0, 0.0, 0.0
	for i, p := range Numbers("probe/"+name, len(v)) {
		norm += v[i] * v[i]
		projection += v[i] * p
	}
	for k, i := range d.At {
		if i >= len(v) {
			return math.Inf(1)
		}
		sample += (v[i] - d.Values[k]) * (v[i] - d.Values[k])
	}
	far := max(math.Abs(math.Sqrt(norm)-d.Norm), math.Abs(projection-d.Projection)*math.Sqrt(3))
	if len(d.At) > 0 {
		far = max(far, math.Sqrt(sample*float64(len(v))/float64(len(d.At))))
	}
	return far / d.Scale
}

// Sample returns the distance at the sampled positions, relative to the values there.
func (d Digest) Sample(v []float64) float64 {
	at := make([]float64, len(d.At))
	for k, i := range d.At {
		at[k] = v[i]
	}
	return Distance(at, d.Values)
}

// Distance returns ‖a−b‖/‖b‖.
func Distance(a, b []float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	var d, n float64
	for i := range a {
		d += (a[i] - b[i]) * (a[i] - b[i])
		n += b[i] * b[i]
	}
	return math.Sqrt(d / (n + 1e-300))
}

// Torch converts a parameter's values from the graph's layout, HWIO or [in, out], to torch's, OIHW
// or [out, in].
func Torch(v []float64, shape []int) []float64 {
	if len(shape) < 2 {
		return v
	}
	out := shape[len(shape)-1]
	in := shape[len(shape)-2]
	taps := len(v) / in / out
	var torch []float64
	for o := range out {
		for i := range in {
			for p := range taps {
				torch = append(torch, v[(p*in+i)*out+o])
			}
		}
	}
	return torch
}
