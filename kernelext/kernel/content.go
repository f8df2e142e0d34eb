package kernel

import (
	"encoding/json"

	"gopets/kernelext/eval"
	"gopets/kernelext/jupyter"
)

// Contents of messages: https://jupyter-client.readthedocs.io/en/stable/messaging.html.

type executeRequest struct {
	Code         *string        `json:"code"`
	Silent       bool           `json:"silent"`
	StoreHistory *bool          `json:"store_history"`
	Expressions  map[string]any `json:"user_expressions"`
	AllowStdin   bool           `json:"allow_stdin"`
	StopOnError  *bool          `json:"stop_on_error"`
}

type codeRequest struct {
	Code   string `json:"code"`
	Cursor *int   `json:"cursor_pos"` // the end, without
	Detail int    `json:"detail_level"`
}

func (r codeRequest) cursor() int {
	end := len([]rune(r.Code))
	if r.Cursor == nil {
		return end
	}
	return min(max(*r.Cursor, 0), end)
}

type commRequest struct {
	ID     string `json:"comm_id"`
	Target string `json:"target_name"`
}

type statusContent struct {
	State string `json:"execution_state"`
}

type kernelInfo struct {
	Status         string       `json:"status"`
	Protocol       string       `json:"protocol_version"`
	Implementation string       `json:"implementation"`
	Version        string       `json:"implementation_version"`
	Banner         string       `json:"banner"`
	Language       languageInfo `json:"language_info"`
	Links          []helpLink   `json:"help_links"`
	Debugger       bool         `json:"debugger"`
	Features       []string     `json:"supported_features"`
}

type languageInfo struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	MIME       string `json:"mimetype"`
	Extension  string `json:"file_extension"`
	Lexer      string `json:"pygments_lexer"`
	CodeMirror string `json:"codemirror_mode"`
	Exporter   string `json:"nbconvert_exporter"`
}

type helpLink struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

type completeness struct {
	Status string `json:"status"`
	Indent string `json:"indent,omitempty"`
}

type historyReply struct {
	Status  string `json:"status"`
	History []any  `json:"history"`
}

type completeReply struct {
	Status   string           `json:"status"`
	Matches  []string         `json:"matches"`
	Start    int              `json:"cursor_start"`
	End      int              `json:"cursor_end"`
	Metadata completeMetadata `json:"metadata"`
}

type completeMetadata struct {
	Types []matchType `json:"_jupyter_types_experimental,omitempty"`
}

type matchType struct {
	Text      string `json:"text"`
	Type      string `json:"type"`
	Signature string `json:"signature"`
	Start     int    `json:"start"`
	End       int    `json:"end"`
}

type inspectReply struct {
	Status   string      `json:"status"`
	Found    bool        `json:"found"`
	Data     eval.Bundle `json:"data"`
	Metadata eval.Bundle `json:"metadata"`
}

type commInfoReply struct {
	Status string                `json:"status"`
	Comms  map[string]commTarget `json:"comms"`
}

type commTarget struct {
	Target string `json:"target_name"`
}

type statusReply struct {
	Status string `json:"status"`
}

type shutdownReply struct {
	Status  string `json:"status"`
	Restart bool   `json:"restart"`
}

type executeInput struct {
	Code  string `json:"code"`
	Count int    `json:"execution_count"`
}

type executeReply struct {
	Status      string         `json:"status"`
	Count       int            `json:"execution_count"`
	Payload     []payload      `json:"payload"`
	Expressions map[string]any `json:"user_expressions"`
}

type failedReply struct {
	Status string `json:"status"`
	jupyter.ErrorContent
}

type failedExecute struct {
	executeReply
	jupyter.ErrorContent
}

type payload struct {
	Source string      `json:"source"`
	Data   eval.Bundle `json:"data"`
	Start  int         `json:"start"`
}

type displayContent struct {
	Data      eval.Bundle `json:"data"`
	Metadata  eval.Bundle `json:"metadata"`
	Transient *transient  `json:"transient,omitempty"`
	Count     int         `json:"execution_count,omitempty"`
}

type transient struct {
	ID string `json:"display_id,omitempty"`
}

type clearContent struct {
	Wait bool `json:"wait"`
}

type inputRequest struct {
	Prompt   string `json:"prompt"`
	Password bool   `json:"password"`
}

type expression struct {
	Status   string      `json:"status"`
	Data     eval.Bundle `json:"data"`
	Metadata eval.Bundle `json:"metadata"`
}

func errorContent(err *eval.Error) jupyter.ErrorContent {
	trace := err.Traceback
	if trace == nil {
		trace = []string{err.Error()}
	}
	return jupyter.ErrorContent{EName: err.Name, EValue: err.Value, Traceback: trace}
}

func decode[T any](r *request) (T, error) {
	var content T
	err := json.Unmarshal(r.Content, &content)
	return content, err
}
