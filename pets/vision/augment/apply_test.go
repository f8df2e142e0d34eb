package augment

import (
	"math"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
)

// pattern is the synthetic image of the reference's test vectors (§4.3).
func pattern(h, w int) *images.RGB {
	p := images.New(w, h)
	for y := range h {
		for x := range w {
			for c := range 3 {
				p.Pix[3*(y*w+x)+c] = uint8((50*c + 3*x + 5*y + x*y/7) % 256)
			}
		}
	}
	return p
}

// The vectors A…H were computed with fastai 1.0.48 itself.
func TestVectors(t *testing.T) {
	warp := [4]float64{.1, -.2, .15, .05}
	crop := func(p Params) Params { p.CropRow, p.CropCol = .3, .6; return p }
	for _, c := range []struct {
		name      string
		h, w      int
		p         Params
		mean, std float64
		values    [7]float64
	}{
		{"A", 60, 80, Config{}.Valid(), .5060988, .2740969, [7]float64{.132773, .818768, .852661,
			.651541, .784374, .864715, .311960}},
		{"B", 150, 200, Config{}.Valid(), .5010247, .1696189, [7]float64{.374292, .164747, .729910,
			.764747, .247606, .481086, .275166}},
		{"C", 97, 61, Config{}.Valid(), .5028607, .2744393, [7]float64{.376471, .720784, .735686,
			.266980, .199833, .241316, .620291}},
		{"D", 60, 80, crop(Params{Degrees: 10}), .5076050, .2708446,
			[7]float64{.341545, .265522, .603380, .195673, .860017, .904282, .307418}},
		{"E", 60, 80, crop(Params{Zoom: 1.1, ZoomRow: .2, ZoomCol: .8}), .5046958, .2754156,
			[7]float64{.238065, .895146, .296248, .446566, .815048, .955516, .350294}},
		{"F", 60, 80, crop(Params{Warp: warp}), .5047433, .2729412,
			[7]float64{.374835, .962629, .177376, .600773, .071914, .959680, .669842}},
		{"G", 60, 80, crop(Params{Brightness: .55, Contrast: 1.1}), .5422396, .2878650,
			[7]float64{.161706, .886164, .960646, .792285, .884120, .928974, .413809}},
		{"H", 60, 80, crop(Params{Warp: warp, Degrees: 10, Zoom: 1.1, ZoomRow: .2, ZoomCol: .8,
			Brightness: .55, Contrast: 1.1, Flip: true}),
			.5475085, .2848253, [7]float64{.317413, .593544, .037359, .120969, .918127, .606245,
				.785285}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dst := make([]float32, 32*32*3)
			if err := (Config{}).Apply(dst, pattern(c.h, c.w), spec.Square(32), c.p); err != nil {
				t.Fatal(err)
			}
			var sum, squares float64
			for _, v := range dst {
				sum += float64(v)
			}
			mean := sum / float64(len(dst))
			for _, v := range dst {
				squares += (float64(v) - mean) * (float64(v) - mean)
			}
			near(t, "mean", mean, c.mean, 2e-6)
			near(t, "std", math.Sqrt(squares/float64(len(dst)-1)), c.std, 2e-6)
			for i, at := range [7][3]int{{0, 0, 0}, {0, 0, 31}, {1, 31, 0}, {2, 31, 31},
				{0, 16, 16}, {1, 5, 9}, {2, 20, 13}} {
				near(t, "value", float64(dst[3*(at[1]*32+at[2])+at[0]]), c.values[i], 2e-6)
			}
		})
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.7f, want %.7f (off by %.1e)", what, got, want, got-want)
	}
}
