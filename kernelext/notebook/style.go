package notebook

import (
	"bytes"
	"encoding/json"
	"strings"
)

// style is a file's layout, by its first line.
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

func (s style) value(v any, depth int) text { return text{s.lay(encode(v), depth)} }

func (s style) object(o *object, depth int) text {
	if o.raw != nil {
		return text{o.raw}
	}
	if len(o.members) == 0 {
		return text{[]byte("{}")}
	}
	var b builder
	b.byte('{')
	for i, m := range o.members {
		s.separate(&b, i, depth+1)
		b.string(string(m.rawKey))
		b.string(s.colon)
		b.text(m.value)
	}
	s.close(&b, '}', depth)
	return b.finish()
}

func (s style) array(values []text, depth int) text {
	if len(values) == 0 {
		return text{[]byte("[]")}
	}
	var b builder
	b.byte('[')
	for i, v := range values {
		s.separate(&b, i, depth+1)
		b.text(v)
	}
	s.close(&b, ']', depth)
	return b.finish()
}

func (s style) separate(b *builder, i, depth int) {
	if i > 0 {
		b.byte(',')
	}
	b.string(s.line(depth))
}

func (s style) close(b *builder, c byte, depth int) {
	b.string(s.line(depth))
	b.byte(c)
}

func (s style) line(depth int) string {
	if s.newline == "" {
		return ""
	}
	return s.newline + strings.Repeat(s.indent, depth)
}
