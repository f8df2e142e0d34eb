package augment

import (
	"errors"

	"gopets/pets/vision/dataset"
)

// Apply transforms a picture.
func (c Config) Apply(dst []float32, src *dataset.Picture, s Size, p Params) error {
	return errors.New("not there yet")
}
