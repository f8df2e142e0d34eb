package wire

// Methods of the session.
const (
	MethodEngine       = "engine"        // EngineCall → Engine
	MethodFiles        = "files"         // FileList → nothing
	MethodUntar        = "untar"         // Untar → Folder
	MethodVerify       = "verify"        // Verify → []Bad
	MethodDescribe     = "describe"      // DataCall → DataInfo
	MethodShowBatch    = "show-batch"    // DataCall → nothing; display
	MethodShowImage    = "show-image"    // ImageCall → nothing; display
	MethodCreate       = "create"        // LearnerCall; display
	MethodSummary      = "summary"       // LearnerCall; display
	MethodFit          = "fit"           // Fit → []Row; progress
	MethodFreeze       = "freeze"        // Freeze
	MethodFind         = "find"          // Find → Found; progress
	MethodSave         = "save"          // FileCall
	MethodLoad         = "load"          // FileCall
	MethodExport       = "export"        // FileCall
	MethodExported     = "exported"      // FileCall without Learner → Exported
	MethodTTA          = "tta"           // LearnerCall → Score; progress
	MethodRows         = "rows"          // LearnerCall → []Row, of the last run
	MethodRecorder     = "recorder"      // RecorderCall; display
	MethodPredict      = "predict"       // ImageCall → Prediction; display
	MethodShowResults  = "show-results"  // LearnerCall; display
	MethodValidate     = "validate"      // LearnerCall → Score
	MethodInterpret    = "interpret"     // InterpCall → Score; progress
	MethodTopLosses    = "top-losses"    // InterpCall; display
	MethodMatrix       = "matrix"        // InterpCall; display
	MethodInteractive  = "interactive"   // InterpCall; display: the matrix that answers
	MethodMostConfused = "most-confused" // InterpCall → []Confused
	MethodReport       = "report"        // InterpCall; display
	MethodConfusion    = "confusion"     // InterpCall → Confusion
	MethodTable        = "table"         // Table; display
)

// Codes of errors that a cell acts on.
const (
	CodeFiles = "files" // the session does not know the file list: send it, then ask again
)

// Table is a value of a cell that is to be seen as a table.
type Table struct {
	Header []string   `json:"header"`
	Rows   [][]string `json:"rows"`
}

// FileList is a list that descriptions name by its digest.
type FileList struct {
	Digest string   `json:"digest"`
	Paths  []string `json:"paths"`
}

// Untar asks for a data set.
type Untar struct {
	URL string `json:"url"`
}

// Folder is where something lies.
type Folder struct {
	Path string `json:"path"`
}

// Verify asks which of some pictures cannot be read.
type Verify struct {
	Paths []string `json:"paths"`
}

// Bad is a picture that cannot be read.
type Bad struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// Plot says how a picture or chart is to look. Zero values are the chart's own.
type Plot struct {
	Width     float64 `json:"width,omitempty"` // inches
	Height    float64 `json:"height,omitempty"`
	DPI       float64 `json:"dpi,omitempty"`
	Rows      int     `json:"rows,omitempty"` // of pictures
	NoHeatmap bool    `json:"no_heatmap,omitempty"`
	Smallest  bool    `json:"smallest,omitempty"`  // the smallest losses first
	Normalize bool    `json:"normalize,omitempty"` // a matrix of shares
	PNG       bool    `json:"png,omitempty"`       // also as image/png
}

// DataCall asks for something about data.
type DataCall struct {
	Data Data `json:"data"`
	Plot Plot `json:"plot"`
}

// DataInfo is what a data object is.
type DataInfo struct {
	Text    string   `json:"text"` // as fastai's repr
	Classes []string `json:"classes"`
	Train   int      `json:"train"`
	Valid   int      `json:"valid"`
}

// ImageCall is about one picture; Learner is set where it is to be predicted.
type ImageCall struct {
	Learner *Learner `json:"learner,omitempty"`
	// the file of an exported learner, instead of a live one
	Exported string `json:"exported,omitempty"`
	Path     string `json:"path"`
	// an encoded picture, instead of a file; Path is then what to call it
	Data []byte `json:"data,omitempty"`
	Plot Plot   `json:"plot"`
}

// Exported is what an exported file says of itself.
type Exported struct {
	Network string   `json:"network"`
	Classes []string `json:"classes"`
	Size    Size     `json:"size"`
	State   string   `json:"state"`
	Train   int      `json:"train"` // pictures
	Valid   int      `json:"valid"`
	Split   string   `json:"split"` // the split's hash
}

// LearnerCall asks something of a learner.
type LearnerCall struct {
	Learner Learner `json:"learner"`
	Plot    Plot    `json:"plot"`
}

// FileCall saves or loads a learner.
type FileCall struct {
	Learner Learner `json:"learner"`
	Path    string  `json:"path"`
}

