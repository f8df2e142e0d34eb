package pets

import "gopets/pets/spec"

// BFloat16 lets convolutions and linear layers compute in bfloat16, where the engine can: the
// default on GPUs that have it, slower on most CPUs.
func BFloat16() LearnerOption { return precision(spec.BFloat16) }

// Float32 lets everything compute in float32, on GPUs too.
func Float32() LearnerOption { return precision(spec.Float32) }

func precision(p spec.Precision) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.Precision = p })
}

// Where [TransformsOn] has images warped, lit and cropped.
const (
	OnHost   = spec.OnHost   // by Go, on the processor's cores: the default with a CPU
	OnDevice = spec.OnDevice // by the engine, from images in its memory: the default with a GPU
)

// TransformsOn says where training images are transformed; they are the same but for rounding.
func TransformsOn(place spec.Place) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.TransformsOn = place })
}

// ImageMemory bounds the images in a device's memory, in MB; more are sent batch by batch. 0, the
// default, is half of what is free.
func ImageMemory(mb int) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.ImageMemory = mb })
}

// Devices divides every batch among so many GPUs (or XLA devices on the CPU); 0 and 1, the default,
// use one.
func Devices(n int) LearnerOption {
	return learnerOption(func(l *spec.Learner) { l.Devices = n })
}
