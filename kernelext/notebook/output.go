package notebook

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// OutputType is the kind of an output.
type OutputType string

const (
	StreamOutput  OutputType = "stream"
	DisplayOutput OutputType = "display_data"
	ResultOutput  OutputType = "execute_result"
	ErrorOutput   OutputType = "error"
)

// An Output is one output of a code cell. Its type determines which fields are used.
type Output struct {
	Type OutputType

	Name, Text string // stream: "stdout" or "stderr", and what was written

	// display_data, execute_result: JSON text by MIME type
	Data           map[string]json.RawMessage
	Metadata       json.RawMessage // the same; nil for none
	ExecutionCount int             // execute_result

	EName, EValue string // error
	Traceback     []string

	laid text // its text in the file, if read from one or a Log's
}

// Stream returns a stream output.
func Stream(name, text string) Output { return Output{Type: StreamOutput, Name: name, Text: text} }

// Display returns a display_data output from JSON texts by MIME type; metadata may be nil.
func Display(data map[string]json.RawMessage, metadata json.RawMessage) Output {
	return Output{Type: DisplayOutput, Data: data, Metadata: metadata}
}

// Failure returns an error output.
func Failure(ename, evalue string, traceback []string) Output {
	return Output{Type: ErrorOutput, EName: ename, EValue: evalue, Traceback: traceback}
}

// Mime returns a MIME type's string or joined lines, or its JSON.
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

func checkOutput(raw []byte) error {
	o, ok := parseObject(raw)
	if !ok {
		return errors.New("an object was expected")
	}
	if kind, _ := o.get("output_type"); stringOf(kind) == "" {
		return errors.New(`it has no "output_type"`)
	}
	if raw, ok := o.get("text"); ok && !isText(raw) {
		return fmt.Errorf(`"text": %w`, errNoText)
	}
	if raw, ok := o.get("data"); ok && !isObject(raw) {
		return errors.New(`"data" is not an object`)
	}
	return nil
}

func parseOutput(raw []byte) (Output, error) {
	o := Output{laid: text{raw}}
	obj, ok := parseObject(raw)
	if !ok {
		return o, errors.New("an object was expected")
	}
	str := func(key string, p any) {
		if raw, ok := obj.get(key); ok {
			_ = json.Unmarshal(raw, p) // a value of another kind is ignored
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
			o.Data[m.key] = m.value.bytes()
		}
	}
	if raw, ok := obj.get("metadata"); ok {
		o.Metadata = raw
	}
	return o, nil
}

func (o Output) lay(s style) text {
	if o.laid != nil {
		return o.laid
	}
	obj := &object{}
	add := func(key string, v any) { obj.set(key, s.value(v, outputDepth+1)) }
	add("output_type", o.Type)
	switch o.Type {
	case StreamOutput:
		l := newLog(s, o.Name)
		l.Append(o.Text)
		return l.Output().laid
	case ErrorOutput:
		add("ename", o.EName)
		add("evalue", o.EValue)
		add("traceback", append([]string{}, o.Traceback...))
	default:
		data := &object{}
		for mime, raw := range o.Data {
			data.set(mime, layMime(mime, raw, s))
		}
		obj.set("data", s.object(data, outputDepth+1))
		add("metadata", json.RawMessage("{}"))
		if len(o.Metadata) > 0 && string(o.Metadata) != "null" {
			add("metadata", o.Metadata)
		}
		if o.Type == ResultOutput {
			add("execution_count", o.ExecutionCount)
		}
	}
	return s.object(obj, outputDepth)
}

// layMime lays texts out as lists of lines, for readable differences; base64 is unchanged.
func layMime(mime string, raw json.RawMessage, s style) text {
	if strings.HasPrefix(mime, "text/") || mime == "image/svg+xml" ||
		mime == "application/javascript" {
		if t, _, err := decodeText(raw); err == nil {
			return s.value(splitLines(t), outputDepth+2)
		}
	}
	if len(raw) > 0 && raw[0] == '"' {
		return text{raw}
	}
	return s.value(raw, outputDepth+2)
}
