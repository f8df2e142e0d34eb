package train

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/dataset/images"
)

// Heatmap says where a network looked: H rows of W cells, not negative, of any scale.
type Heatmap struct {
	W, H   int
	Values []float32
}

// GradCAM shows for every picture which parts speak for the given class (Selvaraju et al. 2017;
// fastai §11.2): the channels of the body's output, weighted by the mean gradient of the class's
// logit, summed, negatives cut. Pictures are treated like validation pictures, in evaluation mode.
// Nothing is left behind, unlike in fastai, whose next fit starts with these gradients added to its
// own.
func (l *Learner) GradCAM(ctx context.Context, pictures []*images.RGB, class []int) ([]Heatmap, error) {
	if len(pictures) != len(class) {
		return nil, fmt.Errorf("grad-cam: %d pictures need as many classes, got %d", len(pictures), len(class))
	}
	for _, c := range class {
		if c < 0 || c >= l.net.Classes {
			return nil, fmt.Errorf("grad-cam: class %d is outside the %d classes", c, l.net.Classes)
		}
	}
	j := l.pictureJob(pictures)
	var maps []Heatmap
	for b, err := range l.batches(ctx, j) {
		if err != nil {
			return nil, fmt.Errorf("grad-cam: %w", err)
		}
		for r := range b.n {
			b.labels[r] = int32(class[len(maps)+r])
		}
		p := b.pieces(j.rows)[0]
		out, err := l.call("grad-cam", kindGradCAM, append([]any{p.x, p.labels}, anys(l.now.params)...)...)
		if err != nil {
			return nil, err
		}
		dims := out[0].Shape().Dimensions
		values, err := tensors.CopyFlatData[float32](out[0])
		out[0].MustFinalizeAll()
		if err != nil {
			return nil, fmt.Errorf("grad-cam: reading the maps back: %w", err)
		}
		h, w := dims[1], dims[2]
		for r := range b.n {
			maps = append(maps, Heatmap{W: w, H: h, Values: values[r*h*w : (r+1)*h*w]})
		}
	}
	return maps, nil
}
