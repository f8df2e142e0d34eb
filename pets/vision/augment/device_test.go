package augment

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

// onDevice runs OnDevice for rows of images that are in pixels, and returns the values.
func onDevice(t *testing.T, eng *engine.Engine, pixels []uint8, rows []float64, n int,
	s spec.Size) []float32 {
	t.Helper()
	var got []float32
	err := engine.Call("transforms on the device", func() {
		exec := graph.MustNewExec(eng.Backend, func(pixels, rows *graph.Node) *graph.Node {
			return OnDevice(pixels, rows, s)
		})
		defer exec.Finalize()
		out := exec.MustCall1(tensors.FromFlatDataAndDimensions(pixels, len(pixels)/3, 3),
			tensors.FromFlatDataAndDimensions(rows, n, len(rows)/n))
		if !out.Shape().Equal(shapes.Make(dtypes.Float32, n, s.H, s.W, 3)) {
			t.Errorf("shape %v", out.Shape())
		}
		got = tensors.MustCopyFlatData[float32](out)
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// stored appends an image's versions to pixels.
func stored(t *testing.T, c Config, pixels []uint8, img *images.RGB, s spec.Size) ([]uint8,
	[]Version) {
	t.Helper()
	list, err := c.Versions(img, s)
	if err != nil {
		t.Fatal(err)
	}
	var versions []Version
	for _, v := range list {
		w, h := v.Full()
		versions = append(versions, Version{len(pixels) / 3, v.W, v.H, w, h})
		pixels = append(pixels, v.Pix...)
	}
	return pixels, versions
}

// The graph must do what the host does, for images of any size in one batch, on every engine: to
// 1e-5, and to 1/255 for images that are averaged, for the device holds averages as bytes.
func TestDeviceAgreesWithHost(t *testing.T) {
	sizes := [][2]int{{60, 80}, {61, 45}, {33, 64}, {40, 20}, {32, 32}, {1, 1}, {1, 50}, // h, w
		{70, 100}, {85, 77}, {150, 120}, {400, 90}}
	for name, c := range map[string]struct {
		config   Config
		size     spec.Size
		averaged int // images that are averaged in some views
	}{
		"train": {defaults, spec.Square(32), 4}, "valid": {Config{}, spec.Square(32), 4},
		"squish": {defaults, spec.Size{H: 24, W: 40}, 3},
		"pad":    {Config{Resize: spec.Pad, Flip: true, MaxRotate: 45}, spec.Square(32), 5},
		"dihedral": {Config{Flip: true, FlipVert: true, MaxWarp: .3, MaxLighting: .4,
			PAffine: spec.Some(1.), PLighting: spec.Some(1.)}, spec.Square(30), 4},
		"cutout": {Config{Flip: true, MaxZoom: 1.4, Cutout: 3, CutoutLength: 9}, spec.Square(32),
			4},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			n, px := len(sizes), c.size.H*c.size.W*3
			pixels := []uint8{9, 9, 9} // what lies before and between must not be seen
			rows, want := make([]float64, n*c.config.RowLen()), make([]float32, n*px)
			exact, averaged := make([]bool, n), 0
			for i, size := range sizes {
				p := images.New(size[1], size[0])
				for k := range p.Pix {
					p.Pix[k] = uint8(r.IntN(256))
				}
				var versions []Version
				pixels, versions = stored(t, c.config, pixels, p, c.size)
				last := versions[len(versions)-1]
				if exact[i] = last.W == p.W && last.H == p.H; !exact[i] {
					averaged++
				}
				params := c.config.Valid()
				if c.config != (Config{}) {
					params = c.config.Draw(r)
				}
				row := rows[i*c.config.RowLen():][:c.config.RowLen()]
				if err := c.config.Row(row, versions, c.size, params); err != nil {
					t.Fatal(err)
				}
				if err := c.config.Apply(want[i*px:][:px], p, c.size, params); err != nil {
					t.Fatal(err)
				}
				if i%2 == 1 { // as where a batch is sent with its images
					Move(row, 7)
					row[rowStart] -= 7
				}
			}
			if averaged != c.averaged {
				t.Errorf("%d images are averaged, want %d", averaged, c.averaged)
			}
			enginetest.Each(t, func(t *testing.T, eng *engine.Engine) {
				got := onDevice(t, eng, pixels, rows, n, c.size)
				for i := range got {
					d, most := math.Abs(float64(got[i]-want[i])), 1e-5
					if !exact[i/px] {
						most = 1. / 255
					}
					if !(d < most) {
						t.Fatalf("value %d of image %d is %v, on the host %v", i, i/px, got[i],
							want[i])
					}
				}
			})
		})
	}
}

func TestVersions(t *testing.T) {
	size := spec.Square(32)
	for side, want := range map[int][]int{60: {60}, 64: {64}, 70: {70, 64}, 95: {95, 64}, 97: {64},
		300: {64}} {
		list, err := defaults.Versions(pattern(side, side), size)
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, v := range list {
			if w, _ := v.Full(); w != side {
				t.Errorf("side %d: full width %d", side, w)
			}
			got = append(got, v.W)
		}
		if !slices.Equal(got, want) {
			t.Errorf("side %d: versions of %v pixels, want %v", side, got, want)
		}
	}
	again, err := defaults.Versions(pattern(300, 300).Reduced(64, 64), size)
	if err != nil || len(again) != 1 || again[0].W != 64 {
		t.Errorf("an image that a cache has reduced: %v, %v", again, err)
	}
	_, err = defaults.Versions(nil, size)
	says(t, "no image", err, "no image")
	row := make([]float64, defaults.RowLen())
	says(t, "short row", defaults.Row(row[:3], []Version{{}}, size, Params{}), "want 19")
	says(t, "no version", defaults.Row(row, nil, size, Params{}), "0 versions")
	says(t, "holes", defaults.Row(row, []Version{{W: 9, H: 9, FullW: 9, FullH: 9}}, size,
		Params{Holes: []Hole{{}}}), "1 holes")
}
