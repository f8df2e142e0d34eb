package train

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"gopets/pets/vision/dataset/images"
)

// Heatmap is the weight of each part of an image: H rows of W cells, not negative, of any scale.
type Heatmap struct {
	W, H   int
	Values []float32
}

// GradCAM returns for every image which parts support the given class (Selvaraju et al. 2017;
// fastai §11.2): the channels of the body's output, weighted by the mean gradient of the class's
// logit, summed, negatives cut. Images are prepared like validation images. Unlike in fastai, no
// gradients are left for the next fit.
func (p *Predictor) GradCAM(ctx context.Context, list []*images.RGB, class []int) ([]Heatmap,
	error) {
	if len(list) != len(class) {
		return nil, fmt.Errorf("grad-cam: %d images need as many classes, got %d", len(list),
			len(class))
	}
	for _, c := range class {
		if c < 0 || c >= p.exec.net.Classes {
			return nil, fmt.Errorf("grad-cam: class %d is outside the %d classes", c,
				p.exec.net.Classes)
		}
	}
	j := p.load.imagesJob(list, min(few, p.exec.inner))
	var maps []Heatmap
	for b, err := range p.load.batches(ctx, j) {
		if err != nil {
			return nil, fmt.Errorf("grad-cam: %w", err)
		}
		for r := range b.n {
			b.labels[r] = int32(class[len(maps)+r])
		}
		pieces, err := b.pieces(p.exec, j.rows)
		if err != nil {
			return nil, fmt.Errorf("grad-cam: %w", err)
		}
		out, err := p.exec.call("grad-cam", kindGradCAM, Events{},
			append([]any{pieces[0].x, pieces[0].labels}, anys(p.weights.now.params)...)...)
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
