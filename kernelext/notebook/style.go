package notebook

import (
	"bytes"
	"encoding/json"
	"strings"
)

// style is how a file is laid out, learnt from its first line.
type style struct {
	indent  string // of one level
	newline string // "" in a file without line breaks
	colon   string
}

var jupyterStyle = style{indent: " ", newline: "\n", colon: ": "}

func detectStyle(raw []byte) style {
	i := skipSpace(raw, 0) + 1
	end := skipSpace(raw, i)
	space := string(raw[i:end])
	cut := strings.LastIndexByte(space, '\n')
	if cut < 0 {
		return style{colon: ":"}
	}
	s := style{indent: space[cut+1:], newline: "\n", colon: ": "}
	if strings.Contains(space, "\r\n") {
		s.newline = "\r\n"
	}
	return s
}

// lay formats compact JSON text as a value at the given depth.
func (s style) lay(compact []byte, depth int) []byte {
	if s.newline == "" {
		return compact
	}
	var b bytes.Buffer
	if err := json.Indent(&b, compact, strings.Repeat(s.indent, depth), s.indent); err != nil {
		return compact
	}
	if s.newline == "\r\n" {
		return bytes.ReplaceAll(b.Bytes(), []byte("\n"), []byte("\r\n"))
	}
	return b.Bytes()
}

// value gives the text of a new value at a depth.
func (s style) value(v any, depth int) []byte { return s.lay(encode(v), depth) }

// object writes an object whose members stand at depth+1.
func (s style) object(o *object, depth int) []byte {
	if o.raw != nil {
		return o.raw
	}
	if len(o.members) == 0 {
		return []byte("{}")
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o.members {
		s.separate(&b, i, depth+1)
		b.Write(m.rawKey)
		b.WriteString(s.colon)
		b.Write(m.value)
	}
	s.close(&b, '}', depth)
	return b.Bytes()
}

// array writes texts that are already laid out for depth+1.
func (s style) array(values [][]byte, depth int) []byte {
	if len(values) == 0 {
		return []byte("[]")
	}
	var b bytes.Buffer
	b.WriteByte('[')
	for i, v := range values {
		s.separate(&b, i, depth+1)
		b.Write(v)
	}
	s.close(&b, ']', depth)
	return b.Bytes()
}

func (s style) separate(b *bytes.Buffer, i, depth int) {
	if i > 0 {
		b.WriteByte(',')
	}
	if s.newline != "" {
		b.WriteString(s.newline)
		b.WriteString(strings.Repeat(s.indent, depth))
	}
}

func (s style) close(b *bytes.Buffer, c byte, depth int) {
	if s.newline != "" {
		b.WriteString(s.newline)
		b.WriteString(strings.Repeat(s.indent, depth))
	}
	b.WriteByte(c)
}
