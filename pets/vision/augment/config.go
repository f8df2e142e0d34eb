package augment

import "fmt"

// Resize says how a picture comes to the training size.
type Resize string

const (
	Auto   Resize = ""       // Crop for squares, Squish for rectangles, as fastai
	Crop   Resize = "crop"   // the short side to the size, the rest of the long side cut off
	Squish Resize = "squish" // straight to the size, aspect ratio lost
	Pad    Resize = "pad"    // the long side to the size, the rest filled by reflection
)

// Config says which random transforms are applied, and how far they go. The zero value applies
// none. It is JSON-able and comparable, so that it can be kept with a model.
type Config struct {
	Flip bool `json:"flip,omitempty"` // mirror left and right, half of the time
	// with Flip: any of the eight turns and mirrorings instead
	FlipVert  bool    `json:"flip_vert,omitempty"`
	MaxRotate float64 `json:"max_rotate,omitempty"` // degrees to either side
	MaxZoom   float64 `json:"max_zoom,omitempty"`   // up to this magnification; 0 and 1: none
	// change of brightness and contrast, below 1
	MaxLighting float64 `json:"max_lighting,omitempty"`
	// perspective: how far corners move, of half a side; at most 0.5
	MaxWarp float64 `json:"max_warp,omitempty"`
	// probability of each of rotate, zoom and warp; 0: 0.75; negative: never
	PAffine float64 `json:"p_affine,omitempty"`
	// probability of each of brightness and contrast; 0: 0.75; negative: never
	PLighting    float64 `json:"p_lighting,omitempty"`
	Cutout       int     `json:"cutout,omitempty"`        // black squares put into each picture
	CutoutLength int     `json:"cutout_length,omitempty"` // their side in pixels; 0: 40
	Method       Resize  `json:"method,omitempty"`
}

// Default is fastai's get_transforms() (§4.1).
func Default() Config {
	return Config{Flip: true, MaxRotate: 10, MaxZoom: 1.1, MaxLighting: 0.2, MaxWarp: 0.2, PAffine: 0.75, PLighting: 0.75}
}

// None resizes and crops at random, but changes nothing else.
func None() Config { return Config{} }

// Size is the size that the network sees, in pixels.
type Size struct {
	H int `json:"h"`
	W int `json:"w"`
}

// Square is a square size.
func Square(side int) Size { return Size{side, side} }

func (s Size) String() string { return fmt.Sprintf("%d×%d", s.H, s.W) }

// Check says what in a configuration cannot work.
func (c Config) Check() error {
	switch {
	case c.MaxRotate < 0 || c.MaxRotate > 180:
		return fmt.Errorf("transforms: MaxRotate is %v: wanted degrees from 0 to 180", c.MaxRotate)
	case c.MaxZoom != 0 && !(c.MaxZoom >= 1 && c.MaxZoom <= 10):
		return fmt.Errorf("transforms: MaxZoom is %v: wanted a magnification from 1 to 10, as 1.1", c.MaxZoom)
	case !(c.MaxLighting >= 0 && c.MaxLighting < 1):
		return fmt.Errorf("transforms: MaxLighting is %v: wanted a share from 0 to below 1, as 0.2", c.MaxLighting)
	case !(c.MaxWarp >= 0 && c.MaxWarp <= 0.5):
		return fmt.Errorf("transforms: MaxWarp is %v: wanted a share from 0 to 0.5, as 0.2", c.MaxWarp)
	case !(c.PAffine <= 1), !(c.PLighting <= 1):
		return fmt.Errorf("transforms: PAffine is %v and PLighting %v: wanted probabilities up to 1 (0: the usual 0.75; negative: never)", c.PAffine, c.PLighting)
	case c.Cutout < 0 || c.CutoutLength < 0:
		return fmt.Errorf("transforms: Cutout is %d and CutoutLength %d: wanted no negative numbers", c.Cutout, c.CutoutLength)
	}
	switch c.Method {
	case Auto, Crop, Squish, Pad:
		return nil
	}
	return fmt.Errorf("transforms: Method is %q: wanted %q, %q or %q", c.Method, Crop, Squish, Pad)
}
