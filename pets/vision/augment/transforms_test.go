package augment

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gopets/pets/spec"
)

// defaults are fastai's.
var defaults = Config(spec.DefaultTransforms())

// says checks that an error exists and contains every one of the words.
func says(t *testing.T, name string, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", name)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: the error lacks %q: %v", name, w, err)
		}
	}
}

// Coefficients of vector F's warp (fastai §4.3).
func TestSymmetricWarp(t *testing.T) {
	got, err := symmetricWarp([4]float64{.1, -.2, .15, .05})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{.909091, .0155288, .1585653, .0134112, 1.0526315, .0477839,
		.1441503, .0502988, 1} {
		near(t, "coefficient", got[i], want, 5e-7)
	}
	_, err = symmetricWarp([4]float64{-1, -1, -1, -1})
	says(t, "folded", err, "folds")
}

func TestReflection(t *testing.T) {
	for i, x := range []float64{-2.6, -1.5, -1, -.3, .9, 1, 1.25, 1.9, 3.2} { // W = 5 (fastai §4.3)
		near(t, "place", reflect((x+1)/2*4, 4), []float64{3.2, 1, 0, 1.4, 3.8, 4, 3.5, 2.2, .4}[i],
			1e-12)
	}
	for _, u := range []float64{0, 5, -3, math.NaN(), math.Inf(1)} {
		if got := reflect(u, 0); got != 0 {
			t.Errorf("one pixel: %v became %v", u, got)
		}
	}
	for i, want := range map[int]int{-1: 1, -4: 4, -5: 3, 4: 4, 5: 3, 8: 0, 9: 1} {
		if got := mirrored(i, 5); got != want {
			t.Errorf("index %d of 5 became %d, want %d", i, got, want)
		}
	}
}

// The distributions of fastai §4.1, over 10 000 draws.
func TestDistributions(t *testing.T) {
	const n = 10_000
	r := rand.New(rand.NewPCG(1, 2))
	var ran [6]float64 // warp, rotate, zoom, brightness, contrast, flip
	values := map[string][]float64{}
	note := func(name string, v float64) { values[name] = append(values[name], v) }
	for range n {
		p := defaults.Draw(r)
		if p.Warp != [4]float64{} {
			ran[0]++
			for _, m := range p.Warp {
				note("warp", m)
			}
		}
		if p.Degrees != 0 {
			ran[1]++
			note("degrees", p.Degrees)
		}
		if p.Zoom != 0 {
			ran[2]++
			note("zoom", p.Zoom)
			note("zoom row", p.ZoomRow)
			note("zoom col", p.ZoomCol)
		}
		if p.Brightness != 0 {
			ran[3]++
			note("brightness", p.Brightness)
		}
		if p.Contrast != 0 {
			ran[4]++
			note("log contrast", math.Log(p.Contrast))
		}
		if p.Flip {
			ran[5]++
		}
		note("crop row", p.CropRow)
		note("crop col", p.CropCol)
	}
	for i, count := range ran {
		want := []float64{.75, .75, .75, .75, .75, .5}[i]
		near(t, "fraction that runs", count/n, want, 4*math.Sqrt(want*(1-want)/n))
	}
	for name, bounds := range map[string][2]float64{"warp": {-.2, .2}, "degrees": {-10, 10},
		"zoom": {1, 1.1}, "zoom row": {0, 1}, "zoom col": {0, 1},
		"brightness": {.4, .6}, "log contrast": {math.Log(.8), math.Log(1.25)}, "crop row": {0, 1},
		"crop col": {0, 1}} {
		uniform(t, name, values[name], bounds[0], bounds[1])
	}
}

// uniform checks a sample against a uniform distribution (Kolmogorov and Smirnov's statistic over
// 100 bins, at 2.2/√n: one false alarm in 10⁴).
func uniform(t *testing.T, name string, sample []float64, lo, hi float64) {
	t.Helper()
	var bins [100]float64
	for _, v := range sample {
		k := int((v - lo) / (hi - lo) * 100)
		if k < 0 || k >= 100 {
			t.Errorf("%s: %v outside %v…%v", name, v, lo, hi)
			return
		}
		bins[k]++
	}
	sum, worst := 0.0, 0.0
	for k, count := range bins {
		sum += count / float64(len(sample))
		worst = max(worst, math.Abs(sum-float64(k+1)/100))
	}
	if worst > 2.2/math.Sqrt(float64(len(sample))) {
		t.Errorf("%s: not uniform, off by %.4f with %d values", name, worst, len(sample))
	}
}

// A probability must not change another transform's values, and the same stream gives the same
// parameters.
func TestDrawsAreIndependentAndRepeatable(t *testing.T) {
	draw := func(c Config) Params { return c.Draw(rand.New(rand.NewPCG(9, 9))) }
	always, never := defaults, defaults
	always.PAffine, always.PLighting = spec.Some(1.), spec.Some(1.)
	never.PAffine, never.PLighting = spec.Some(0.), spec.Some(0.)
	a, b := draw(always), draw(never)
	if b.Degrees != 0 || b.Zoom != 0 || b.Brightness != 0 || b.Contrast != 0 {
		t.Errorf("p near 0 still runs: %+v", b)
	}
	if a.CropRow != b.CropRow || a.CropCol != b.CropCol || a.Flip != b.Flip {
		t.Error("the probability of one transform changed another's values")
	}
	if again := draw(always); again.Warp != a.Warp || again.Degrees != a.Degrees {
		t.Error("the same stream gave other parameters")
	}
	unset := Config{MaxRotate: 10} // an unset probability is fastai's
	count, r := 0, rand.New(rand.NewPCG(5, 5))
	for range 1000 {
		if unset.Draw(r).Degrees != 0 {
			count++
		}
	}
	if count < 690 || count > 810 {
		t.Errorf("rotated %d of 1000 times, want about 750", count)
	}
	dihedral, seen := Config{Flip: true, FlipVert: true}, map[int]bool{}
	for range 200 {
		p := dihedral.Draw(r)
		seen[p.Dihedral] = true
		if p.Flip {
			t.Fatal("flipped as well")
		}
	}
	if len(seen) != 8 {
		t.Errorf("%d of 8 turns and mirrorings", len(seen))
	}
	if p := (Config{}).Draw(r); p.Flip || p.Degrees != 0 || p.Warp != [4]float64{} ||
		p.Contrast != 0 || p.Dihedral != 0 {
		t.Errorf("no transforms, but %+v", p)
	}
}

