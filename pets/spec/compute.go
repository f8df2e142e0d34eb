package spec

// Compute is where and how a learner computes. The zero value leaves it to the engine.
type Compute struct {
	// of convolutions and linear layers; all else is float32. Unset: bfloat16 on GPUs that have it
	Precision Precision `json:"precision,omitempty" cell:"BFloat16()" one:"float32 bfloat16"`
	// where images are warped, lit and cropped; unset: on a GPU; with a CPU, on the host
	TransformsOn Place `json:"transforms_on,omitempty" name:"transforms on" one:"host device"`
	// MB of each device for images, if TransformsOn is the device; 0: half of the free memory
	ImageMemory int `json:"image_memory,omitempty" name:"MB of device memory for images" min:"0" max:"1048576"`
	// number that a batch is divided among; 0: 1
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
