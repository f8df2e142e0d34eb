package model_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/spec"
	"gopets/pets/vision/model"
	"gopets/pets/vision/weights"
)

// Counts of fastai-v1 §6.2 and §14: torchvision's ResNets with a 37-class head.
func TestParameterCounts(t *testing.T) {
	for _, c := range []struct {
		arch                 string
		frozen, all, tensors int
		// tensors of (norms and biases), of weights, per layer group
		groupNorms, groupUnfrozen [3]int
	}{
		{"resnet34", 563_877, 21_831_525, 36*5 + 12, [3]int{32, 40, 6}, [3]int{16, 20, 2}},
		{"resnet50", 2_178_981, 25_633_893, 53*5 + 12, [3]int{48, 58, 6}, [3]int{24, 29, 2}},
	} {
		n, err := model.New(c.arch, 37, model.HeadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(n.Params) != c.tensors {
			t.Errorf("%s: %d tensors, want %d", c.arch, len(n.Params), c.tensors)
		}
		count := func(trainFrom int) (sum int) {
			for i, trains := range n.Frozen(trainFrom, true) {
				if trains {
					sum += n.Params[i].Size()
				}
			}
			return sum
		}
		if got := count(2); got != c.frozen {
			t.Errorf("%s: %d values train when frozen, want %d", c.arch, got, c.frozen)
		}
		if got := count(0); got != c.all {
			t.Errorf("%s: %d values train, want %d", c.arch, got, c.all)
		}
		var norms, weights [3]int
		for _, p := range n.Params {
			switch {
			case p.Role == model.Weight:
				weights[p.Group]++
			case p.Trainable():
				norms[p.Group]++
			}
		}
		if norms != c.groupNorms || weights != c.groupUnfrozen {
			t.Errorf("%s: groups have %v norms and biases, %v weights; want %v, %v", c.arch, norms,
				weights, c.groupNorms, c.groupUnfrozen)
		}
	}
}

func TestFrozenWithoutNorms(t *testing.T) {
	n, _ := model.New("petnet10", 3, model.HeadOptions{})
	for i, trains := range n.Frozen(2, false) {
		if want := n.Params[i].Group == 2 && n.Params[i].Trainable(); trains != want {
			t.Errorf("%s trains: %v, want %v", n.Params[i].Name, trains, want)
		}
	}
}

func TestTorchvisionNamesAndShapes(t *testing.T) {
	for arch, want := range map[string]map[string][]int{
		"resnet34": {"conv1.weight": {7, 7, 3, 64}, "layer1.0.conv1.weight": {3, 3, 64, 64},
			"layer2.0.downsample.0.weight":      {1, 1, 64, 128},
			"layer2.0.downsample.1.running_var": {128}, "layer4.2.bn2.bias": {512},
			"head.4.weight": {1024, 512}, "head.8.bias": {37}},
		"resnet50": {"layer1.0.conv3.weight": {1, 1, 64, 256}, "layer1.0.downsample.0.weight": {1,
			1, 64, 256}, "layer2.0.conv2.weight": {3, 3, 128, 128},
			"layer2.1.conv1.weight": {1, 1, 512, 128}, "head.4.weight": {4096, 512}},
		"convnext_tiny": {"features.0.0.weight": {4, 4, 3, 96}, "features.0.1.bias": {96},
			"features.1.0.layer_scale": {96, 1, 1}, "features.1.0.block.0.weight": {7, 7, 1, 96},
			"features.2.0.weight": {96}, "features.2.1.weight": {2, 2, 96, 192},
			"features.5.8.block.5.weight": {1536, 384}, "features.7.2.block.3.bias": {3072}},
		"mobilenet_v2": {"features.0.0.weight": {3, 3, 3, 32}, "features.1.conv.0.0.weight": {3, 3,
			1, 32}, "features.1.conv.1.weight": {1, 1, 32, 16},
			"features.2.conv.0.0.weight": {1, 1, 16, 96}, "features.2.conv.3.running_mean": {24},
			"features.18.0.weight": {1, 1, 320, 1280}},
	} {
		n, err := model.New(arch, 37, model.HeadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		have := map[string][]int{}
		for _, p := range n.Params {
			have[p.Name] = p.Shape
		}
		for name, shape := range want {
			got := have[name]
			if len(got) != len(shape) {
				t.Errorf("%s: %s has shape %v, want %v", arch, name, got, shape)
				continue
			}
			for i := range got {
				if got[i] != shape[i] {
					t.Errorf("%s: %s has shape %v, want %v", arch, name, got, shape)
					break
				}
			}
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		arch    string
		classes int
		h       model.HeadOptions
	}{{"resnet33", 37, model.HeadOptions{}}, {"resnet34", 1, model.HeadOptions{}},
		{"resnet34", 3, model.HeadOptions{Dropout: spec.Some(1.)}},
		{"resnet34", 3, model.HeadOptions{Hidden: []int{0}}}} {
		if _, err := model.New(c.arch, c.classes, c.h); err == nil {
			t.Errorf("New(%q, %d, %v) must fail", c.arch, c.classes, c.h)
		}
	}
}

func TestFileRoundTrip(t *testing.T) {
	n, _ := model.New("petnet10", 5, model.HeadOptions{Hidden: []int{8}})
	values := n.Init(7)
	f, err := n.ToFile(values)
	if err != nil {
		t.Fatal(err)
	}
	into := n.Init(8)
	loaded, missing, unexpected, err := n.FromFile(f, into)
	if err != nil || len(loaded) != len(n.Params) || len(missing) != 0 || len(unexpected) != 0 {
		t.Fatalf("loaded %d, missing %v, unexpected %v, %v", len(loaded), missing, unexpected, err)
	}
	for i := range values {
		if !values[i].Equal(into[i]) {
			t.Errorf("%s changed on its way through a file", n.Params[i].Name)
		}
	}
	// The body alone, as a backbone comes, with a classifier that is not ours.
	body := &weights.File{Tensors: []weights.Tensor{{Name: "fc.weight", Shape: []int{1},
		Data: []float32{1}}, {Name: "bn1.num_batches_tracked", Ints: []int64{9}}}}
	for _, v := range f.Tensors {
		if !strings.HasPrefix(v.Name, "head.") {
			body.Tensors = append(body.Tensors, v)
		}
	}
	loaded, missing, unexpected, err = n.FromFile(body, n.Init(9))
	if err != nil || len(loaded) != len(n.Params)-12 || len(missing) != 12 ||
		len(unexpected) != 1 || unexpected[0] != "fc.weight" {
		t.Errorf("of a body: loaded %d of %d, missing %v, unexpected %v, %v", len(loaded),
			len(n.Params), missing, unexpected, err)
	}
	if _, _, _, err := n.FromFile(&weights.File{Tensors: body.Tensors[:1]}, n.Init(9)); err == nil {
		t.Error("a file without a tensor of this network must not load")
	}
	other, _ := model.New("petnet10", 6, model.HeadOptions{Hidden: []int{8}})
	if _, _, _, err := other.FromFile(f, other.Init(1)); err == nil {
		t.Error("a head for 5 classes must not load into one for 6")
	}
}

// A summary counts what the step trains, batch norms of frozen layers among it.
func TestSummaryCountsWhatTrains(t *testing.T) {
	for _, arch := range model.Names() {
		n, err := model.New(arch, 37, model.HeadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for from := range n.Groups() + 1 {
			trains := n.Frozen(from, true)
			want, all := 0, 0
			for i, p := range n.Params {
				if p.Trainable() {
					all += p.Size()
				}
				if trains[i] {
					want += p.Size()
				}
			}
			got, params := 0, 0
			for _, r := range n.Summary(64, 64, trains) {
				got, params = got+r.Trains, params+r.Params
			}
			if got != want || params != all {
				t.Errorf("%s, from group %d: %d of %d train, want %d of %d", arch, from, got,
					params, want, all)
			}
		}
	}
}

// The names in a file of fastai v1, whose model is the pair of body and head (§14.3).
func TestFastaiNames(t *testing.T) {
	for arch, names := range map[string]map[string]string{
		"resnet34": {"conv1.weight": "0.0.weight", "bn1.running_mean": "0.1.running_mean",
			"layer1.0.conv1.weight":      "0.4.0.conv1.weight",
			"layer4.2.bn2.running_var":   "0.7.2.bn2.running_var",
			"layer2.0.downsample.1.bias": "0.5.0.downsample.1.bias",
			"head.2.weight":              "1.2.weight", "head.8.bias": "1.8.bias"},
		"mobilenet_v2": {"features.0.0.weight": "0.0.0.0.weight",
			"features.17.conv.3.bias": "0.0.17.conv.3.bias",
			"head.6.running_var":      "1.6.running_var"},
	} {
		n, err := model.New(arch, 3, model.HeadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		f, err := n.ToFile(n.Init(7))
		if err != nil {
			t.Fatal(err)
		}
		fastai := &weights.File{Tensors: []weights.Tensor{{Name: "0.1.num_batches_tracked",
			Ints: []int64{9}}, {Name: "0.9.weight"}}}
		for ours, theirs := range names {
			v, ok := f.Get(ours)
			if !ok {
				t.Fatalf("%s has no %s", arch, ours)
			}
			v.Name = theirs
			fastai.Tensors = append(fastai.Tensors, v)
		}
		into := n.Init(8)
		loaded, _, unexpected, err := n.FromFile(fastai, into)
		if err != nil || len(loaded) != len(names) || len(unexpected) != 1 ||
			unexpected[0] != "0.9.weight" {
			t.Errorf("%s: loaded %v, unexpected %v, %v", arch, loaded, unexpected, err)
		}
		for i, want := range n.Init(7) {
			if _, in := names[n.Params[i].Name]; in && !into[i].Equal(want) {
				t.Errorf("%s: %s has other values", arch, n.Params[i].Name)
			}
		}
	}
}

// Layouts, element by element: torch's OIHW and [out, in].
func TestFileLayout(t *testing.T) {
	n, _ := model.New("petnet10", 5, model.HeadOptions{Hidden: []int{8}})
	values := n.Init(7)
	f, err := n.ToFile(values)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range n.Params {
		torch, _ := f.Get(p.Name)
		ours, at := tensors.MustCopyFlatData[float32](values[i]), 0
		switch len(p.Shape) {
		case 4: // element (h 1, w 0, i 2, o 3) or the last of fewer
			h, in, out := min(1, p.Shape[0]-1), min(2, p.Shape[2]-1), 3
			at = ((h*p.Shape[1])*p.Shape[2]+in)*p.Shape[3] + out
			if got := torch.Data[((out*p.Shape[2]+in)*p.Shape[0]+h)*p.Shape[1]]; got != ours[at] ||
				torch.Shape[0] != p.Shape[3] || torch.Shape[1] != p.Shape[2] {
				t.Errorf("%s: shape %v, element %g, want %g", p.Name, torch.Shape, got, ours[at])
			}
		case 2:
			if got := torch.Data[3*p.Shape[0]+2]; got != ours[2*p.Shape[1]+3] ||
				torch.Shape[0] != p.Shape[1] {
				t.Errorf("%s: shape %v, element %g, want %g", p.Name, torch.Shape, got,
					ours[2*p.Shape[1]+3])
			}
		}
	}
}

// A deeper network's file holds all names of a shallower one of its kind, and the reverse.
func TestAnotherNetworksFileIsNamed(t *testing.T) {
	fileOf := func(arch string) *weights.File {
		n, err := model.New(arch, 3, model.HeadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		f, err := n.ToFile(n.Init(1))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	files := map[string]*weights.File{}
	for _, arch := range model.Names() {
		files[arch] = fileOf(arch)
		if got := model.Identify(files[arch]); got != arch {
			t.Errorf("the file of %s is taken for %q", arch, got)
		}
	}
	deeper := &weights.File{Tensors: slices.Clone(files["resnet50"].Tensors)}
	for i := 6; i < 23; i++ {
		deeper.Tensors = append(deeper.Tensors,
			weights.Tensor{Name: fmt.Sprintf("layer3.%d.conv1.weight", i),
				Shape: []int{256, 1024, 1, 1}})
	}
	files["resnet101"] = deeper
	files["vit"] = &weights.File{Tensors: []weights.Tensor{{Name: "blocks.0.attn.qkv.weight"}}}
	files["unknown"] = &weights.File{Tensors: []weights.Tensor{{Name: "a.weight"}}}
	for _, c := range []struct{ arch, file, want string }{
		{"resnet18", "resnet34", "the file is of resnet34 (it has"},
		{"resnet34", "resnet50", "the file is of resnet50 ("},
		{"petnet10", "petnet18", "the file is of petnet18 ("},
		{"petnet18", "petnet10", "the file is of petnet10 ("},
		{"resnet18", "petnet10", "the file is of petnet10 (conv1.weight wants shape"},
		{"resnet50", "resnet101", "of resnet101 (it has 17 tensors more, for example " +
			"layer3.6.conv1.weight): give a file of resnet50"},
		{"resnet50", "vit", "of a vision transformer of timm (ViT) ("},
		{"mobilenet_v2", "convnext_tiny", "the file is of convnext_tiny ("},
		{"convnext_tiny", "mobilenet_v2", "the file is of mobilenet_v2 ("},
		{"resnet50", "unknown", "the file is of another network (none of its 1 tensors"},
	} {
		n, err := model.New(c.arch, 3, model.HeadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		_, _, _, err = n.FromFile(files[c.file], make([]*tensors.Tensor, len(n.Params)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s from a file of %s: %v, want %q", c.arch, c.file, err, c.want)
		}
	}
	n, err := model.New("resnet34", 3, model.HeadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := "network resnet34: the file is of resnet18 (why): give a file of resnet34, or use " +
		"resnet18"
	if err := n.WrongFile(files["resnet18"], "why"); err.Error() != want {
		t.Errorf("a shallower network's file: %v, want %s", err, want)
	}
}
