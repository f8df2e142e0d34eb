package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/augment"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
)

func runParity(o options) error {
	eng, err := o.open()
	if err != nil {
		return err
	}
	defer eng.Close()
	fmt.Println("computing on", eng)
	for _, note := range eng.Notes {
		fmt.Println(note)
	}
	if err := o.save(result{Kind: "engine", What: eng.String()}); err != nil {
		return err
	}
	plain, err := engine.Open(engine.Options{Spec: "go"})
	if err != nil {
		return err
	}
	defer plain.Close()
	// small, as the Go backend takes seconds for them
	net, steps := setting{arch: "resnet34", size: 64, batch: 4}, setting{arch: "petnet18", size: 64,
		batch: 4}
	if o.cpu {
		net, steps = setting{arch: "petnet10", size: 32, batch: 4}, setting{arch: "petnet10",
			size: 32, batch: 4}
	}
	var failed []error
	for _, check := range []struct {
		what string
		run  func() (string, bool, error)
	}{
		{"transforms", func() (string, bool, error) { return transforms(eng, plain) }},
		{"forward", func() (string, bool, error) { return forwards(eng, plain, net) }},
		{"gradients", func() (string, bool, error) { return gradientsOf(eng, plain, net) }},
		{"three steps", func() (string, bool, error) { return o.threeSteps(eng, plain, steps) }},
	} {
		text, equal, err := check.run()
		if err == nil && !equal {
			err = errors.New("the engine's numbers are not the Go backend's")
		}
		outcome := map[bool]string{true: "EQUAL within rounding", false: "DIFFERENT"}[err == nil]
		fmt.Printf("%s: %s\n  %s\n", check.what, outcome, text)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", check.what, err))
		}
		if err := o.save(result{Kind: "parity", What: check.what, Failed: err != nil}); err != nil {
			return err
		}
	}
	return errors.Join(failed...)
}

type parity struct {
	setting    setting
	loss, want float64 // here, and on the Go backend
	gradients  float64 // relative distance of all gradients together: |a-b| / |b|
	noise      float64 // the same between steps here on images that differ by one part in shake
	running    float64 // relative distance of the running statistics
	worst      string  // the tensor whose own relative distance is largest
	worstBy    float64
}

// The loss and the running statistics agree to this fraction of their size. Gradients may differ by
// a few times what rounding of the images changes, a single tensor's by more: near zero, rounding
// switches units on or off.
const (
	tolerance   = 1e-4
	shake       = 1 << 18
	noiseTimes  = 3
	tensorTimes = 10
)

func (p parity) allowed() float64 { return math.Max(noiseTimes*p.noise, 1e-2) }

func (p parity) passed() bool {
	return math.Abs(p.loss-p.want) <= tolerance*math.Abs(p.want) && p.running <= tolerance &&
		p.gradients <= p.allowed() && p.worstBy <= tensorTimes*p.allowed()
}

func (p parity) String() string {
	return fmt.Sprintf(
		"%s, %d images of %d pixels: loss %.6f against %.6f, running statistics differ by %.1e "+
			"(allowed: %.0e)\n"+
			"  gradients differ by %.1e (allowed: %.1e; images changed by 1/%d do %.1e), most in "+
			"%s by %.1e",
		p.setting.arch, p.setting.batch, p.setting.size, p.loss, p.want, p.running, tolerance,
		p.gradients, p.allowed(), shake, p.noise, p.worst, p.worstBy)
}

// gradientsOf compares one step without dropout, from the same weights and images.
func gradientsOf(eng, plain *engine.Engine, s setting) (string, bool, error) {
	net, err := model.New(s.arch, classes, spec.Head{})
	if err != nil {
		return "", false, err
	}
	here, err := compute(eng, net, gradients, s, 0, 1.0/shake, -1.0/shake)
	if err != nil {
		return "", false, err
	}
	there, err := compute(plain, net, gradients, s, 0)
	if err != nil {
		return "", false, err
	}
	p := parity{setting: s, loss: float64(here[0][0][0]), want: float64(there[0][0][0])}
	var all, running distance
	noise := make([]distance, len(here))
	for i, param := range net.Params {
		a, b := here[0][1+i], there[0][1+i]
		if !param.Trainable() {
			running.add(a, b)
			continue
		}
		all.add(a, b)
		for k := range noise {
			noise[k].add(here[k][1+i], a)
		}
		var own distance
		own.add(a, b)
		if own.relative() > p.worstBy {
			p.worst, p.worstBy = param.Name, own.relative()
		}
	}
	for _, d := range noise {
		p.noise = math.Max(p.noise, d.relative())
	}
	p.gradients, p.running = all.relative(), running.relative()
	return p.String(), p.passed(), nil
}

