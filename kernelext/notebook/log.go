package notebook

import (
	"strings"
	"unicode/utf8"
)

// A Log is a stream output that grows. It keeps its text encoded, so that saving again encodes
// nothing.
type Log struct {
	style  style
	name   string
	blocks text
	begun  bool // a line has been written
	open   bool // the last line has no line break yet
}

const (
	outputDepth = cellDepth + 2 // of an output's opening brace
	firstBlock  = 512
	lastBlock   = 1 << 20
)

// NewLog returns an empty stream output: "stdout" or "stderr".
func (c *Cell) NewLog(name string) *Log { return newLog(c.nb.style, name) }

func newLog(s style, name string) *Log { return &Log{style: s, name: name} }

func (l *Log) Name() string { return l.name }

func (l *Log) Append(s string) {
	for s != "" {
		line, whole := s, false
		if i := strings.IndexByte(s, '\n'); i >= 0 {
			line, whole = s[:i], true
			s = s[i+1:]
		} else {
			s = ""
		}
		l.add(line, whole)
	}
}

// add writes a line or a part of one, without the closing quotation mark.
func (l *Log) add(line string, whole bool) {
	between := ""
	if !l.open {
		between = l.style.line(outputDepth+2) + `"`
		if l.begun {
			between = `",` + between
		}
	}
	b := l.room(len(between) + len(line) + len(`\n`))
	*b = append(*b, between...)
	*b = appendEscaped(*b, line)
	if whole {
		*b = append(*b, `\n`...)
	}
	l.begun, l.open = true, !whole
}

// room returns the block for the next n bytes. Blocks are only appended to, so Outputs share them.
func (l *Log) room(n int) *[]byte {
	last := len(l.blocks) - 1
	if last < 0 || cap(l.blocks[last])-len(l.blocks[last]) < n {
		size := firstBlock
		if last >= 0 {
			size = min(2*cap(l.blocks[last]), lastBlock)
		}
		l.blocks = append(l.blocks, make([]byte, 0, max(n, size)))
		last++
	}
	return &l.blocks[last]
}

// Output returns the current output. Its Text is empty: [Cell.Outputs] reads it.
func (l *Log) Output() Output {
	var b builder
	key := func(k string) { b.string(l.style.line(outputDepth+1) + `"` + k + `"` + l.style.colon) }
	b.byte('{')
	key("name")
	b.string(string(encode(l.name)) + ",")
	key("output_type")
	b.string(`"stream",`)
	key("text")
	b.byte('[')
	if l.begun {
		b.text(l.blocks)
		b.string(`"` + l.style.line(outputDepth+1))
	}
	b.string("]" + l.style.line(outputDepth) + "}")
	return Output{Type: StreamOutput, Name: l.name, laid: b.finish()}
}

func appendEscaped(to []byte, s string) []byte {
	ascii := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ' || c == '"' || c == '\\':
			return appendUnquoted(to, s)
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	if !ascii &&
		(!utf8.ValidString(s) || strings.Contains(s, "\u2028") || strings.Contains(s, "\u2029")) {
		return appendUnquoted(to, s)
	}
	return append(to, s...)
}

func appendUnquoted(to []byte, s string) []byte {
	quoted := encode(s)
	return append(to, quoted[1:len(quoted)-1]...)
}
