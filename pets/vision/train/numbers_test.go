package train

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
)

// near compares to a relative precision: the reference prints nine digits.
func near(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if math.Abs(got-want) > relative*math.Abs(want) {
		t.Errorf("%s: got %.10g, want %.10g", what, got, want)
	}
}

// schedule is the one-cycle of default options.
func schedule(t *testing.T, lr spec.LR, groups, steps int) course {
	t.Helper()
	c, err := courseOf(spec.Fit{MaxLR: lr}.WithDefaults(), groups, steps, 0)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The table of fastai §8.1: 4 epochs of 92 batches.
func TestOneCycleTable(t *testing.T) {
	s := schedule(t, spec.LR{}, 3, 368)
	for _, row := range []struct {
		i       int
		lr, mom float64
	}{
		{0, 1.2e-4, .95}, {1, 1.20587242e-4, .94997961}, {2, 1.2234849e-4, .949918455},
		{10, 1.78330118e-4, .947974649},
		{55, .00156, .9}, {109, .00299941276, .85002039}, {110, .003, .85},
		{111, .0029998888, .850003707},
		{200, .00218586674, .877137884}, {239, .001500006, .9}, {300, 4.85503066e-4, .9338169},
		{367, 1.23202485e-7, .949996293},
	} {
		h := s.at(row.i)
		near(t, "lr", h.lrs[2], row.lr, 5e-9)
		near(t, "body's lr", h.lrs[0], row.lr/10, 5e-9)
		near(t, "momentum", h.beta1, row.mom, 5e-9)
	}
	near(t, "one epoch peaks at 27", schedule(t, spec.LR{}, 3, 92).at(27).lrs[2], 3e-3, 0)
	near(t, "momentum after the last batch", s.at(368).beta1, .95, 1e-12)
}

// A run so short that int(steps·0.3) is 0 still starts low and peaks at its second batch.
func TestOneCycleShort(t *testing.T) {
	s := schedule(t, spec.Const(1), 1, 3)
	near(t, "first", s.at(0).lrs[0], 1./25, 1e-12)
	near(t, "second", s.at(1).lrs[0], 1, 0)
	near(t, "third", s.at(2).lrs[0], cosine(1, 1/250000., 1./3), 1e-12)
}

func TestSmoothedLoss(t *testing.T) {
	var s smoother
	want := []float64{4, 3.4949495, 2.9865324, 3.5052545}
	for i, loss := range []float64{4, 3, 2, 5} {
		near(t, "smoothed", s.add(loss), want[i], 2e-8)
	}
}

// The vector of fastai §7: one linear layer, decay on weight and bias, β1 moving.
func TestAdamWVector(t *testing.T) {
	backend, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	exec, err := graph.NewExec(backend, func(in []*graph.Node) []*graph.Node {
		h := hyperNodes{in[0], 1}
		p, m, v := h.update(0, in[1], in[2], in[3], in[4])
		return []*graph.Node{p, m, v}
	})
	if err != nil {
		t.Fatal(err)
	}
	p, zero := []float32{1, -2, .5}, []float32{0, 0, 0}
	m, v := zero, zero
	step := func(n int, h hyper, grad []float32, want []float64) {
		out, err := exec.Call(h.vector(n), p, grad, m, v)
		if err != nil {
			t.Fatal(err)
		}
		p, m, v = tensors.MustCopyFlatData[float32](out[0]),
			tensors.MustCopyFlatData[float32](out[1]), tensors.MustCopyFlatData[float32](out[2])
		for i := range want {
			near(t, "parameter", float64(p[i]), want[i], 2e-7)
		}
	}
	step(1, hyper{lrs: []float64{.1}, beta1: .95, wd: .01}, []float32{.5, -.25, .2},
		[]float64{.89899999, -1.8980000, .3995})
	step(2, hyper{lrs: []float64{.05}, beta1: .9, wd: .01}, []float32{.1, .3, .2},
		[]float64{.87477452, -1.91491175, .36114237})
}

func TestSuggest(t *testing.T) {
	c := &Curve{Steps: 100}
	for i := range 100 {
		c.LR = append(c.LR, 1e-7*math.Pow(1e8, float64(i)/100))
		loss := 4.0 // flat, falling from 50 to 80, rising steeply after
		switch {
		case i > 80:
			loss = 1 + float64(i-80)
		case i > 50:
			loss = 4 - float64(i-50)/10
			if i > 60 && i <= 62 {
				loss -= .2 * float64(i-60)
			}
			if i > 62 {
				loss = max(1, loss-.4)
			}
		}
		c.Smoothed = append(c.Smoothed, loss)
	}
	got := map[string]spec.Suggestion{}
	for _, s := range c.Suggest() {
		got[s.Name] = s
	}
	if s := got["steep"]; s.LR != c.LR[61] {
		t.Errorf("steep at %g, want %g", s.LR, c.LR[61])
	}
	if s := got["minimum/10"]; math.Abs(s.LR-c.LR[76]/10) > 1e-15 || s.Loss != c.Smoothed[63] &&
		s.Loss != c.Smoothed[64] {
		t.Errorf("minimum/10: %+v", s)
	}
	if s := got["valley"]; s.LR < c.LR[56] || s.LR > c.LR[66] {
		t.Errorf("valley at %g, want in the middle of the descent", s.LR)
	}
	if lr, _ := c.Trimmed(); len(lr) != 85 || lr[0] != c.LR[10] {
		t.Errorf("trimmed curve has %d points from %g", len(lr), lr[0])
	}
	near(t, "rate of step 94", c.LR[94], 3.31131, 2e-6)
	if s := (&Curve{Steps: 100, LR: c.LR[:12], Smoothed: c.Smoothed[:12]}).Suggest(); s != nil {
		t.Errorf("a curve of 12 points suggests %v", s)
	}
}

// fastai v2's valley on a curve that falls all the way, as its code computes it: the descent
// "starts" at −1, a third is 3, so −1+3+1.
func TestValley(t *testing.T) {
	for _, c := range []struct {
		loss []float64
		want int
	}{
		{[]float64{9, 8, 7, 6, 5, 4, 3, 2, 1}, 3},
		// the longest descent ends at 6 and is 6 long: 0+2+1
		{[]float64{5, 6, 5, 4, 3, 2, 1, 4, 9}, 3},
		{[]float64{1, 2, 3, 4}, 0},
	} {
		if got := valley(c.loss); got != c.want {
			t.Errorf("%v: %d, want %d", c.loss, got, c.want)
		}
	}
}

func TestConfigDefaultsAndRefusals(t *testing.T) {
	c, err := Config{}.withDefaults()
	if err != nil || c.Batch != 64 || c.InnerBatch != 64 || c.Size.H != 224 ||
		c.WeightDecay.Get() != .01 {
		t.Errorf("%+v %v", c, err)
	}
	if c, err := (Config{Batches: spec.Batches{Batch: 48},
		InnerBatch: 20}).withDefaults(); err != nil || c.InnerBatch != 16 {
		t.Errorf("inner batch %d (%v), want the divisor 16", c.InnerBatch, err)
	}
	for want, c := range map[string]Config{
		"Size is 16×64":       {Batches: spec.Batches{Size: spec.Size{H: 16, W: 64}}},
		"Batch is 1":          {Batches: spec.Batches{Batch: 1}},
		"divisor from 2 to 4": {Batches: spec.Batches{Batch: 7}, InnerBatch: 4}} {
		_, err := c.withDefaults()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

type errText string

func (e errText) Error() string { return string(e) }