type distance struct{ difference, wanted float64 }

func (d *distance) add(a, b []float32) {
	for i := range b {
		d.difference += math.Pow(float64(a[i])-float64(b[i]), 2)
		d.wanted += math.Pow(float64(b[i]), 2)
	}
}

func (d distance) relative() float64 {
	if d.wanted == 0 {
		return math.Sqrt(d.difference)
	}
	return math.Sqrt(d.difference / d.wanted)
}

func forwards(eng, plain *engine.Engine, s setting) (string, bool, error) {
	net, err := model.New(s.arch, classes, spec.Head{})
	if err != nil {
		return "", false, err
	}
	here, err := compute(eng, net, forward, s, 0)
	if err != nil {
		return "", false, err
	}
	there, err := compute(plain, net, forward, s, 0)
	if err != nil {
		return "", false, err
	}
	var d distance
	d.add(here[0][0], there[0][0])
	return fmt.Sprintf("%s: logits differ by %.1e (allowed: %.0e)", s.arch, d.relative(),
			tolerance),
		d.relative() <= tolerance, nil
}

// threeSteps compares the losses of three steps of a fit, with transforms and AdamW.
func (o options) threeSteps(eng, plain *engine.Engine, s setting) (string, bool, error) {
	const allowed = 5e-3 // a gradient near zero moves a weight either way
	// without dropout: the engines' random numbers differ
	s.kind, s.head = spec.Float32, spec.Head{Dropout: spec.Some(0.)}
	var losses [2][]float64
	for i, e := range []*engine.Engine{eng, plain} {
		l, err := options{cpu: true}.learner(e, s) // three batches of small images
		if err != nil {
			return "", false, err
		}
		fit := spec.Fit{MaxLR: spec.Const(1e-4)}
		err = l.FitOneCycle(context.Background(), 1, fit, train.Events{})
		if err == nil {
			losses[i] = l.Recorder().Last().Losses
		}
		l.Close()
		if err != nil {
			return "", false, err
		}
	}
	worst := 0.0
	for k, want := range losses[1] {
		worst = math.Max(worst, math.Abs(losses[0][k]-want)/want)
	}
	return fmt.Sprintf("%s: losses %.5f against %.5f, differ by %.1e (allowed: %.0e)", s.arch,
		losses[0], losses[1], worst, allowed), worst <= allowed && len(losses[1]) == 3, nil
}

func transforms(eng, plain *engine.Engine) (string, bool, error) {
	const allowed = 1e-4
	c, size, r := augment.Config(spec.DefaultTransforms()), spec.Square(64), rand.New(rand.NewPCG(1,
		2))
	var pixels []uint8
	var rows []float64
	var want []float32
	const n = 8
	for range n {
		img := images.New(120, 90)
		for k := range img.Pix {
			img.Pix[k] = uint8(r.IntN(256))
		}
		params := c.Draw(r)
		row, values := make([]float64, c.RowLen()), make([]float32, 3*size.H*size.W)
		version := augment.Version{Start: len(pixels) / 3, W: img.W, H: img.H, FullW: img.W,
			FullH: img.H}
		if err := errors.Join(c.Row(row, []augment.Version{version}, size, params),
			c.Apply(values, img, size, params)); err != nil {
			return "", false, err
		}
		pixels, rows, want = append(pixels, img.Pix...), append(rows, row...),
			append(want, values...)
	}
	worst := 0.0
	for _, e := range []*engine.Engine{eng, plain} {
		var got []float32
		err := engine.Call("transforms on "+e.Name, func() {
			exec := graph.MustNewExec(e.Backend, func(pixels, rows *graph.Node) *graph.Node {
				return augment.OnDevice(pixels, rows, size)
			})
			got = tensors.MustCopyFlatData[float32](exec.MustCall1(
				tensors.FromFlatDataAndDimensions(pixels, len(pixels)/3, 3),
				tensors.FromFlatDataAndDimensions(rows, n, len(rows)/n)))
		})
		if err != nil {
			return "", false, err
		}
		for i := range got {
			worst = math.Max(worst, math.Abs(float64(got[i]-want[i])))
		}
	}
	return fmt.Sprintf("values differ from the host's by up to %.1e (allowed: %.0e)", worst,
			allowed),
		worst <= allowed, nil
}