// The eight turns and mirrorings give exact pixels of a square image.
func TestDihedral(t *testing.T) {
	src := pattern(16, 16)
	for k := range 8 {
		dst := make([]float32, 16*16*3)
		if err := (Config{}).Apply(dst, src, spec.Square(16), Params{Dihedral: k}); err != nil {
			t.Fatal(err)
		}
		for y := range 16 {
			for x := range 16 {
				sx, sy := x, y
				if k&4 != 0 {
					sx, sy = y, x
				}
				if k&1 != 0 {
					sx = 15 - sx
				}
				if k&2 != 0 {
					sy = 15 - sy
				}
				near(t, "value", float64(dst[3*(16*y+x)]), float64(src.Pix[3*(16*sy+sx)])/255, 1e-6)
			}
		}
		if t.Failed() {
			t.Fatalf("dihedral %d", k)
		}
	}
}

// An image that has the size already comes through unchanged; mirrored it is mirrored.
func TestSameSizeIsExact(t *testing.T) {
	src := pattern(40, 40)
	dst := make([]float32, 40*40*3)
	for _, flip := range []bool{false, true} {
		if err := (Config{}).Apply(dst, src, spec.Square(40), Params{Flip: flip, CropRow: 1,
			CropCol: 1}); err != nil {
			t.Fatal(err)
		}
		for i := range dst {
			at := i
			if flip {
				at = i/120*120 + 3*(39-i%120/3) + i%3
			}
			near(t, "value", float64(dst[i]), float64(src.Pix[at])/255, 1e-7)
		}
	}
}

func TestPadAndSquish(t *testing.T) {
	src := pattern(32, 16)
	dst := make([]float32, 32*32*3)
	if err := (Config{Resize: spec.Pad}).Apply(dst, src, spec.Square(32),
		Config{}.Valid()); err != nil {
		t.Fatal(err)
	}
	for x := range 32 { // 8 columns of reflection on either side
		sx := mirrored(x-8, 16)
		near(t, "padded", float64(dst[3*x]), float64(src.Pix[3*sx])/255, 1e-6)
	}
	wide := make([]float32, 8*64*3)
	if err := (Config{}).Apply(wide, src, spec.Size{H: 8, W: 64}, Config{}.Valid()); err != nil {
		t.Fatal(err)
	}
	// all columns are there
	near(t, "squished corner", float64(wide[3*63]), float64(src.Pix[3*15])/255, 1e-6)
}

// Light by table against light by formula, over all values and the range of both parameters.
func TestLight(t *testing.T) {
	var l light
	for _, change := range []float64{0, .1, .4, .5, .55, .6, .9} {
		for _, contrast := range []float64{0, .5, .8, .97, 1, 1.1, 1.25, 2} {
			if l.set(change, contrast) != (change != 0 || contrast != 0) {
				t.Fatalf("set(%v, %v)", change, contrast)
			}
			var in []float32
			for i := range 20001 {
				in = append(in, float32(i)/20000)
			}
			in = append(in, 1e-8, 1e-7, 2e-7, 1e-5, 6.1e-5, 1-6.1e-5, 1-1e-6, .49999997, .5,
				.50000006)
			out := append([]float32{}, in...)
			if change == 0 && contrast == 0 {
				continue
			}
			l.apply(out)
			for i := range in {
				x := math.Min(math.Max(float64(in[i]), float64(lowest)), float64(highest))
				want := 1 / (1 + math.Exp(-l.scale*(math.Log(x/(1-x))+l.shift)))
				if d := math.Abs(float64(out[i]) - want); d > 1.5e-6 {
					t.Fatalf("brightness %v contrast %v: %v became %v, want %v (off by %.1e)",
						change, contrast, in[i], out[i], want, d)
				}
			}
		}
	}
}

func TestCutout(t *testing.T) {
	src := pattern(32, 48)
	for i := range src.Pix {
		src.Pix[i] = 255
	}
	dst := make([]float32, 32*32*3)
	p := Params{Holes: []Hole{{Row: .5, Col: .5, Length: 8}}, CropCol: .5}
	if err := (Config{Cutout: 1}).Apply(dst, src, spec.Square(32), p); err != nil {
		t.Fatal(err)
	}
	black := 0
	for i := 0; i < len(dst); i += 3 {
		if dst[i] == 0 {
			black++
		}
	}
	if black != 64 || dst[3*(16*32+16)] != 0 || dst[0] != 1 {
		t.Errorf("%d black pixels, want 64 in the middle", black)
	}
	c := Config{Cutout: 3, CutoutLength: 5}
	if p := c.Draw(rand.New(rand.NewPCG(1, 1))); len(p.Holes) != 3 || p.Holes[0].Length != 5 {
		t.Errorf("%+v", p.Holes)
	}
}
