package notebook

import (
	"bytes"
	"encoding/json"
	"strings"
)

type object struct {
	raw     []byte // the whole object as read; nil once a member has changed
	members []member
}

type member struct {
	key    string // decoded
	rawKey []byte // as in the file, with its quotes
	value  text   // as in the file
}

func parseObject(raw []byte) (*object, bool) {
	o := &object{raw: raw}
	ok := eachElement(raw, '{', func(rawKey, value []byte) {
		var key string
		// In valid JSON a key decodes.
		_ = json.Unmarshal(rawKey, &key)
		o.members = append(o.members, member{key, rawKey, text{value}})
	})
	return o, ok
}

func parseArray(raw []byte) (elements [][]byte, ok bool) {
	ok = eachElement(raw, '[', func(_, value []byte) { elements = append(elements, value) })
	return elements, ok
}

func eachElement(raw []byte, open byte, f func(rawKey, value []byte)) bool {
	i := skipSpace(raw, 0)
	if i >= len(raw) || raw[i] != open {
		return false
	}
	i = skipSpace(raw, i+1)
	for raw[i] != ']' && raw[i] != '}' {
		var rawKey []byte
		if open == '{' {
			end := skipValue(raw, i)
			rawKey = raw[i:end]
			i = skipSpace(raw, skipSpace(raw, end)+1) // the colon
		}
		end := skipValue(raw, i)
		f(rawKey, raw[i:end:end])
		i = skipSpace(raw, end)
		if raw[i] == ',' {
			i = skipSpace(raw, i+1)
		}
	}
	return true
}

func skipSpace(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\n' || raw[i] == '\t' || raw[i] == '\r') {
		i++
	}
	return i
}

func skipValue(raw []byte, i int) int {
	depth := 0
	for ; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			// A number, a literal, or anything within a nested value.
			if depth == 0 {
				for i < len(raw) && !strings.ContainsRune(" \n\t\r,:]}", rune(raw[i])) {
					i++
				}
				return i
			}
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return i
}

// index returns the position of a key, or -1. The last of duplicates counts.
func (o *object) index(key string) int {
	for i := len(o.members) - 1; i >= 0; i-- {
		if o.members[i].key == key {
			return i
		}
	}
	return -1
}

func (o *object) get(key string) ([]byte, bool) {
	if i := o.index(key); i >= 0 {
		return o.members[i].value.bytes(), true
	}
	return nil, false
}

// set replaces a value in its place, or inserts the key in sorted order. The same value is no
// change.
func (o *object) set(key string, value text) {
	if i := o.index(key); i >= 0 {
		if !o.members[i].value.equal(value) {
			o.raw, o.members[i].value = nil, value
		}
		return
	}
	o.raw = nil
	at := len(o.members)
	for i, m := range o.members {
		if m.key > key {
			at = i
			break
		}
	}
	m := member{key, encode(key), value}
	o.members = append(o.members[:at], append([]member{m}, o.members[at:]...)...)
}

func (o *object) remove(key string) {
	kept := o.members[:0:0]
	for _, m := range o.members {
		if m.key != key {
			kept = append(kept, m)
		}
	}
	if len(kept) != len(o.members) {
		o.raw, o.members = nil, kept
	}
}

// marshal returns the JSON text of a value without escaping <, > and &.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func encode(v any) []byte {
	text, err := marshal(v)
	if err != nil {
		panic("notebook: " + err.Error())
	}
	return text
}
