package notebook

import (
	"bytes"
	"io"
)

// text is JSON in immutable pieces. Large ones are neither joined nor copied when something around
// them changes, so that a save costs no more than writing.
type text [][]byte

func (t text) bytes() []byte {
	switch len(t) {
	case 0:
		return nil
	case 1:
		return t[0]
	}
	return bytes.Join(t, nil)
}

func (t text) equal(u text) bool {
	if t.size() != u.size() {
		return false
	}
	return bytes.Equal(t.bytes(), u.bytes())
}

func (t text) size() (n int) {
	for _, piece := range t {
		n += len(piece)
	}
	return n
}

func (t text) writeTo(w io.Writer) error {
	for _, piece := range t {
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

// large is the least length of a piece that is kept.
const large = 4 << 10

type builder struct {
	done  text
	small []byte
}

func (b *builder) byte(c byte)     { b.small = append(b.small, c) }
func (b *builder) string(s string) { b.small = append(b.small, s...) }

func (b *builder) text(t text) {
	for _, piece := range t {
		if len(piece) < large {
			b.small = append(b.small, piece...)
			continue
		}
		b.flush()
		b.done = append(b.done, piece)
	}
}

func (b *builder) flush() {
	if len(b.small) > 0 {
		b.done, b.small = append(b.done, b.small), nil
	}
}

func (b *builder) finish() text {
	b.flush()
	return b.done
}
