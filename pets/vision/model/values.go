package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/weights"
)

// Init returns new float32 values in the order of Params: convolutions as in torchvision (Kaiming
// normal, fan-out), the head's linear layers as in fastai (Kaiming normal, fan-in; biases 0),
// ConvNeXt with deviation 0.02, batch norms 1 and 0 (PyTorch up to 1.1 drew scales from U(0,1)),
// running statistics 0 and 1. Every parameter has its own random stream, from the seed and its
// name, so a change of the head does not change the body.
func (n *Net) Init(seed uint64) []*tensors.Tensor {
	values := make([]*tensors.Tensor, len(n.Params))
	for i, p := range n.Params {
		v := make([]float32, p.Size())
		switch p.Role {
		case NormScale, RunningVar:
			for j := range v {
				v[j] = 1
			}
		case Scale:
			for j := range v {
				v[j] = float32(p.Start)
			}
		case Weight:
			fan := p.FanIn
			if len(p.Shape) == 4 {
				fan = p.FanOut
			}
			std := math.Sqrt(2 / float64(fan))
			if p.Deviation > 0 {
				std = p.Deviation
			}
			r := rand.New(rand.NewPCG(seed, hash(p.Name)))
			for j := range v {
				v[j] = float32(std * r.NormFloat64())
			}
		}
		values[i] = tensors.FromFlatDataAndDimensions(v, p.Shape...)
	}
	return values
}

// hash is FNV-1a.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// FromFile replaces values of this network by those of a weight file. Names are torchvision's, and
// the head's ours, or those of a file that fastai v1 saved ("0.4.0.conv1.weight", "1.8.bias"); a
// file of a body alone, or with another classifier, loads the body. loaded, missing (in the file)
// and unexpected (in the file only; num_batches_tracked aside) are names. A tensor of the wrong
// shape, a file without any tensor of this network, and one of a deeper network of the same kind,
// is an error that names that network, and changes nothing.
func (n *Net) FromFile(f *weights.File, into []*tensors.Tensor) (loaded, missing,
	unexpected []string, err error) {
	if len(into) != len(n.Params) {
		return nil, nil, nil, fmt.Errorf("network %s: want %d values to load into, got %d", n.Name,
			len(n.Params), len(into))
	}
	named := map[string]weights.Tensor{}
	for _, t := range f.Tensors {
		named[n.ourName(t.Name)] = t
	}
	known := map[string]bool{}
	fresh := map[int]*tensors.Tensor{}
	for i, p := range n.Params {
		known[p.Name] = true
		t, ok := named[p.Name]
		if !ok {
			missing = append(missing, p.Name)
			continue
		}
		if want := torchShape(p.Shape); !slices.Equal(t.Shape, want) || len(t.Data) != p.Size() {
			if p.inBody() {
				return nil, nil, nil, n.WrongFile(f, fmt.Sprintf("%s wants shape %v, the file "+
					"has %v",
					p.Name, want, t.Shape))
			}
			return nil, nil, nil,
				fmt.Errorf(
					"network %s: %s wants shape %v, the file has %v: is it for another number of "+
						"classes?",
					n.Name, p.Name, want, t.Shape)
		}
		fresh[i] = tensors.FromFlatDataAndDimensions(fromTorch(t.Data, p.Shape), p.Shape...)
		loaded = append(loaded, p.Name)
	}
	if len(loaded) == 0 {
		return nil, nil, nil, n.WrongFile(f, fmt.Sprintf(
			"none of its %d tensors has a name of this network, such as %s", len(f.Tensors),
			n.Params[0].Name))
	}
	for _, t := range f.Tensors {
		if !known[n.ourName(t.Name)] && !strings.HasSuffix(t.Name, ".num_batches_tracked") {
			unexpected = append(unexpected, t.Name)
		}
	}
	if foreign := n.foreign(unexpected); len(foreign) > 0 {
		return nil, nil, nil, n.WrongFile(f, fmt.Sprintf("it has %d tensors more, for example %s",
			len(foreign), foreign[0]))
	}
	for i, t := range fresh {
		into[i] = t
	}
	return loaded, missing, unexpected, nil
}

// foreign returns the unexpected names in a part that this network has, such as layer1: those of a
// deeper network. Others, such as another classifier's, do no harm.
func (n *Net) foreign(unexpected []string) (names []string) {
	parts := map[string]bool{}
	for _, p := range n.Params {
		part, _, _ := strings.Cut(p.Name, ".")
		parts[part] = part != "head"
	}
	for _, name := range unexpected {
		if part, _, _ := strings.Cut(n.ourName(name), "."); parts[part] {
			names = append(names, name)
		}
	}
	return names
}

// ToFile returns the values as a weight file in torch's layout.
func (n *Net) ToFile(values []*tensors.Tensor) (*weights.File, error) {
	if len(values) != len(n.Params) {
		return nil, fmt.Errorf("network %s: want %d values, got %d", n.Name, len(n.Params),
			len(values))
	}
	f := &weights.File{}
	for i, p := range n.Params {
		v, err := tensors.CopyFlatData[float32](values[i])
		if err != nil {
			return nil, fmt.Errorf("network %s: reading %s: %w", n.Name, p.Name, err)
		}
		f.Tensors = append(f.Tensors, weights.Tensor{Name: p.Name, Shape: torchShape(p.Shape),
			DType: "F32", Data: toTorch(v, p.Shape)})
	}
	return f, nil
}

// torchShape returns torch's shape of a parameter: OIHW for HWIO, [out, in] for [in, out].
func torchShape(s []int) []int {
	switch len(s) {
	case 4:
		return []int{s[3], s[2], s[0], s[1]}
	case 2:
		return []int{s[1], s[0]}
	}
	return s
}

// Both layouts are matrices to each other: [h·w, i, o] and [o, i, h·w] for convolutions, [in, out]
// and [out, in] for linear layers.
func fromTorch(v []float32, s []int) []float32 { return relayout(v, s, false) }
func toTorch(v []float32, s []int) []float32   { return relayout(v, s, true) }

func relayout(v []float32, s []int, toTorch bool) []float32 {
	var space, in, out int
	switch len(s) {
	case 4:
		space, in, out = s[0]*s[1], s[2], s[3]
	case 2:
		space, in, out = 1, s[0], s[1]
	default:
		return append([]float32(nil), v...)
	}
	r := make([]float32, len(v))
	for p := range space {
		for i := range in {
			for o := range out {
				ours, torch := (p*in+i)*out+o, (o*in+i)*space+p
				if toTorch {
					r[torch] = v[ours]
				} else {
					r[ours] = v[torch]
				}
			}
		}
	}
	return r
}
