package main

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
)

// paritySetting is small: the Go backend takes seconds for it.
var paritySetting = setting{batch: 4, size: 64}

// A parity is how far a training step on an engine is from the same step on the Go backend.
type parity struct {
	arch, engine string
	loss, want   float64 // here, and on the Go backend
	gradients    float64 // relative distance of all gradients together: |a-b| / |b|
	noise        float64 // the same between steps here on images that differ by one part in shake
	running      float64 // relative distance of the running statistics
	worst        string  // the tensor whose own relative distance is largest
	worstBy      float64
}

// The loss and the running statistics must agree to this part of their size. The gradients of a
// deep network are not so tame: where a unit is near zero, rounding switches it on or off. So they
// may differ by a few times what a change of the images does that is as small as what rounding in
// dozens of layers adds up to; a single tensor's by more.
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
	verdict := "EQUAL within rounding"
	if !p.passed() {
		verdict = "DIFFERENT"
	}
	return fmt.Sprintf(
		"one training step of %s, %d images of %d pixels, %s against the Go backend: %s\n"+
			"  loss %.6f against %.6f, running statistics differ by %.1e (allowed: %.0e)\n"+
			"  gradients differ by %.1e (allowed: %.1e; images changed by 1/%d do %.1e), most in "+
			"%s by %.1e\n",
		p.arch, paritySetting.batch, paritySetting.size, p.engine, verdict, p.loss, p.want,
		p.running, tolerance,
		p.gradients, p.allowed(), shake, p.noise, p.worst, p.worstBy)
}

// checkParity compares and prints; a difference is an error.
func checkParity(o options, out io.Writer) error {
	eng, err := o.open(out)
	if err != nil {
		return err
	}
	defer eng.Close()
	plain, err := engine.Open(engine.Options{Spec: "go"})
	if err != nil {
		return err
	}
	defer plain.Close()
	p, err := compare(eng, plain, o.arch)
	if err != nil {
		return err
	}
	fmt.Fprint(out, p)
	if !p.passed() {
		return errors.New("the engine's training step is not the Go backend's")
	}
	return nil
}

// compare runs one step without dropout on both engines, from the same weights and images.
func compare(eng, plain *engine.Engine, arch string) (parity, error) {
	p := parity{arch: arch, engine: eng.Name}
	net, err := model.New(arch, classes, model.HeadOptions{})
	if err != nil {
		return p, err
	}
	here, err := gradients(eng, net, 0, 1.0/shake, -1.0/shake)
	if err != nil {
		return p, fmt.Errorf("a training step on %s: %w", eng.Name, err)
	}
	there, err := gradients(plain, net, 0)
	if err != nil {
		return p, fmt.Errorf("a training step on the Go backend: %w", err)
	}
	p.loss, p.want = float64(here[0][0][0]), float64(there[0][0][0])
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
	return p, nil
}

// distance adds up the squares of differences and of what was wanted.
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

// gradients runs one step for each shake, always from the same weights: on images of which every
// second value is made larger by that share of itself. A step gives the loss and, for each
// parameter in order, its gradient or, for a running statistic, its next value.
func gradients(eng *engine.Engine, net *model.Net, shakes ...float32) ([][][]float32, error) {
	step, err := newStep(eng, net, stepOptions{gradients: true})
	if err != nil {
		return nil, err
	}
	defer step.close()
	steps := make([][][]float32, len(shakes))
	for k, share := range shakes {
		out, err := step.call(newBatch(paritySetting, share), net.Init(1))
		if err != nil {
			return nil, err
		}
		for i, t := range out {
			values, err := tensors.CopyFlatData[float32](t)
			if err != nil {
				return nil, fmt.Errorf("reading output %d: %w", i, err)
			}
			steps[k] = append(steps[k], values)
		}
	}
	return steps, nil
}
