package notebook

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// CellType is the kind of a cell.
type CellType string

const (
	Code     CellType = "code"
	Markdown CellType = "markdown"
	Raw      CellType = "raw"
)

// A Cell is one cell of a notebook.
type Cell struct {
	nb     *Notebook
	object *object
	kind   CellType
	laid   text // of a changed cell, until it changes again
}

const cellDepth = 2 // of a cell's opening brace in the document

func newCell(o *object, nb *Notebook) (*Cell, error) {
	c := &Cell{nb: nb, object: o}
	raw, _ := o.get("cell_type")
	if c.kind = CellType(stringOf(raw)); c.kind == "" {
		return nil, errors.New(`it has no "cell_type"`)
	}
	if raw, ok := o.get("source"); ok && !isText(raw) {
		return nil, fmt.Errorf(`"source": %w`, errNoText)
	}
	if raw, ok := o.get("outputs"); ok {
		texts, ok := parseArray(raw)
		if !ok {
			return nil, errors.New(`"outputs" is not a list`)
		}
		for i, text := range texts {
			if err := checkOutput(text); err != nil {
				return nil, fmt.Errorf("output %d: %w", i+1, err)
			}
		}
	}
	return c, nil
}

// NewCell returns a cell with a random id, for Insert.
func NewCell(kind CellType, source string) *Cell {
	id := make([]byte, 4)
	rand.Read(id) // never fails
	c := &Cell{nb: &Notebook{style: jupyterStyle, minor: 5}, kind: kind, object: &object{}}
	c.object.set("cell_type", text{encode(kind)})
	c.object.set("id", text{encode(hex.EncodeToString(id))})
	c.object.set("metadata", text{[]byte("{}")})
	if kind == Code {
		c.object.set("execution_count", text{[]byte("null")})
		c.object.set("outputs", text{[]byte("[]")})
	}
	c.object.set("source", jupyterStyle.value(splitLines(source), cellDepth+1))
	return c
}

func (c *Cell) text() text {
	if c.object.raw != nil {
		return text{c.object.raw}
	}
	if c.laid == nil {
		c.laid = c.nb.style.object(c.object, cellDepth)
	}
	return c.laid
}

func (c *Cell) set(key string, value text) {
	c.laid = nil
	c.object.set(key, value)
}

func (c *Cell) Type() CellType { return c.kind }

func (c *Cell) ID() string {
	raw, _ := c.object.get("id")
	var id string
	if json.Unmarshal(raw, &id) != nil {
		return ""
	}
	return id
}

func (c *Cell) Source() string {
	raw, _ := c.object.get("source")
	s, _, _ := decodeText(raw) // checked when it was read
	return s
}

// SetSource replaces the text, as a string or a list of lines, whichever it was.
func (c *Cell) SetSource(s string) {
	raw, _ := c.object.get("source")
	if _, list, _ := decodeText(raw); list {
		c.set("source", c.nb.style.value(splitLines(s), cellDepth+1))
		return
	}
	c.set("source", text{encode(s)})
}

func (c *Cell) Tags() []string {
	raw, _ := c.Metadata("tags")
	var tags []string
	if json.Unmarshal(raw, &tags) != nil {
		return nil
	}
	return tags
}

func (c *Cell) HasTag(tag string) bool { return slices.Contains(c.Tags(), tag) }

// Metadata returns the JSON at a path of keys in the cell's metadata.
func (c *Cell) Metadata(path ...string) (json.RawMessage, bool) {
	return getPath(c.object, append([]string{"metadata"}, path...))
}

// SetMetadata sets a value at a path of keys in the cell's metadata.
func (c *Cell) SetMetadata(value any, path ...string) error {
	c.laid = nil
	return setPath(c.object, c.nb.style, cellDepth, value, append([]string{"metadata"}, path...))
}

// ExecutionCount returns the number of the last run, 0 for none.
func (c *Cell) ExecutionCount() int {
	raw, _ := c.object.get("execution_count")
	var n int
	if json.Unmarshal(raw, &n) != nil {
		return 0
	}
	return n
}

// SetExecutionCount sets the number of the last run; 0 removes it.
func (c *Cell) SetExecutionCount(n int) {
	if n == 0 {
		c.set("execution_count", text{[]byte("null")})
		return
	}
	c.set("execution_count", text{encode(n)})
}

func (c *Cell) Outputs() []Output {
	raw, _ := c.object.get("outputs")
	texts, _ := parseArray(orEmpty(raw))
	outputs := make([]Output, 0, len(texts))
	for _, text := range texts {
		o, _ := parseOutput(text) // checked when it was read
		outputs = append(outputs, o)
	}
	return outputs
}

// Encode lays out an output for this cell's file, so that SetOutputs need not do so each time.
func (c *Cell) Encode(o Output) Output {
	o.laid = o.lay(c.nb.style)
	return o
}

// SetOutputs replaces a code cell's outputs.
func (c *Cell) SetOutputs(outputs []Output) {
	texts := make([]text, len(outputs))
	for i, o := range outputs {
		texts[i] = o.lay(c.nb.style)
	}
	c.set("outputs", c.nb.style.array(texts, cellDepth+1))
}

func orEmpty(raw []byte) []byte {
	if raw == nil {
		return []byte("[]")
	}
	return raw
}

var errNoText = errors.New("a string or a list of strings was expected")

func isText(raw []byte) bool {
	if len(raw) > 0 && raw[0] == '"' {
		return true
	}
	lines, ok := parseArray(raw)
	return ok && !slices.ContainsFunc(lines, func(line []byte) bool { return line[0] != '"' })
}

// decodeText decodes nbformat's "multiline string": a string, or a list of strings.
func decodeText(raw []byte) (text string, list bool, err error) {
	if i := skipSpace(raw, 0); i < len(raw) && raw[i] == '"' {
		err = json.Unmarshal(raw, &text)
		return text, false, err
	}
	elements, ok := parseArray(raw)
	if !ok {
		return "", false, errNoText
	}
	var b strings.Builder
	for _, e := range elements {
		var line string
		if e[0] != '"' || json.Unmarshal(e, &line) != nil {
			return "", true, errNoText
		}
		b.WriteString(line)
	}
	return b.String(), true, nil
}

func splitLines(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func getPath(o *object, path []string) (json.RawMessage, bool) {
	raw, ok := o.get(path[0])
	if !ok || len(path) == 1 {
		return raw, ok
	}
	inner, ok := parseObject(raw)
	if !ok {
		return nil, false
	}
	return getPath(inner, path[1:])
}

// setPath sets a value in nested objects; depth is that of o's brace.
func setPath(o *object, s style, depth int, value any, path []string) error {
	if len(path) == 1 {
		raw, err := marshal(value)
		if err != nil {
			return fmt.Errorf("metadata %q: %w", path[0], err)
		}
		o.set(path[0], text{s.lay(raw, depth+1)})
		return nil
	}
	inner := &object{}
	if raw, ok := o.get(path[0]); ok {
		if inner, ok = parseObject(raw); !ok {
			return fmt.Errorf("metadata: %q is not an object", path[0])
		}
	}
	if err := setPath(inner, s, depth+1, value, path[1:]); err != nil {
		return err
	}
	o.set(path[0], s.object(inner, depth+1))
	return nil
}

// Attachments returns the JSON of a Markdown cell's attached files: by name, by MIME type, base64.
func (c *Cell) Attachments() (json.RawMessage, bool) {
	raw, ok := c.object.get("attachments")
	return raw, ok
}
