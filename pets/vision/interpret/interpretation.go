package interpret

import (
	"cmp"
	"slices"

	"gopets/pets/spec"
)

// TopLoss is one image of [Interpretation.TopLosses].
type TopLoss struct {
	Index             int // into the set
	Path              string
	Predicted, Actual string
	Loss              float64
	// probability of the actual class (as fastai v1's titles, unlike its docstring)
	Prob float32
}

// TopLosses returns the k images (all if k ≤ 0) with the largest or smallest losses, ties in order.
func (in *Interpretation) TopLosses(k int, largest bool) []TopLoss {
	order := make([]int, len(in.Losses))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if largest {
			return cmp.Compare(in.Losses[b], in.Losses[a])
		}
		return cmp.Compare(in.Losses[a], in.Losses[b])
	})
	if k > 0 && k < len(order) {
		order = order[:k]
	}
	top := make([]TopLoss, len(order))
	for n, i := range order {
		top[n] = TopLoss{Index: i, Path: in.Paths[i], Predicted: in.Classes[in.Predicted[i]],
			Actual: in.Classes[in.Labels[i]],
			Loss:   in.Losses[i], Prob: in.Probs[i][in.Labels[i]]}
	}
	return top
}

// Examples chooses images by loss: at most perMistake of a pair of classes, perRight of a class,
// and all in total. left counts the wrong ones that are not chosen.
func (in *Interpretation) Examples(perMistake, perRight, all int) (chosen []TopLoss, left int) {
	inCell := map[[2]string]int{}
	for _, t := range in.TopLosses(len(in.Losses), true) {
		at, most := [2]string{t.Actual, t.Predicted}, perMistake
		if t.Actual == t.Predicted {
			most = perRight
		}
		if inCell[at] < most && len(chosen) < all {
			inCell[at]++
			chosen = append(chosen, t)
		} else if t.Actual != t.Predicted {
			left++
		}
	}
	return chosen, left
}

// Confusion returns the confusion matrix: row = actual class, column = predicted class.
func (in *Interpretation) Confusion() [][]int {
	counts := make([][]int, len(in.Classes))
	for i := range counts {
		counts[i] = make([]int, len(in.Classes))
	}
	for i, p := range in.Predicted {
		counts[in.Labels[i]][p]++
	}
	return counts
}

// Normalized returns the confusion matrix in fractions of each row, 0 in empty rows (fastai: NaN).
func (in *Interpretation) Normalized() [][]float64 {
	fractions := make([][]float64, len(in.Classes))
	for a, row := range in.Confusion() {
		fractions[a] = make([]float64, len(row))
		total := 0
		for _, n := range row {
			total += n
		}
		for p, n := range row {
			if total > 0 {
				fractions[a][p] = float64(n) / float64(total)
			}
		}
	}
	return fractions
}

// Confused is a pair of classes taken one for the other.
type Confused = spec.Confused

// MostConfused returns the wrong cells of the confusion matrix with at least n images, the most
// frequent first, equal ones in the order of (actual, predicted).
func (in *Interpretation) MostConfused(n int) []Confused {
	var pairs []Confused
	for a, row := range in.Confusion() {
		for p, count := range row {
			if a != p && count > 0 && count >= n {
				pairs = append(pairs, Confused{Actual: in.Classes[a], Predicted: in.Classes[p],
					Count: count})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b Confused) int { return cmp.Compare(b.Count, a.Count) })
	return pairs
}

// ClassReport is one line of [Interpretation.Report]. A ratio with an empty denominator is 0.
type ClassReport struct {
	Class                 string
	Precision, Recall, F1 float64
	Support               int
}

// Report returns a line for each class, then "macro avg", the mean over the classes that have
// images, and "weighted avg", weighted by support.
func (in *Interpretation) Report() []ClassReport {
	counts := in.Confusion()
	ratio := func(a, b int) float64 {
		if b == 0 {
			return 0
		}
		return float64(a) / float64(b)
	}
	var lines []ClassReport
	macro, weighted, present := ClassReport{Class: "macro avg"}, ClassReport{Class: "weighted avg"},
		0.0
	for c, name := range in.Classes {
		support, predicted := 0, 0
		for o := range in.Classes {
			support += counts[c][o]
			predicted += counts[o][c]
		}
		right := counts[c][c]
		line := ClassReport{Class: name, Precision: ratio(right, predicted),
			Recall: ratio(right, support),
			F1:     ratio(2*right, support+predicted), Support: support}
		lines = append(lines, line)
		weighted.add(line, float64(support)/float64(len(in.Labels)))
		if support > 0 {
			macro.add(line, 1)
			present++
		}
	}
	macro.Precision, macro.Recall, macro.F1 = macro.Precision/present, macro.Recall/present,
		macro.F1/present
	macro.Support, weighted.Support = len(in.Labels), len(in.Labels)
	return append(lines, macro, weighted)
}

func (r *ClassReport) add(o ClassReport, weight float64) {
	r.Precision += weight * o.Precision
	r.Recall += weight * o.Recall
	r.F1 += weight * o.F1
}
