package notebook

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// OutputType is the kind of an output.
type OutputType string

// The kinds that nbformat 4 knows.
const (
	StreamOutput  OutputType = "stream"
	DisplayOutput OutputType = "display_data"
	ResultOutput  OutputType = "execute_result"
	ErrorOutput   OutputType = "error"
)

// An Output is one thing that a code cell shows. Which fields count depends on its type.
type Output struct {
	Type OutputType

	Name, Text string // stream: "stdout" or "stderr", and what was written

	Data           map[string]json.RawMessage // display_data, execute_result: JSON text by MIME type
	Metadata       json.RawMessage            // the same; nil for none
	ExecutionCount int                        // execute_result

	EName, EValue string // error
	Traceback     []string

	raw []byte // the file's own text, when it was read from one
}

// Stream makes a stream output.
func Stream(name, text string) Output { return Output{Type: StreamOutput, Name: name, Text: text} }

// Display makes a display_data output from JSON texts by MIME type; metadata may be nil.
func Display(data map[string]json.RawMessage, metadata json.RawMessage) Output {
	return Output{Type: DisplayOutput, Data: data, Metadata: metadata}
}

// Failure makes an error output.
func Failure(ename, evalue string, traceback []string) Output {
	return Output{Type: ErrorOutput, EName: ename, EValue: evalue, Traceback: traceback}
}

// Mime returns the text of a MIME type: the string or the joined lines, for anything else its JSON text.
func (o Output) Mime(mime string) (string, bool) {
	raw, ok := o.Data[mime]
	if !ok {
		return "", false
	}
	if text, _, err := decodeText(raw); err == nil {
		return text, true
	}
	return string(raw), true
}

func parseOutput(text []byte) (Output, error) {
	o := Output{raw: text}
	obj, ok := parseObject(text)
	if !ok {
		return o, errors.New("an object was expected")
	}
	str := func(key string, p any) {
		if raw, ok := obj.get(key); ok {
			_ = json.Unmarshal(raw, p) // a value of another kind counts as absent
		}
	}
	str("output_type", &o.Type)
	if o.Type == "" {
		return o, errors.New(`it has no "output_type"`)
	}
	str("name", &o.Name)
	if raw, ok := obj.get("text"); ok {
		var err error
		if o.Text, _, err = decodeText(raw); err != nil {
			return o, fmt.Errorf(`"text": %w`, err)
		}
	}
	str("ename", &o.EName)
	str("evalue", &o.EValue)
	str("traceback", &o.Traceback)
	str("execution_count", &o.ExecutionCount)
	if raw, ok := obj.get("data"); ok {
		data, ok := parseObject(raw)
		if !ok {
			return o, errors.New(`"data" is not an object`)
		}
		o.Data = map[string]json.RawMessage{}
		for _, m := range data.members {
			o.Data[m.key] = m.value
		}
	}
	if raw, ok := obj.get("metadata"); ok {
		o.Metadata = raw
	}
	return o, nil
}

// lay gives the text of an output at a depth: its own if it came from a file.
func (o Output) lay(s style, depth int) []byte {
	if o.raw != nil {
		return o.raw
	}
	m := map[string]any{"output_type": o.Type}
	switch o.Type {
	case StreamOutput:
		m["name"], m["text"] = o.Name, splitLines(o.Text)
	case ErrorOutput:
		m["ename"], m["evalue"], m["traceback"] = o.EName, o.EValue, o.Traceback
		if o.Traceback == nil {
			m["traceback"] = []string{}
		}
	default:
		data := map[string]any{}
		for mime, raw := range o.Data {
			data[mime] = layMime(mime, raw)
		}
		m["data"], m["metadata"] = data, json.RawMessage("{}")
		if len(o.Metadata) > 0 && string(o.Metadata) != "null" {
			m["metadata"] = o.Metadata
		}
		if o.Type == ResultOutput {
			m["execution_count"] = o.ExecutionCount
		}
	}
	return s.value(m, depth)
}

// layMime gives texts as lists of lines, which makes readable files and differences; base64 and JSON stay as they are.
func layMime(mime string, raw json.RawMessage) any {
	if strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" || mime == "application/javascript" {
		if text, _, err := decodeText(raw); err == nil {
			return splitLines(text)
		}
	}
	return raw
}
