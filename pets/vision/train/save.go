package train

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/weights"
)

// Keys of a saved file's metadata, and the prefixes of the optimizer's tensors: the moments of a
// parameter have its name after these, in the graph's layout. The weights have torchvision's names
// and layout, for other programs.
const (
	metaFormat   = "gopets.format" // "1"
	metaArch     = "gopets.arch"
	metaClasses  = "gopets.classes" // JSON list
	metaState    = "gopets.state"   // Learner.State
	metaFrom     = "gopets.train_from"
	metaStep     = "gopets.optimizer.step"
	metaBeta1    = "gopets.optimizer.beta1"
	metaSnapshot = "gopets.snapshot" // JSON of snapshot, in files of Snapshot only

	firstPrefix  = "optimizer.exp_avg."
	secondPrefix = "optimizer.exp_avg_sq."
)

// Save writes weights, under torchvision's names, and optimizer as one safetensors file,
// atomically.
func (l *Learner) Save(path string) error {
	f, err := l.file()
	if err == nil {
		err = weights.WriteSafetensors(path, f)
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", filepath.Base(path), err)
	}
	return nil
}

func (p *Predictor) weightsFile() (*weights.File, error) {
	f, err := p.exec.net.ToFile(p.weights.now.params)
	if err != nil {
		return nil, err
	}
	classes, err := json.Marshal(p.data.Classes)
	if err != nil {
		return nil, err
	}
	if f.Meta == nil {
		f.Meta = map[string]string{}
	}
	f.Meta[metaFormat], f.Meta[metaArch], f.Meta[metaClasses], f.Meta[metaState] = "1",
		p.exec.net.Name, string(classes), p.State()
	return f, nil
}

func (l *Learner) file() (*weights.File, error) {
	f, err := l.weightsFile()
	if err != nil {
		return nil, err
	}
	return f, writeOptimizer(f, l.exec.plan, &l.weights.now)
}

func writeOptimizer(f *weights.File, p *plan, s *state) error {
	f.Meta[metaFrom] = strconv.Itoa(p.from)
	f.Meta[metaStep] = strconv.Itoa(s.step)
	f.Meta[metaBeta1] = strconv.FormatFloat(s.beta1, 'g', -1, 64)
	if s.step == 0 {
		return nil
	}
	for _, i := range p.trained {
		for prefix, t := range map[string]*tensors.Tensor{firstPrefix: s.m[i],
			secondPrefix: s.v[i]} {
			values, err := flat(t)
			if err != nil {
				return err
			}
			f.Tensors = append(f.Tensors, weights.Tensor{Name: prefix + p.net.Params[i].Name,
				Shape: p.net.Params[i].Shape, DType: "F32", Data: values})
		}
	}
	return nil
}

// readOptimizer reads an optimizer's state, if it fits what trains now; else a note says why not.
func readOptimizer(f *weights.File, p *plan, s *state) (note string, err error) {
	if f.Meta[metaStep] == "" {
		return "no optimizer in the file, so it starts anew", nil
	}
	step, err := strconv.Atoi(f.Meta[metaStep])
	if err != nil || step < 0 {
		return "", fmt.Errorf("the optimizer's step count %q is damaged", f.Meta[metaStep])
	}
	beta1, err := strconv.ParseFloat(f.Meta[metaBeta1], 64)
	if err != nil || !(beta1 >= 0 && beta1 < 1) {
		return "", fmt.Errorf("the optimizer's β1 %q is damaged", f.Meta[metaBeta1])
	}
	if from := f.Meta[metaFrom]; from != strconv.Itoa(p.from) {
		return fmt.Sprintf(
			"the optimizer was saved with layer groups from %s on training, now it is from %d "+
				"on, so it starts anew (freezing as at the time of saving before loading keeps it)",
			from, p.from), nil
	}
	s.beta1 = beta1
	if step == 0 {
		return "", nil
	}
	for _, i := range p.trained {
		for prefix, list := range map[string][]*tensors.Tensor{firstPrefix: s.m,
			secondPrefix: s.v} {
			name := prefix + p.net.Params[i].Name
			t, ok := f.Get(name)
			if !ok || len(t.Data) != list[i].Size() {
				return "", fmt.Errorf("the optimizer's tensor %s is missing or has the wrong size",
					name)
			}
			put(list, i, tensors.FromFlatDataAndDimensions(t.Data, p.net.Params[i].Shape...), nil,
				nil)
		}
	}
	s.step = step
	return "", nil
}

