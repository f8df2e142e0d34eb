package notebook

import (
	"bytes"
	"io"
)

// text is JSON text in pieces. What is large is neither joined nor copied when something around it
// changes, so that a notebook is saved after every cell for the price of writing its file. The
// bytes of a piece never change.
type text [][]byte

// bytes returns the text as a whole, without a copy where it is one piece.
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

// large is the length from which a piece is kept as it is.
const large = 4 << 10

// builder joins small pieces of text and keeps large ones.
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
