package jupyter

import "encoding/json"

// ExecuteRequest is an execute_request's content; this and the following types are named after the
// messages. Every field is always sent, as some kernels require.
type ExecuteRequest struct {
	Code            string         `json:"code"`
	Silent          bool           `json:"silent"`
	StoreHistory    bool           `json:"store_history"`
	UserExpressions map[string]any `json:"user_expressions"`
	AllowStdin      bool           `json:"allow_stdin"`
	StopOnError     bool           `json:"stop_on_error"`
}

// MarshalJSON sends an empty object for absent expressions, as the protocol requires.
func (r ExecuteRequest) MarshalJSON() ([]byte, error) {
	if r.UserExpressions == nil {
		r.UserExpressions = map[string]any{}
	}
	type plain ExecuteRequest
	return json.Marshal(plain(r))
}

type ExecuteReply struct {
	Status         string `json:"status"` // "ok", "error", "aborted"
	ExecutionCount int    `json:"execution_count"`
	ErrorContent
}

type ErrorContent struct {
	EName     string   `json:"ename"`
	EValue    string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

type StreamContent struct {
	Name string `json:"name"` // "stdout" or "stderr"
	Text string `json:"text"`
}

type DisplayContent struct {
	Data      map[string]json.RawMessage `json:"data"`
	Metadata  json.RawMessage            `json:"metadata"`
	Transient struct {
		DisplayID string `json:"display_id"`
	} `json:"transient"`
	ExecutionCount int `json:"execution_count"` // execute_result
}

type StatusContent struct {
	ExecutionState string `json:"execution_state"` // "starting", "busy", "idle"
}

type ExecuteInput struct {
	Code           string `json:"code"`
	ExecutionCount int    `json:"execution_count"`
}

type ClearOutput struct {
	Wait bool `json:"wait"`
}

type KernelInfo struct {
	ProtocolVersion       string `json:"protocol_version"`
	Implementation        string `json:"implementation"`
	ImplementationVersion string `json:"implementation_version"`
	// for a notebook's metadata
	LanguageInfo json.RawMessage `json:"language_info"`
	Banner       string          `json:"banner"`
}

func (k KernelInfo) Language() string {
	var l struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(k.LanguageInfo, &l) != nil {
		return ""
	}
	return l.Name
}
