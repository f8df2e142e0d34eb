package train

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
)

// classWeights are the loss's weights of the classes in their order, as JSON: keys of graphs must
// be comparable. Empty: none.
type classWeights string

func (w classWeights) values() []float32 {
	var list []float32
	if err := json.Unmarshal([]byte(w), &list); err != nil {
		panic(fmt.Errorf("class weights %s: %w", w, err)) // lossWeights wrote them
	}
	return list
}

func lossWeights(s *dataset.Split, c Config) (classWeights, error) {
	own, err := c.ClassWeights.Map()
	if err != nil {
		return "", err
	}
	if own == nil && c.Balance != spec.BalanceLoss {
		return "", nil
	}
	for class := range own {
		if !slices.Contains(s.Classes, class) {
			return "", &spec.OptionError{Option: "ClassWeights",
				Got:  fmt.Sprintf("%q is not a class of the data", class),
				Hint: "the classes are " + some(s.Classes, 5)}
		}
	}
	list := make([]float32, len(s.Classes))
	counts := make([]int, len(s.Classes))
	for _, it := range s.Train {
		counts[it.Label]++
	}
	for i, class := range s.Classes {
		list[i] = 1
		if c.Balance == spec.BalanceLoss && counts[i] > 0 {
			list[i] = float32(len(s.Train)) / float32(len(s.Classes)*counts[i])
		}
		if w, ok := own[class]; ok {
			list[i] = float32(w)
		}
	}
	text, err := json.Marshal(list)
	return classWeights(text), err
}

// balanced draws as many indices as there are items, each from a class drawn evenly. A class's
// items come in a random order, all before any comes again.
func balanced(items []dataset.Item, r *rand.Rand) []int {
	all, left := map[int][]int{}, map[int][]int{} // indices of each class; those still to come
	var labels []int
	for i, it := range items {
		if all[it.Label] == nil {
			labels = append(labels, it.Label)
		}
		all[it.Label] = append(all[it.Label], i)
	}
	indices := make([]int, len(items))
	for k := range indices {
		label := labels[r.IntN(len(labels))]
		list := left[label]
		if len(list) == 0 {
			list = slices.Clone(all[label])
			r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		indices[k], left[label] = list[0], list[1:]
	}
	return indices
}
