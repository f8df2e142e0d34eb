package train

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
	"gopets/pets/vision/model"
	"gopets/pets/vision/model/golden"
)

// goldenLearner has a case's network and weights. Its images are never opened.
func goldenLearner(t *testing.T, eng *engine.Engine, c golden.Case) *Learner {
	t.Helper()
	net, err := model.New(c.Arch, c.Classes, spec.Head{Hidden: c.Hidden, Dropout: spec.Some(0.)})
	if err != nil {
		t.Fatal(err)
	}
	data := &dataset.Split{Train: make([]dataset.Item, c.Shape[0])}
	for i := range c.Classes {
		data.Classes = append(data.Classes, fmt.Sprint(i))
	}
	l, err := New(eng, net, data, Config{Batches: spec.Batches{Batch: c.Shape[0],
		Size: spec.Size{H: c.Shape[1], W: c.Shape[2]}, Stats: spec.NotNormalised}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	values := net.Init(0)
	f, err := net.ToFile(values)
	if err != nil {
		t.Fatal(err)
	}
	c.Fill(f)
	if _, _, _, err = net.FromFile(f, values); err == nil {
		err = l.SetWeights(values)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// checkAdamW runs three steps on one batch as torch did: losses before each and after the last, how
// far each parameter moved, running statistics.
func checkAdamW(t *testing.T, l *Learner, c golden.Case, want golden.Run) {
	t.Helper()
	before := values(t, l)
	b := &batch{size: l.load.cfg.Size, data: c.Images(), labels: c.Labels(),
		seed: rand.New(rand.NewPCG(1, 1)), n: c.Shape[0]}
	defer b.free()
	checkLoss := func(step int, beta1 float64) {
		read, err := l.opt.step(b, hyper{lrs: c.AdamW.LRs, beta1: beta1, wd: c.AdamW.Decay},
			Events{})
		if err != nil {
			t.Fatal(err)
		}
		loss := lossRead(t, read)
		// A loss near 0 is the rounding of logits near 10.
		if d := math.Abs(loss - want.Losses[step]); !(d <= 1e-3*want.Losses[step]+1e-6) {
			t.Errorf("step %d: loss %.7g, want %.7g", step, loss, want.Losses[step])
		}
	}
	for step, beta1 := range c.AdamW.Betas {
		checkLoss(step, beta1)
	}
	after := values(t, l)
	checkLoss(len(c.AdamW.Betas), .9)
	worstMove, worstStatistic, checked := 0.0, 0.0, 0
	for i, p := range l.Net().Params {
		now := golden.Torch(float64s(after[i]), p.Shape)
		moved := golden.Torch(float64s(before[i]), p.Shape)
		still := true
		for j := range moved {
			moved[j] = now[j] - moved[j]
			still = still && moved[j] == 0
		}
		if digest, ok := want.Running[p.Name]; ok {
			d := digest.Distance(p.Name, now)
			worstStatistic = max(worstStatistic, d)
			if !(d <= 1e-3) {
				t.Errorf("%s is off by %.1e", p.Name, d)
			}
			checked++
		} else if digest, ok := want.Moved[p.Name]; ok {
			d := digest.Sample(moved)
			worstMove = max(worstMove, d)
			if !(d <= 1e-2) {
				t.Errorf("%s moved otherwise by %.1e of its way", p.Name, d)
			}
			checked++
		} else if !still {
			t.Errorf("%s trains, in torch it does not", p.Name)
		}
	}
	if checked != len(want.Running)+len(want.Moved) {
		t.Errorf("%d tensors change, in torch %d do", checked, len(want.Running)+len(want.Moved))
	}
	t.Logf("moves %.1e, running statistics %.1e", worstMove, worstStatistic)
}

func float64s(values []float32) []float64 {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide
}

func TestAdamWAgainstTorch(t *testing.T) {
	t.Run("go", func(t *testing.T) { checkRuns(t, enginetest.Go(t), "petnet10") })
	t.Run("long", func(t *testing.T) {
		enginetest.Long(t) // TestBackendsAgree has petnet10 on XLA
		checkRuns(t, enginetest.Go(t), "mobilenet_v2")
		checkRuns(t, enginetest.XLA(t), "resnet18")
	})
}

func checkRuns(t *testing.T, eng *engine.Engine, archs ...string) {
	for _, arch := range archs {
		c := golden.Read[golden.Case](t, "../model/testdata/"+arch+".json")
		t.Run(arch, func(t *testing.T) {
			checkAdamW(t, goldenLearner(t, eng, c), c,
				c.AdamW.Unfrozen)
		})
		t.Run(arch+" frozen", func(t *testing.T) {
			l := goldenLearner(t, eng, c)
			if err := l.Freeze(); err != nil {
				t.Fatal(err)
			}
			checkAdamW(t, l, c, c.AdamW.Frozen)
		})
	}
}