// Freeze sets the first layer group that trains; negative counts from the end.
type Freeze struct {
	Learner Learner `json:"learner"`
	To      int     `json:"to"`
}

// LR is a learning rate for every layer group: see the kinds. The zero value is the default,
// slice(3e-3).
type LR struct {
	Kind string  `json:"kind"`
	Lo   float64 `json:"lo"`
	Hi   float64 `json:"hi"`
}

// Kinds of LR.
const (
	LRSlice  = "slice"  // geometric from Lo to Hi over the groups
	LRSlice1 = "slice1" // Hi for the last group, a tenth for the others
	LRConst  = "const"  // Hi for all
)

// Kinds of fits.
const (
	FitOneCycle = ""
	FitConstant = "constant" // MaxLR all the time
	// FreezeEpochs with the body frozen, then Epochs of all; BaseLR and LRMult instead of MaxLR
	FitFineTune = "fine-tune"
)

// Fit trains. Zero values are fastai's defaults.
type Fit struct {
	Kind         string  `json:"kind,omitempty"`
	BaseLR       float64 `json:"base_lr,omitempty"`
	FreezeEpochs int     `json:"freeze_epochs,omitempty"`
	LRMult       float64 `json:"lr_mult,omitempty"`
	Watch        Watch   `json:"watch"`

	Learner     Learner    `json:"learner"`
	Epochs      int        `json:"epochs"`
	MaxLR       LR         `json:"max_lr"`
	Moms        [2]float64 `json:"moms"`
	DivFactor   float64    `json:"div_factor"`
	PctStart    float64    `json:"pct_start"`
	FinalDiv    float64    `json:"final_div"`
	WeightDecay float64    `json:"weight_decay"`
	Resume      bool       `json:"resume"`
}

// Watch says what a fit does with what validation tells it after each epoch.
type Watch struct {
	Metric   string  `json:"metric,omitempty"` // valid_loss or error_rate; empty: valid_loss
	MinDelta float64 `json:"min_delta,omitempty"`
	Patience int     `json:"patience,omitempty"` // 0: never stop early
	KeepBest bool    `json:"keep_best,omitempty"`
}

// Find looks for a learning rate. Zero values are fastai's defaults.
type Find struct {
	Learner Learner `json:"learner"`
	Start   float64 `json:"start"`
	End     float64 `json:"end"`
	Steps   int     `json:"steps"`
	NoStop  bool    `json:"no_stop"`
}

// Found are the suggestions of a search for a learning rate.
type Found struct {
	Suggestions []Suggestion `json:"suggestions"`
}

// Suggestion is a learning rate and the rule that found it.
type Suggestion struct {
	Name string  `json:"name"`
	LR   float64 `json:"lr"`
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
	Learner Learner `json:"learner"`
	What    string  `json:"what"`
	Plot    Plot    `json:"plot"`
}

// Row is one epoch.
type Row struct {
	Epoch     int     `json:"epoch"`
	TrainLoss float64 `json:"train_loss"`
	ValidLoss float64 `json:"valid_loss"`
	ErrorRate float64 `json:"error_rate"`
	Seconds   float64 `json:"seconds"`
}

// Prediction is what a learner says about a picture.
type Prediction struct {
	Classes       []string  `json:"classes"`
	Probabilities []float64 `json:"probabilities"`
	State         string    `json:"state"` // of the weights that spoke
}

// Score is how a set of predictions did.
type Score struct {
	Loss      float64 `json:"loss"`
	ErrorRate float64 `json:"error_rate"`
	Right     int     `json:"right"`
	Total     int     `json:"total"`
	Low       float64 `json:"low"` // of the accuracy, 95 %
	High      float64 `json:"high"`
	State     string  `json:"state"`
}

// InterpCall asks something of an interpretation.
type InterpCall struct {
	Interp Interp `json:"interp"`
	Anew   bool   `json:"anew,omitempty"` // predict again, whatever is there
	K      int    `json:"k,omitempty"`
	MinVal int    `json:"min_val,omitempty"`
	Plot   Plot   `json:"plot"`
}

// Confused is a pair of classes taken one for the other.
type Confused struct {
	Actual    string `json:"actual"`
	Predicted string `json:"predicted"`
	Count     int    `json:"count"`
}

// Confusion counts [actual][predicted].
type Confusion struct {
	Classes []string `json:"classes"`
	Counts  [][]int  `json:"counts"`
	State   string   `json:"state"`
}

// EngineCall asks what computes.
type EngineCall struct {
	Show bool `json:"show"` // the cell will print it, so that no later call needs to
}

// Engine is what computes.
type Engine struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Notes       []string `json:"notes"`
	Fast        bool     `json:"fast"` // XLA, not the Go backend
}
