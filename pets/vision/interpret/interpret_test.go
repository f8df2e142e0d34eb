package interpret

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

// fromCounts builds predictions whose confusion matrix is the given one, with rising losses.
func fromCounts(classes []string, counts [][]int) *Predictions {
	p := &Predictions{Classes: classes, State: "test"}
	for a, row := range counts {
		for predicted, n := range row {
			for range n {
				probs := make([]float32, len(classes))
				probs[predicted] = 1
				p.Labels = append(p.Labels, a)
				p.Probs = append(p.Probs, probs)
				p.Losses = append(p.Losses, float64(len(p.Losses)))
				p.Paths = append(p.Paths, "x.jpg")
			}
		}
	}
	return p
}

func must(t *testing.T, p *Predictions) *Interpretation {
	t.Helper()
	in, err := From(p)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// The example of the reference, section 11.4: ties come in class order.
func TestMostConfusedTies(t *testing.T) {
	in := must(t, fromCounts([]string{"a", "b", "c"}, [][]int{{4, 2, 1}, {3, 4, 2}, {2, 3, 4}}))
	want := []Confused{
		{Actual: "b", Predicted: "a", Count: 3}, {Actual: "c", Predicted: "b", Count: 3},
		{Actual: "a", Predicted: "b", Count: 2}, {Actual: "b", Predicted: "c", Count: 2},
		{Actual: "c", Predicted: "a", Count: 2},
	}
	if got := in.MostConfused(2); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := len(in.MostConfused(0)); got != 6 {
		t.Errorf("min 0 lists %d pairs, want the 6 that occur", got)
	}
	if c := in.Confusion(); !reflect.DeepEqual(c, [][]int{{4, 2, 1}, {3, 4, 2}, {2, 3, 4}}) {
		t.Errorf("confusion %v", c)
	}
}

func TestNormalized(t *testing.T) {
	in := must(t, fromCounts([]string{"a", "b", "none"}, [][]int{{3, 1, 0}, {2, 2, 1}, {0, 0, 0}}))
	want := [][]float64{{.75, .25, 0}, {.4, .4, .2}, {0, 0, 0}}
	if got := in.Normalized(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTopLosses(t *testing.T) {
	p := fromCounts([]string{"a", "b"}, [][]int{{2, 1}, {1, 1}})
	p.Losses = []float64{.5, 2, 7, 2, .1}
	p.Probs[2] = []float32{.25, .75}
	in := must(t, p)
	top := in.TopLosses(3, true)
	if top[0].Index != 2 || top[1].Index != 1 || top[2].Index != 3 {
		t.Errorf("largest: %v", top)
	}
	if top[0].Prob != .25 || top[0].Predicted != "b" || top[0].Actual != "a" {
		t.Errorf("the probability must be the actual class's: %+v", top[0])
	}
	if all := in.TopLosses(0, false); len(all) != 5 || all[0].Index != 4 || all[4].Index != 2 {
		t.Errorf("smallest: %v", all)
	}
}

func TestReport(t *testing.T) {
	in := must(t, fromCounts([]string{"a", "b", "none"}, [][]int{{3, 1, 0}, {2, 4, 0}, {0, 0, 0}}))
	r := in.Report()
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	near("precision a", r[0].Precision, 3./5)
	near("recall a", r[0].Recall, 3./4)
	near("f1 a", r[0].F1, 2*(.6*.75)/(.6+.75))
	near("precision b", r[1].Precision, 4./5)
	near("empty class", r[2].Precision+r[2].Recall+r[2].F1, 0)
	near("macro recall", r[3].Recall, (3./4+4./6)/2)
	near("weighted recall is the accuracy", r[4].Recall, 1-in.Score().ErrorRate)
	if r[4].Support != 10 {
		t.Errorf("support %d", r[4].Support)
	}
}

// Wilson's interval for 81 of 263 is the textbook (0.255, 0.366) of Newcombe 1998, table I.
func TestAccuracyInterval(t *testing.T) {
	low, high := wilson(81, 263)
	if math.Abs(low-.2553) > 5e-5 || math.Abs(high-.3662) > 5e-5 {
		t.Errorf("81/263: %v to %v", low, high)
	}
	if low, high := wilson(20, 20); high != 1 || low < .8 || low > .9 {
		t.Errorf("20/20: %v to %v", low, high)
	}
}

func TestFromRefuses(t *testing.T) {
	good := func() *Predictions { return fromCounts([]string{"a", "b"}, [][]int{{1, 1}, {0, 1}}) }
	for want, spoil := range map[string]func(p *Predictions){
		"is empty":      func(p *Predictions) { *p = Predictions{} },
		"losses":        func(p *Predictions) { p.Losses = p.Losses[:1] },
		"probabilities": func(p *Predictions) { p.Probs[1] = p.Probs[1][:1] },
		"label 7":       func(p *Predictions) { p.Labels[2] = 7 },
	} {
		p := good()
		spoil(p)
		if _, err := From(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}
