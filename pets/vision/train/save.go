package train

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/weights"
)

// Keys of a saved file's metadata, and the prefixes of the optimizer's tensors: the moments of
// parameter NAME are stored in the graph's layout under these prefixes. The weights themselves have
// torchvision's names and layout, so that other programs can read them.
const (
	metaFormat   = "gopets.format" // "1"
	metaArch     = "gopets.arch"
	metaClasses  = "gopets.classes" // JSON list
	metaState    = "gopets.state"   // what Learner.State said
	metaFrom     = "gopets.train_from"
	metaStep     = "gopets.optimizer.step"
	metaBeta1    = "gopets.optimizer.beta1"
	metaSnapshot = "gopets.snapshot" // JSON of snapshot, in files of Snapshot only

	firstPrefix  = "optimizer.exp_avg."
	secondPrefix = "optimizer.exp_avg_sq."
)

// Save writes weights and optimizer as one safetensors file, atomically. The names of the weights
// are torchvision's.
func (l *Learner) Save(path string) error {
	f, err := l.file()
	if err != nil {
		return fmt.Errorf("save %s: %w", filepath.Base(path), err)
	}
	if err := weights.WriteSafetensors(path, f); err != nil {
		return fmt.Errorf("save %s: %w", filepath.Base(path), err)
	}
	return nil
}

// weightsFile has the weights, and what they are of.
func (l *Learner) weightsFile() (*weights.File, error) {
	f, err := l.net.ToFile(l.now.params)
	if err != nil {
		return nil, err
	}
	classes, err := json.Marshal(l.data.Classes)
	if err != nil {
		return nil, err
	}
	if f.Meta == nil {
		f.Meta = map[string]string{}
	}
	f.Meta[metaFormat], f.Meta[metaArch], f.Meta[metaClasses], f.Meta[metaState] = "1", l.net.Name, string(classes), l.describe
	return f, nil
}

// file collects what Save writes: weights and optimizer.
func (l *Learner) file() (*weights.File, error) {
	f, err := l.weightsFile()
	if err != nil {
		return nil, err
	}
	f.Meta[metaFrom] = strconv.Itoa(l.plan.from)
	f.Meta[metaStep] = strconv.Itoa(l.now.step)
	f.Meta[metaBeta1] = strconv.FormatFloat(l.now.beta1, 'g', -1, 64)
	for i, p := range l.net.Params {
		if !l.plan.trains[i] || l.now.step == 0 {
			continue
		}
		for prefix, t := range map[string]*tensors.Tensor{firstPrefix: l.now.m[i], secondPrefix: l.now.v[i]} {
			values, err := flat(t)
			if err != nil {
				return nil, err
			}
			f.Tensors = append(f.Tensors, weights.Tensor{Name: prefix + p.Name, Shape: p.Shape, DType: "F32", Data: values})
		}
	}
	return f, nil
}

// Load reads what Save, Snapshot or Export wrote (or a file of weights in torchvision's names, .pth
// too, head included). What is frozen stays as it is (fastai §9). When the file's optimizer does
// not fit what trains now, or there is none, the optimizer starts anew, and the returned warnings
// say so: fastai keeps the old moments without a word.
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
	if arch := f.Meta[metaArch]; arch != "" && arch != l.net.Name {
		return nil, fmt.Errorf("the file holds a %s, this learner is a %s: make the learner with the network of the file", arch, l.net.Name)
	}
	if list := f.Meta[metaClasses]; list != "" {
		var classes []string
		if err := json.Unmarshal([]byte(list), &classes); err != nil {
			return nil, fmt.Errorf("the file's list of classes is damaged: %w", err)
		}
		if strings.Join(classes, "\n") != strings.Join(l.data.Classes, "\n") {
			return nil, fmt.Errorf("the file is for %d classes (%s), this learner has %d (%s): use the data that it was trained on",
				len(classes), some(classes, 3), len(l.data.Classes), some(l.data.Classes, 3))
		}
	}
	model, moments := &weights.File{Meta: f.Meta}, map[string]weights.Tensor{}
	for _, t := range f.Tensors {
		switch {
		case strings.HasPrefix(t.Name, firstPrefix), strings.HasPrefix(t.Name, secondPrefix):
			moments[t.Name] = t
		case strings.HasPrefix(t.Name, bestPrefix), t.Name == splitTensor:
		default:
			model.Tensors = append(model.Tensors, t)
		}
	}
	values := l.net.Init(l.cfg.Seed)
	_, missing, unexpected, err := l.net.FromFile(model, values)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%d tensors of %s are missing in the file (%s): is it of another network, or a body without its head?",
			len(missing), l.net.Name, some(missing, 3))
	}
	if len(unexpected) > 0 {
		warnings = append(warnings, fmt.Sprintf("%s: %d tensors were not used (%s)", name, len(unexpected), some(unexpected, 3)))
	}
	if err := l.SetWeights(values); err != nil {
		return nil, err
	}
	l.describe = "loaded from " + name
	if state := f.Meta[metaState]; state != "" {
		l.describe = state
	}
	note, err := l.loadOptimizer(f.Meta, moments)
	if note != "" {
		warnings = append(warnings, name+": "+note)
	}
	return warnings, err
}

// loadOptimizer takes the moments over if they are those of what trains now; else a note says why
// not.
func (l *Learner) loadOptimizer(meta map[string]string, moments map[string]weights.Tensor) (note string, err error) {
	if meta[metaStep] == "" {
		return "no optimizer in the file, so it starts anew", nil
	}
	step, err := strconv.Atoi(meta[metaStep])
	if err != nil || step < 0 {
		return "", fmt.Errorf("the optimizer's step count %q is damaged", meta[metaStep])
	}
	beta1, err := strconv.ParseFloat(meta[metaBeta1], 64)
	if err != nil || !(beta1 >= 0 && beta1 < 1) {
		return "", fmt.Errorf("the optimizer's β1 %q is damaged", meta[metaBeta1])
	}
	if from := meta[metaFrom]; from != strconv.Itoa(l.plan.from) {
		return fmt.Sprintf("the optimizer was saved with layer groups from %s on training, now it is from %d on, so it starts anew (freezing as at the time of saving before loading keeps it)",
			from, l.plan.from), nil
	}
	l.now.beta1 = beta1
	if step == 0 {
		return "", nil
	}
	for _, i := range l.plan.trained {
		p := l.net.Params[i]
		for prefix, list := range map[string][]*tensors.Tensor{firstPrefix: l.now.m, secondPrefix: l.now.v} {
			t, ok := moments[prefix+p.Name]
			if !ok || len(t.Data) != list[i].Size() {
				return "", fmt.Errorf("the optimizer's tensor %s%s is missing or has the wrong size", prefix, p.Name)
			}
			put(list, i, tensors.FromFlatDataAndDimensions(t.Data, p.Shape...), nil, nil)
		}
	}
	l.now.step = step
	return "", nil
}