// Load reads what Save, Snapshot or Export wrote, or a file of weights with torchvision's names
// (.pth too, head included). What is frozen stays so (fastai §9). When the file has no optimizer
// that fits, the optimizer starts anew, and warnings say so; fastai keeps the old moments silently.
func (l *Learner) Load(path string) (warnings []string, err error) {
	f, err := weights.Read(path)
	if err == nil {
		warnings, err = l.adopt(f, filepath.Base(path))
	}
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", filepath.Base(path), err)
	}
	return warnings, nil
}

func (l *Learner) adopt(f *weights.File, name string) (warnings []string, err error) {
	if warnings, err = l.adoptWeights(f, name); err != nil {
		return nil, err
	}
	l.weights.resetOptimizer(l.exec.plan)
	note, err := readOptimizer(f, l.exec.plan, &l.weights.now)
	if note != "" {
		warnings = append(warnings, name+": "+note)
	}
	return warnings, err
}

// adoptWeights takes a file's weights, which must be of the same network and classes.
func (p *Predictor) adoptWeights(f *weights.File, name string) (warnings []string, err error) {
	net := p.exec.net
	if arch := f.Meta[metaArch]; arch != "" && arch != net.Name {
		return nil,
			fmt.Errorf(
				"the file holds a %s, this learner is a %s: make the learner with the network of "+
					"the file", arch, net.Name)
	}
	if list := f.Meta[metaClasses]; list != "" {
		var classes []string
		if err := json.Unmarshal([]byte(list), &classes); err != nil {
			return nil, fmt.Errorf("the file's list of classes is damaged: %w", err)
		}
		if !slices.Equal(classes, p.data.Classes) {
			return nil,
				fmt.Errorf(
					"the file is for %d classes (%s), this learner has %d (%s): use the data "+
						"that it was trained on",
					len(classes), some(classes, 3), len(p.data.Classes), some(p.data.Classes, 3))
		}
	}
	own := &weights.File{Meta: f.Meta}
	for _, t := range f.Tensors {
		other := t.Name == splitTensor
		for _, prefix := range []string{firstPrefix, secondPrefix, bestPrefix} {
			other = other || strings.HasPrefix(t.Name, prefix)
		}
		if !other {
			own.Tensors = append(own.Tensors, t)
		}
	}
	values := net.Init(uint64(p.load.cfg.Seed))
	_, missing, unexpected, err := net.FromFile(own, values)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return nil, net.WrongFile(own, fmt.Sprintf("it lacks %d tensors: %s", len(missing),
			some(missing, 3)))
	}
	if len(unexpected) > 0 {
		warnings = append(warnings, fmt.Sprintf("%s: %d tensors were not used (%s)", name,
			len(unexpected), some(unexpected, 3)))
	}
	return warnings, p.setWeights(values, cmp.Or(f.Meta[metaState], "loaded from "+name))
}

func (p *Predictor) setWeights(values []*tensors.Tensor, name string) error {
	net := p.exec.net
	if len(values) != len(net.Params) {
		return fmt.Errorf("weights for %s: want %d tensors, got %d", net.Name, len(net.Params),
			len(values))
	}
	for i, param := range net.Params {
		if err := values[i].Shape().CheckDims(param.Shape...); err != nil {
			return fmt.Errorf("weights for %s: %s wants shape %v, got %v", net.Name, param.Name,
				param.Shape, values[i].Shape().Dimensions)
		}
	}
	p.weights.setParams(values, name)
	return nil
}
