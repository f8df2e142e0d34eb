package jupyter

import "encoding/json"

// ExecuteRequest is the content of an execute_request. Every field is always sent: some kernels die
// without.
type ExecuteRequest struct {
	Code            string         `json:"code"`
	Silent          bool           `json:"silent"`
	StoreHistory    bool           `json:"store_history"`
	UserExpressions map[string]any `json:"user_expressions"`
	AllowStdin      bool           `json:"allow_stdin"`
	StopOnError     bool           `json:"stop_on_error"`
}

// MarshalJSON sends an empty object for absent expressions, as the protocol wants.
func (r ExecuteRequest) MarshalJSON() ([]byte, error) {
	if r.UserExpressions == nil {
		r.UserExpressions = map[string]any{}
	}
	type plain ExecuteRequest
	return json.Marshal(plain(r))
}

// ExecuteReply is the content of an execute_reply.
type ExecuteReply struct {
	Status         string `json:"status"` // "ok", "error", "aborted"
	ExecutionCount int    `json:"execution_count"`
	ErrorContent
}

// ErrorContent is the content of an error message, and part of a reply whose status is "error".
type ErrorContent struct {
	EName     string   `json:"ename"`
	EValue    string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// StreamContent is the content of a stream message.
type StreamContent struct {
	Name string `json:"name"` // "stdout" or "stderr"
	Text string `json:"text"`
}

// DisplayContent is the content of display_data, update_display_data and execute_result.
type DisplayContent struct {
	Data      map[string]json.RawMessage `json:"data"`
	Metadata  json.RawMessage            `json:"metadata"`
	Transient struct {
		DisplayID string `json:"display_id"`
	} `json:"transient"`
	ExecutionCount int `json:"execution_count"` // execute_result
}

// StatusContent is the content of a status message.
type StatusContent struct {
	ExecutionState string `json:"execution_state"` // "starting", "busy", "idle"
}

// ExecuteInput is the content of an execute_input message.
type ExecuteInput struct {
	Code           string `json:"code"`
	ExecutionCount int    `json:"execution_count"`
}

// ClearOutput is the content of a clear_output message.
type ClearOutput struct {
	Wait bool `json:"wait"`
}

// KernelInfo is the content of a kernel_info_reply.
type KernelInfo struct {
	ProtocolVersion       string `json:"protocol_version"`
	Implementation        string `json:"implementation"`
	ImplementationVersion string `json:"implementation_version"`
	// as it goes into a notebook's metadata
	LanguageInfo json.RawMessage `json:"language_info"`
	Banner       string          `json:"banner"`
}

// Language returns the name of the kernel's language.
func (k KernelInfo) Language() string {
	var l struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(k.LanguageInfo, &l) != nil {
		return ""
	}
	return l.Name
}
