package augment

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
)

// An image from the cache must give the file's pixels, to 1/255, also where fastai averages
// first.
func TestCachedAgreesWithUncached(t *testing.T) {
	src, r := t.TempDir(), rand.New(rand.NewPCG(7, 8))
	cache, err := images.OpenCache(t.TempDir(), 64)
	if err != nil {
		t.Fatal(err)
	}
	defer cache.Close()
	for _, size := range [][2]int{{40, 50}, {66, 70}, {90, 70}, {97, 160}, {150, 200}, {301, 205},
		{640, 480}, {120, 700}} {
		p := pattern(size[0], size[1])
		file := filepath.Join(src, "p.bmp")
		if err := os.WriteFile(file, bitmap(p), 0o644); err != nil {
			t.Fatal(err)
		}
		cached, err := cache.Get(file)
		if err != nil {
			t.Fatal(err)
		}
		a, b := make([]float32, 32*32*3), make([]float32, 32*32*3)
		c := defaults
		c.MaxLighting = 0 // light would magnify half a level of rounding
		for i := range 40 {
			params := c.Valid()
			if i > 0 {
				params = c.Draw(r)
			}
			if err := c.Apply(a, p, spec.Square(32), params); err != nil {
				t.Fatal(err)
			}
			if err := c.Apply(b, cached, spec.Square(32), params); err != nil {
				t.Fatal(err)
			}
			for k := range a {
				if math.Abs(float64(a[k]-b[k])) > 1.0/255 {
					t.Fatalf("%v draw %d: %v from the cache (%d×%d), %v from the file", size, i,
						b[k], cached.W, cached.H, a[k])
				}
			}
		}
		os.Remove(file)
	}
}

// bitmap writes an image as an uncompressed BMP.
func bitmap(p *images.RGB) []byte {
	stride := (3*p.W + 3) / 4 * 4
	le := func(b []byte, v, n int) []byte {
		for range n {
			b, v = append(b, byte(v)), v>>8
		}
		return b
	}
	b := le(le(le([]byte("BM"), 54+stride*p.H, 4), 0, 4), 54, 4)
	b = le(le(le(le(le(le(b, 40, 4), p.W, 4), p.H, 4), 1, 2), 24, 2), 0, 24)
	for y := p.H - 1; y >= 0; y-- {
		for x := range p.W {
			c := p.Pix[3*(y*p.W+x):]
			b = append(b, c[2], c[1], c[0])
		}
		b = append(b, make([]byte, stride-3*p.W)...)
	}
	return b
}

func TestConfigIsJSON(t *testing.T) {
	data, err := json.Marshal(defaults)
	if err != nil {
		t.Fatal(err)
	}
	var back Config
	if err := json.Unmarshal(data, &back); err != nil || back != defaults {
		t.Errorf("%s became %+v (%v)", data, back, err)
	}
	if data, _ := json.Marshal(Config{}); string(data) != "{}" {
		t.Errorf("the zero value is %s", data)
	}
}

func TestMistakes(t *testing.T) {
	for want, c := range map[string]Config{
		"MaxRotate is -1": {MaxRotate: -1}, "MaxZoom is 0.9": {MaxZoom: .9},
		"MaxLighting is 1": {MaxLighting: 1}, "MaxWarp is 0.6": {MaxWarp: .6},
		"PAffine is 2": {PAffine: spec.Some(2.)}, "Cutout is -1": {Cutout: -1},
		`Resize is "zoom"`: {Resize: "zoom"}, "MaxLighting is NaN": {MaxLighting: math.NaN()},
	} {
		says(t, want, spec.Check(spec.Transforms(c)), want, "want")
	}
	dst, p := make([]float32, 27), pattern(4, 4)
	says(t, "values", Config{}.Apply(dst[:5], p, spec.Square(3), Params{}), "5 values", "want 27")
	says(t, "size", Config{}.Apply(dst, p, spec.Size{}, Params{}), "size is 0")
	says(t, "none", Config{}.Apply(dst, nil, spec.Square(3), Params{}), "no image")
	says(t, "broken", Config{}.Apply(dst, &images.RGB{W: 9, H: 9}, spec.Square(3), Params{}), "9×9",
		"0 values")
}

// Tiny and extreme images must not crash, whatever is drawn.
func TestExtremeImages(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	wild := Config{Flip: true, FlipVert: true, MaxRotate: 180, MaxZoom: 10, MaxLighting: .99,
		MaxWarp: .5, PAffine: spec.Some(1.), PLighting: spec.Some(1.), Cutout: 2}
	for _, size := range [][2]int{{1, 1}, {1, 2}, {2, 1}, {1, 500}, {500, 1}, {3, 1000},
		{2000, 2}} {
		for _, s := range []spec.Size{spec.Square(1), spec.Square(7), {H: 3, W: 9}} {
			for _, method := range []spec.Resize{spec.Auto, spec.Crop, spec.Squish, spec.Pad} {
				wild.Resize = method
				dst := make([]float32, s.H*s.W*3)
				if err := wild.Apply(dst, pattern(size[0], size[1]), s, wild.Draw(r)); err != nil {
					t.Fatal(err)
				}
				for _, v := range dst {
					if !(v >= 0 && v <= 1) {
						t.Fatalf("image %v to %v by %q: value %v", size, s, method, v)
					}
				}
			}
		}
	}
}
