package wire

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
