package wire

// Kinds of events.
const (
	EventLog      = "log"      // Text: a line worth reading
	EventProgress = "progress" // Display: replaces the last one of the call
	EventDisplay  = "display"  // Display: stays
)

// Text is a line.
type Text struct {
	Text string `json:"text"`
}

// Display is one thing to show, in the forms that notebooks and terminals take.
type Display struct {
	HTML string `json:"html,omitempty"`
	PNG  []byte `json:"png,omitempty"`
	Text string `json:"text"`
	Last bool   `json:"last,omitempty"` // of a progress: this one stays
}
