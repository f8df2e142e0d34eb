// Package wire is what a cell (package pets) and its session (pets/worker) exchange, as JSON. Each
// request carries its object's description; lists of files are named by digest and sent once, when
// the session answers with [CodeFiles].
package wire

import "gopets/pets/spec"

// Method is a request of the session, with the types of its question and of its answer.
type Method[Q, A any] struct{ Name string }

// None is the answer of a method that has none.
type None struct{}

// The methods, with the fields that they read besides the object. Output is sent as events.
var (
	Files        = Method[[]string, None]{"files"} // a list that descriptions name by its digest
	ShowEngine   = Method[None, None]{"engine"}
	HasXLA       = Method[None, bool]{"xla"}       // not the pure Go backend
	UntarData    = Method[string, string]{"untar"} // of an address, the folder
	VerifyImages = Method[[]string, []spec.Bad]{"verify"}
	ShowTable    = Method[Table, None]{"table"}

	Describe  = Method[DataCall, DataInfo]{"describe"}
	ShowBatch = Method[DataCall, None]{"show-batch"} // Plot

	Create      = Method[LearnerCall, None]{"create"}
	Summary     = Method[LearnerCall, None]{"summary"}
	Freeze      = Method[LearnerCall, None]{"freeze"}           // FreezeTo
	Fit         = Method[LearnerCall, []spec.Row]{"fit"}        // Fit
	Find        = Method[LearnerCall, spec.Suggestions]{"find"} // Find
	Rows        = Method[LearnerCall, []spec.Row]{"rows"}       // of the last fit
	PlotFind    = Method[LearnerCall, None]{"plot-find"}        // Plot
	PlotLosses  = Method[LearnerCall, None]{"plot-losses"}      // Plot
	PlotLR      = Method[LearnerCall, None]{"plot-lr"}          // Plot
	PlotMetrics = Method[LearnerCall, None]{"plot-metrics"}     // Plot
	Save        = Method[LearnerCall, None]{"save"}             // Path
	Load        = Method[LearnerCall, None]{"load"}             // Path
	Export      = Method[LearnerCall, None]{"export"}           // Path
	Validate    = Method[LearnerCall, spec.Score]{"validate"}   // TTA
	ShowResults = Method[LearnerCall, None]{"show-results"}     // Plot

	Predict      = Method[PredictCall, spec.Prediction]{"predict"}            // Image, Plot
	PredictFiles = Method[PredictCall, spec.FilePredictions]{"predict-files"} // Paths
	ExportONNX   = Method[PredictCall, None]{"export-onnx"}                   // Path, Bytes
	Exported     = Method[PredictCall, About]{"exported"}
	ShowImage    = Method[PredictCall, None]{"show-image"} // Image, Plot; no predictor

	Interpret    = Method[InterpCall, spec.Score]{"interpret"} // Anew
	TopLosses    = Method[InterpCall, None]{"top-losses"}      // K, Plot
	Matrix       = Method[InterpCall, None]{"matrix"}          // Plot
	Interactive  = Method[InterpCall, None]{"interactive"}     // Plot; the matrix that answers
	Confusion    = Method[InterpCall, spec.Confusion]{"confusion"}
	MostConfused = Method[InterpCall, []spec.Confused]{"most-confused"} // MinVal
	Report       = Method[InterpCall, None]{"report"}
)

// Kinds of events. Each carries a [Display].
const (
	EventProgress = "progress" // replaces the last one of the call
	EventDisplay  = "display"  // stays
)

// Display is one thing to show, in the forms that notebooks and terminals take; without HTML it is
// printed.
type Display struct {
	HTML string `json:"html,omitempty"`
	PNG  []byte `json:"png,omitempty"`
	Text string `json:"text"`
	Last bool   `json:"last,omitempty"` // of a progress: this one stays
}

// CodeFiles is the error's code when the session lacks a list: send it, then ask again.
const CodeFiles = "files"

// Table is a value of a cell that is to be shown as a table.
type Table struct {
	Header []string   `json:"header"`
	Rows   [][]string `json:"rows"`
}

type DataCall struct {
	Data      spec.Data `json:"data"`
	spec.Plot `json:"plot"`
}

type DataInfo struct {
	Text    string   `json:"text"` // as fastai's repr
	Classes []string `json:"classes"`
}

type LearnerCall struct {
	Learner spec.Learner `json:"learner"`
	Fit     *spec.Fit    `json:"fit,omitempty"`
	Find    *spec.Find   `json:"find,omitempty"`
	// the first layer group that trains; negative counts from the end
	FreezeTo  int    `json:"freeze_to,omitempty"`
	TTA       bool   `json:"tta,omitempty"` // the mean of several views
	Path      string `json:"path,omitempty"`
	spec.Plot `json:"plot"`
}

// PredictCall is about a learner that predicts: in the session, or in a file of its own.
type PredictCall struct {
	Learner   *spec.Learner `json:"learner,omitempty"`
	Exported  string        `json:"exported,omitempty"` // the file
	Image     Image         `json:"image"`
	Paths     []string      `json:"paths,omitempty"` // of many images
	Path      string        `json:"path,omitempty"`
	Bytes     bool          `json:"bytes,omitempty"` // the ONNX network's input is uint8
	spec.Plot `json:"plot"`
}

// Image is an image in a file, or an encoded one in memory that is called by Path.
type Image struct {
	Path string `json:"path,omitempty"`
	Data []byte `json:"data,omitempty"`
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

type InterpCall struct {
	Interp    spec.Interp `json:"interp"`
	Anew      bool        `json:"anew,omitempty"` // predict again, whatever is there
	K         int         `json:"k,omitempty"`
	MinVal    int         `json:"min_val,omitempty"`
	spec.Plot `json:"plot"`
}
