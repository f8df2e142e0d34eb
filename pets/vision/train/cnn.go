package train

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/weights"
)

// CNN holds the options of [CNNLearner]. The zero value is fastai's: pretrained, one hidden layer
// of 512, dropout 0.5.
type CNN struct {
	Head    spec.Head
	Weights weights.Options // where pretrained weights are found
	Scratch bool            // random weights, nothing frozen
}

// CNNLearner is fastai's cnn_learner (§6.1): a network by name (model.Names) with a frozen
// pretrained body and a new head for the data's classes.
func CNNLearner(ctx context.Context, eng *engine.Engine, data *dataset.Split, arch string, c Config,
	o CNN) (*Learner, error) {
	net, err := model.New(arch, len(data.Classes), o.Head)
	if err != nil {
		return nil, err
	}
	l, err := New(eng, net, data, c)
	if err != nil || o.Scratch {
		return l, err
	}
	file, _, err := weights.Load(ctx, arch, o.Weights)
	if err == nil {
		_, err = l.SetBody(file)
	}
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// SetBody reads the body's weights from a file with torchvision's names, makes a new head from the
// seed, and freezes the body. It returns the names of unused tensors, such as those of a
// classifier.
func (l *Learner) SetBody(f *weights.File) (unused []string, err error) {
	body := &weights.File{Meta: f.Meta}
	for _, t := range f.Tensors {
		if strings.HasPrefix(t.Name, "head.") {
			unused = append(unused, t.Name)
		} else {
			body.Tensors = append(body.Tensors, t)
		}
	}
	values := l.exec.net.Init(uint64(l.load.cfg.Seed))
	_, missing, unexpected, err := l.exec.net.FromFile(body, values)
	if err != nil {
		return nil, fmt.Errorf("pretrained weights: %w", err)
	}
	missing = slices.DeleteFunc(missing,
		func(name string) bool { return strings.HasPrefix(name, "head.") })
	if len(missing) > 0 {
		return nil, fmt.Errorf("pretrained weights: %w", l.exec.net.WrongFile(f,
			fmt.Sprintf("it lacks %d tensors, for example %s", len(missing), missing[0])))
	}
	if err := l.SetWeights(values); err != nil {
		return nil, err
	}
	return append(unused, unexpected...), l.Freeze()
}
