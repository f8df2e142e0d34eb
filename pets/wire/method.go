package wire

import "gopets/pets/spec"

// Method is a request of the session, with the types of its question and of its answer.
type Method[Q, A any] struct{ Name string }

// None is the answer of a method that has none.
type None struct{}

// The methods. Those that show something send it as events.
var (
	Files        = Method[FileList, None]{"files"}
	AskEngine    = Method[EngineCall, Engine]{"engine"}
	UntarData    = Method[Untar, Place]{"untar"}
	VerifyImages = Method[Verify, []Bad]{"verify"}
	ShowTable    = Method[Table, None]{"table"}
	ShowImage    = Method[ImageCall, None]{"show-image"}

	Describe  = Method[DataCall, DataInfo]{"describe"}
	ShowBatch = Method[DataCall, None]{"show-batch"}

	Create      = Method[LearnerCall, None]{"create"}
	Summary     = Method[LearnerCall, None]{"summary"}
	Freeze      = Method[FreezeCall, None]{"freeze"}
	Fit         = Method[FitCall, []spec.Row]{"fit"}
	Find        = Method[FindCall, []spec.Suggestion]{"find"}
	Rows        = Method[LearnerCall, []spec.Row]{"rows"} // of the last fit
	Record      = Method[RecorderCall, None]{"recorder"}
	Save        = Method[FileCall, None]{"save"}
	Load        = Method[FileCall, None]{"load"}
	Export      = Method[FileCall, None]{"export"}
	ExportONNX  = Method[ONNXCall, None]{"export-onnx"}
	Validate    = Method[LearnerCall, spec.Score]{"validate"}
	TTA         = Method[LearnerCall, spec.Score]{"tta"}
	ShowResults = Method[LearnerCall, None]{"show-results"}

	Predict      = Method[ImageCall, spec.Prediction]{"predict"}
	PredictFiles = Method[FilesCall, spec.FilePredictions]{"predict-files"}
	Exported     = Method[Place, About]{"exported"}

	Interpret    = Method[InterpCall, spec.Score]{"interpret"}
	TopLosses    = Method[InterpCall, None]{"top-losses"}
	Matrix       = Method[InterpCall, None]{"matrix"}
	Interactive  = Method[InterpCall, None]{"interactive"} // the matrix that answers
	Confusion    = Method[InterpCall, spec.Confusion]{"confusion"}
	MostConfused = Method[InterpCall, []spec.Confused]{"most-confused"}
	Report       = Method[InterpCall, None]{"report"}
)

// CodeFiles is the error's code when the session has not seen a list of files: send it, then ask
// again.
const CodeFiles = "files"

// FileList is a list that descriptions name by its digest.
type FileList struct {
	Digest string   `json:"digest"`
	Paths  []string `json:"paths"`
}

// EngineCall asks what computes.
type EngineCall struct {
	Show bool `json:"show"` // the cell will print it, so that no later call needs to
}

// Engine is what computes.
type Engine struct {
	Name  string   `json:"name"` // for people: "XLA on the CPU"
	Notes []string `json:"notes"`
	Fast  bool     `json:"fast"` // XLA, not the pure Go backend
}

// Untar asks for a data set.
type Untar struct {
	URL string `json:"url"`
}

// Place is where a file or folder lies.
type Place struct {
	Path string `json:"path"`
}

// Verify asks which of some images cannot be read.
type Verify struct {
	Paths []string `json:"paths"`
}

// Bad is an image that cannot be read.
type Bad struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Table is a value of a cell that is to be shown as a table.
type Table struct {
	Header []string   `json:"header"`
	Rows   [][]string `json:"rows"`
}

// DataCall is about data.
type DataCall struct {
	Data spec.Data `json:"data"`
	Plot spec.Plot `json:"plot"`
}

// DataInfo is what a data object is.
type DataInfo struct {
	Text    string   `json:"text"` // as fastai's repr
	Classes []string `json:"classes"`
}

// ImageCall is about one image. To predict it, either Learner or Exported is set.
type ImageCall struct {
	Learner  *spec.Learner `json:"learner,omitempty"`
	Exported string        `json:"exported,omitempty"` // file of an exported learner
	Path     string        `json:"path"`
	Data     []byte        `json:"data,omitempty"` // an encoded image; Path is then what to call it
	Plot     spec.Plot     `json:"plot"`
}

// About is what an exported file says of itself.
type About struct {
	Network string    `json:"network"`
	Classes []string  `json:"classes"`
	Size    spec.Size `json:"size"`
	State   string    `json:"state"`
	Train   int       `json:"train"` // images
	Valid   int       `json:"valid"`
	Split   string    `json:"split"` // the split's hash
}

// LearnerCall is about a learner.
type LearnerCall struct {
	Learner spec.Learner `json:"learner"`
	Plot    spec.Plot    `json:"plot"`
}

// FreezeCall sets the first layer group that trains; negative counts from the end.
type FreezeCall struct {
	Learner spec.Learner `json:"learner"`
	To      int          `json:"to"`
}

// FitCall trains.
type FitCall struct {
	Learner spec.Learner `json:"learner"`
	Fit     spec.Fit     `json:"fit"`
}

// FindCall looks for a learning rate.
type FindCall struct {
	Learner spec.Learner `json:"learner"`
	Find    spec.Find    `json:"find"`
}

// FileCall saves, loads or exports a learner.
type FileCall struct {
	Learner spec.Learner `json:"learner"`
	Path    string       `json:"path"`
}

// FilesCall classifies many files with a learner, or with an exported one.
type FilesCall struct {
	Learner  *spec.Learner `json:"learner,omitempty"`
	Exported string        `json:"exported,omitempty"`
	Paths    []string      `json:"paths"`
}

// ONNXCall writes the network of a learner, or of an exported one, as an ONNX file.
type ONNXCall struct {
	Learner  *spec.Learner `json:"learner,omitempty"`
	Exported string        `json:"exported,omitempty"`
	Path     string        `json:"path"`
	Bytes    bool          `json:"bytes,omitempty"` // the input is uint8
}

// What a recorder draws.
const (
	RecorderFind    = "find"
	RecorderLosses  = "losses"
	RecorderLR      = "lr"
	RecorderMetrics = "metrics"
)

// RecorderCall asks for a chart of what was recorded.
type RecorderCall struct {
	Learner spec.Learner `json:"learner"`
	What    string       `json:"what"`
	Plot    spec.Plot    `json:"plot"`
}

// InterpCall is about an interpretation.
type InterpCall struct {
	Interp spec.Interp `json:"interp"`
	Anew   bool        `json:"anew,omitempty"` // predict again, whatever is there
	K      int         `json:"k,omitempty"`
	MinVal int         `json:"min_val,omitempty"`
	Plot   spec.Plot   `json:"plot"`
}
