package augment

import (
	"math/rand/v2"
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

// The graph must do what the host does, for images of any size in one batch, on every engine.
func TestDeviceAgreesWithHost(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	sizes := [][2]int{{60, 80}, {61, 45}, {33, 64}, {40, 20}, {32, 32}, {1, 1}, {1, 50}}
	const h, w = 64, 96
	for name, c := range map[string]struct {
		config Config
		size   spec.Size
	}{
		"train": {defaults, spec.Square(32)}, "valid": {Config{}, spec.Square(32)},
		"squish": {defaults, spec.Size{H: 24, W: 40}},
		"pad":    {Config{Resize: spec.Pad, Flip: true, MaxRotate: 45}, spec.Square(32)},
		"dihedral": {Config{Flip: true, FlipVert: true, MaxWarp: .3, MaxLighting: .4,
			PAffine: spec.Some(1.), PLighting: spec.Some(1.)}, spec.Square(30)},
	} {
		t.Run(name, func(t *testing.T) {
			img, rows := make([]uint8, len(sizes)*h*w*3), make([]float64, len(sizes)*RowLen)
			want := make([]float32, len(sizes)*c.size.H*c.size.W*3)
			for i := range img {
				img[i] = 255 // what lies beside an image must not be seen
			}
			for i, size := range sizes {
				p := images.New(size[1], size[0])
				for k := range p.Pix {
					p.Pix[k] = uint8(r.IntN(256))
				}
				p = c.config.Reduced(p, c.size)
				for y := range p.H {
					copy(img[3*w*(i*h+y):], p.Pix[3*p.W*y:3*p.W*(y+1)])
				}
				params := c.config.Valid()
				if c.config != (Config{}) {
					params = c.config.Draw(r)
				}
				if err := c.config.Row(rows[i*RowLen:][:RowLen], p, c.size, params); err != nil {
					t.Fatal(err)
				}
				px := c.size.H * c.size.W * 3
				if err := c.config.Apply(want[i*px:][:px], p, c.size, params); err != nil {
					t.Fatal(err)
				}
			}
			enginetest.Each(t, func(t *testing.T, eng *engine.Engine) {
				var got []float32
				err := engine.Call("transforms on the device", func() {
					exec := graph.MustNewExec(eng.Backend,
						func(img, rows *graph.Node) *graph.Node {
							return OnDevice(img, rows,
								c.size)
						})
					pictures := tensors.FromFlatDataAndDimensions(img, len(sizes), h, w, 3)
					out := exec.MustCall1(pictures, tensors.FromFlatDataAndDimensions(rows,
						len(sizes), RowLen))
					if !out.Shape().Equal(shapes.Make(dtypes.Float32, len(sizes), c.size.H,
						c.size.W, 3)) {
						t.Errorf("shape %v", out.Shape())
					}
					got = tensors.MustCopyFlatData[float32](out)
				})
				if err != nil {
					t.Fatal(err)
				}
				for i := range got {
					if d := got[i] - want[i]; !(d < 1e-5 && d > -1e-5) {
						t.Fatalf("value %d of image %d is %v, on the host %v", i,
							i/(len(got)/len(sizes)), got[i], want[i])
					}
				}
			})
		})
	}
}

func TestRowRefuses(t *testing.T) {
	row := make([]float64, RowLen)
	big := pattern(200, 300)
	says(t, "too large", defaults.Row(row, big, spec.Square(32), defaults.Valid()), "300×200",
		"size 32", "Reduced")
	small := defaults.Reduced(big, spec.Square(32))
	if err := defaults.Row(row, small, spec.Square(32), defaults.Valid()); err != nil ||
		small.FullW != 300 {
		t.Error(small.W, small.H, err)
	}
	if same := defaults.Reduced(small, spec.Square(32)); same != small {
		t.Error("reduced twice")
	}
	cut := Config{Cutout: 1}
	says(t, "cutout", cut.Row(row, small, spec.Square(32), cut.Draw(rand.New(rand.NewPCG(1, 1)))),
		"cutout", "Apply")
	says(t, "row", defaults.Row(row[:3], small, spec.Square(32), Params{}), "want 18")
}
