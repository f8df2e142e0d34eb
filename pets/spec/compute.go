package spec

// Compute says what a learner computes with, and where. The zero value leaves it to the engine.
type Compute struct {
	// of convolutions and linear layers, bfloat16 or float32; weights, statistics and loss are
	// float32. Unset: bfloat16 on GPUs that have it, float32 elsewhere
	Precision Precision `json:"precision,omitempty" cell:"BFloat16()" one:"float32 bfloat16"`
	// where images are warped, lit and cropped. Unset: by a GPU; with a CPU, on the host
	TransformsOn Place `json:"transforms_on,omitempty" name:"transforms on" one:"host device"`
	// memory of each device for images, in MB, for TransformsOn the device: where they do not fit
	// they are sent batch by batch. 0: half of what is free
	ImageMemory int `json:"image_memory,omitempty" name:"MB of device memory for images" min:"0" max:"1048576"`
	// that a batch is divided among; 0: 1
	Devices int `json:"devices,omitempty" min:"0" max:"1024"`
}

// Precision is a type of numbers. Empty is automatic.
type Precision string

const (
	Float32  Precision = "float32"
	BFloat16 Precision = "bfloat16"
)

// Place is where something is computed. Empty is automatic.
type Place string

const (
	OnHost   Place = "host"   // by Go, on the processor's cores
	OnDevice Place = "device" // by the engine, as part of the step
)
