package train

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
)

// fixture is three classes of small images, lines apart by their colours: training for a few steps
// must show.
var fixtureClasses = []string{"blue", "green", "red"}

const (
	fixtureTrain = 15
	fixtureValid = 7
)

func fixtureSplit() *dataset.Split {
	s := &dataset.Split{Classes: fixtureClasses, SplitHash: "fixture"}
	for i := range fixtureTrain + fixtureValid {
		item := dataset.Item{Path: fmt.Sprintf("%s_%d.jpg", fixtureClasses[i%3], i), Label: i % 3}
		if i < fixtureTrain {
			s.Train = append(s.Train, item)
		} else {
			s.Valid = append(s.Valid, item)
		}
	}
	return s
}

func fixtureImage(item dataset.Item) (*images.RGB, error) {
	p := &images.RGB{W: 36, H: 32, Pix: make([]uint8, 36*32*3)}
	number := len(item.Path) + int(item.Path[len(item.Path)-5])
	for i := range p.Pix {
		p.Pix[i] = uint8((i*7 + number*i/5) % 97)
		if i%3 == 2-item.Label {
			p.Pix[i] += 120
		}
	}
	return p, nil
}

func fixtureConfig() Config {
	return Config{Batches: spec.Batches{Seed: 7, Size: spec.Square(32), Batch: 5,
		Transforms: spec.DefaultTransforms()}, Images: fixtureImage}
}

func newLearner(t *testing.T, eng *engine.Engine, c Config) *Learner {
	t.Helper()
	return learnerWith(t, eng, c, spec.Head{Hidden: []int{16}})
}

// sharedNets and sharedGraphs are what tests' learners have in common, for compiling takes longer
// than most tests. A test that counts what is compiled calls ownGraphs.
var (
	sharedNets   = map[string]*model.Net{}
	sharedGraphs Graphs
)

func ownGraphs(t *testing.T, c *Config) {
	c.Graphs = &Graphs{}
	t.Cleanup(c.Graphs.Close)
}

func learnerWith(t *testing.T, eng *engine.Engine, c Config, h spec.Head) *Learner {
	t.Helper()
	name, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	net := sharedNets[string(name)]
	if net == nil {
		if net, err = model.New("petnet10", 3, h); err != nil {
			t.Fatal(err)
		}
		sharedNets[string(name)] = net
	}
	return learnerOf(t, eng, c, net)
}

func learnerOf(t *testing.T, eng *engine.Engine, c Config, net *model.Net) *Learner {
	t.Helper()
	if c.Graphs == nil {
		c.Graphs = &sharedGraphs
	}
	l, err := New(eng, net, fixtureSplit(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// rows are the table without its times.
func rows(l *Learner) []spec.Row {
	list := append([]spec.Row(nil), l.Recorder().Last().Rows...)
	for i := range list {
		list[i].Seconds = 0
	}
	return list
}

// lossRead is a step's loss.
func lossRead(t *testing.T, read stepLoss) float64 {
	t.Helper()
	loss, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return loss
}

func fit(t *testing.T, l *Learner, epochs int, o spec.Fit) []spec.Row {
	t.Helper()
	if err := l.FitOneCycle(context.Background(), epochs, o, Events{}); err != nil {
		t.Fatal(err)
	}
	return rows(l)
}

func values(t *testing.T, l *Learner) [][]float32 {
	t.Helper()
	var all [][]float32
	for _, p := range l.Weights() {
		v, err := flat(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s differ:\n got %v\nwant %v", what, got, want)
	}
}

var noDropout = spec.Head{Hidden: []int{16}, Dropout: spec.Some(0.)}
