package augment

// Stats are the mean and standard deviation of each channel, of values in [0,1], that a network's
// input is normalised with: (x−Mean)/Std, on the device.
type Stats struct {
	Mean [3]float32 `json:"mean"`
	Std  [3]float32 `json:"std"`
}

// ImageNet are the statistics that torchvision's networks were trained with (fastai's
// imagenet_stats).
var ImageNet = Stats{Mean: [3]float32{0.485, 0.456, 0.406}, Std: [3]float32{0.229, 0.224, 0.225}}
