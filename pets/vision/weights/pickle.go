package weights

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Limits of the pickle interpreter. A state dict of ResNet-152 with its optimizer takes under a
// megabyte.
const (
	maxPickle = 4 << 20 // bytes of one pickle
	maxString = 64 << 10
)

// What a pickle of tensors is made of, besides nil, bool, int64, float64 and string.
type (
	mark      struct{}
	tuple     []any
	list      struct{ items []any }
	dict      struct{ keys, values []any }
	global    struct{ module, name string }
	longBytes []byte   // an integer of more than eight bytes, little-endian
	anObject  struct{} // something harmless whose content does not matter
)

// An unpickler runs one pickle after another from a stream. It calls nothing: a global is a name,
// and reduce decides what a name from the short list stands for.
type unpickler struct {
	r          *bufio.Reader
	left       int // bytes that the running pickle may still take
	stack      []any
	memo       map[uint32]any
	persistent func(id any) (any, error)
	reduce     func(g global, args tuple) (any, error)
}

// load runs one pickle and gives what it leaves on the stack.
func (u *unpickler) load() (any, error) {
	u.left, u.stack, u.memo = maxPickle, nil, map[uint32]any{}
	for {
		op, err := u.byte()
		if err != nil {
			return nil, err
		}
		if op == '.' { // STOP
			return u.pop()
		}
		if err := u.step(op); err != nil {
			return nil, fmt.Errorf("pickle instruction %q: %w", op, err)
		}
	}
}

func (u *unpickler) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		version, err := u.byte()
		if err == nil && version > 5 {
			err = fmt.Errorf("pickle protocol %d is unknown", version)
		}
		return err
	case 0x95: // FRAME: a hint for buffering
		_, err := u.bytes(8)
		return err
	case '(': // MARK
		u.push(mark{})
	case 'N': // NONE
		u.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		u.push(op == 0x88)
	case 'K', 'M', 'J', 0x8a, 'G': // BININT1, BININT2, BININT, LONG1, BINFLOAT
		return u.number(op)
	// BINUNICODE, SHORT_BINUNICODE, SHORT_BINSTRING, BINBYTES, SHORT_BINBYTES
	case 'X', 0x8c, 'U', 'B', 'C':
		return u.text(op)
	case ')': // EMPTY_TUPLE
		u.push(tuple{})
	case 0x85, 0x86, 0x87: // TUPLE1, TUPLE2, TUPLE3
		n := int(op - 0x84)
		if len(u.stack) < n {
			return errStack
		}
		items := append(tuple(nil), u.stack[len(u.stack)-n:]...)
		u.stack = append(u.stack[:len(u.stack)-n], items)
	case 't': // TUPLE
		items, err := u.toMark()
		if err != nil {
			return err
		}
		u.push(tuple(items))
	case ']': // EMPTY_LIST
		u.push(&list{})
	case 'a', 'e': // APPEND, APPENDS
		return u.append(op == 'e')
	case '}': // EMPTY_DICT
		u.push(&dict{})
	case 's', 'u': // SETITEM, SETITEMS
		return u.setItems(op == 'u')
	case 'q', 'r', 0x94, 'h', 'j': // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
		return u.remember(op)
	case 'c', 0x93: // GLOBAL, STACK_GLOBAL
		return u.global(op == 0x93)
	case 'R', 0x81: // REDUCE, NEWOBJ
		return u.call()
	case 'b': // BUILD
		return u.build()
	case 'Q': // BINPERSID
		id, err := u.pop()
		if err != nil {
			return err
		}
		value, err := u.persistent(id)
		u.push(value)
		return err
	case '0': // POP
		_, err := u.pop()
		return err
	default:
		return errors.New("not one that a file of tensors needs")
	}
	return nil
}

func (u *unpickler) number(op byte) error {
	if op == 0x8a {
		size, err := u.byte()
		if err != nil {
			return err
		}
		raw, err := u.bytes(int(size))
		if err != nil {
			return err
		}
		if len(raw) > 8 {
			u.push(longBytes(raw))
			return nil
		}
		var value uint64
		for i, b := range raw {
			value |= uint64(b) << (8 * i)
		}
		if n := len(raw); n > 0 && n < 8 && raw[n-1]&0x80 != 0 {
			value |= math.MaxUint64 << (8 * n)
		}
		u.push(int64(value))
		return nil
	}
	sizes := map[byte]int{'K': 1, 'M': 2, 'J': 4, 'G': 8}
	raw, err := u.bytes(sizes[op])
	if err != nil {
		return err
	}
	switch op {
	case 'K':
		u.push(int64(raw[0]))
	case 'M':
		u.push(int64(binary.LittleEndian.Uint16(raw)))
	case 'J':
		u.push(int64(int32(binary.LittleEndian.Uint32(raw))))
	case 'G':
		u.push(math.Float64frombits(binary.BigEndian.Uint64(raw)))
	}
	return nil
}

func (u *unpickler) text(op byte) error {
	var length int
	if op == 'X' || op == 'B' {
		raw, err := u.bytes(4)
		if err != nil {
			return err
		}
		claimed := binary.LittleEndian.Uint32(raw)
		if claimed > maxString {
			return fmt.Errorf("a text of %d bytes; at most %d are believed", claimed, maxString)
		}
		length = int(claimed)
	} else {
		short, err := u.byte()
		if err != nil {
			return err
		}
		length = int(short)
	}
	raw, err := u.bytes(length)
	u.push(string(raw))
	return err
}

func (u *unpickler) append(many bool) error {
	items, err := u.arguments(many, 1)
	if err != nil {
		return err
	}
	target, ok := u.top().(*list)
	if !ok {
		return errors.New("appends to something that is no list")
	}
	target.items = append(target.items, items...)
	return nil
}

func (u *unpickler) setItems(many bool) error {
	items, err := u.arguments(many, 2)
	if err != nil {
		return err
	}
	target, ok := u.top().(*dict)
	if !ok || len(items)%2 != 0 {
		return errors.New("sets items of something that is no dictionary")
	}
	for i := 0; i < len(items); i += 2 {
		target.keys = append(target.keys, items[i])
		target.values = append(target.values, items[i+1])
	}
	return nil
}

func (u *unpickler) remember(op byte) error {
	var at uint32
	switch op {
	case 0x94:
		at = uint32(len(u.memo))
	case 'q', 'h':
		b, err := u.byte()
		if err != nil {
			return err
		}
		at = uint32(b)
	default:
		raw, err := u.bytes(4)
		if err != nil {
			return err
		}
		at = binary.LittleEndian.Uint32(raw)
	}
	if op == 'h' || op == 'j' {
		value, ok := u.memo[at]
		if !ok {
			return fmt.Errorf("nothing was kept as number %d", at)
		}
		u.push(value)
		return nil
	}
	if len(u.stack) == 0 {
		return errStack
	}
	u.memo[at] = u.top()
	return nil
}

func (u *unpickler) global(onStack bool) error {
	var g global
	if onStack {
		parts, err := u.arguments(false, 2)
		if err != nil {
			return err
		}
		module, ok1 := parts[0].(string)
		name, ok2 := parts[1].(string)
		if !ok1 || !ok2 {
			return errors.New("names a global by something that is no text")
		}
		g = global{module, name}
	} else {
		var err error
		if g.module, err = u.line(); err == nil {
			g.name, err = u.line()
		}
		if err != nil {
			return err
		}
	}
	if !g.known() {
		return fmt.Errorf("the file wants %q from Python's module %q, which a file of tensors does not need; it is refused, as it could run anything", g.name, g.module)
	}
	u.push(g)
	return nil
}

func (u *unpickler) call() error {
	parts, err := u.arguments(false, 2)
	if err != nil {
		return err
	}
	g, ok1 := parts[0].(global)
	args, ok2 := parts[1].(tuple)
	if !ok1 || !ok2 {
		return errors.New("calls something that is no known name")
	}
	value, err := u.reduce(g, args)
	u.push(value)
	return err
}

// build gives an object its state: a Parameter of PyTorch before 0.4 carries its tensor there; of a
// dictionary it is only metadata.
func (u *unpickler) build() error {
	state, err := u.pop()
	if err != nil {
		return err
	}
	switch target := u.top().(type) {
	case *dict, anObject:
		return nil
	case *torchTensor:
		if parts, ok := state.(tuple); ok && len(parts) == 5 {
			if data, ok := parts[0].(*torchTensor); ok {
				*target = *data
			}
		}
		return nil
	}
	return errors.New("gives a state to something that has none")
}

var errStack = errors.New("takes more than there is")

func (u *unpickler) push(value any) { u.stack = append(u.stack, value) }

func (u *unpickler) top() any {
	if len(u.stack) == 0 {
		return nil
	}
	return u.stack[len(u.stack)-1]
}

func (u *unpickler) pop() (any, error) {
	if len(u.stack) == 0 {
		return nil, errStack
	}
	value := u.top()
	u.stack = u.stack[:len(u.stack)-1]
	return value, nil
}

// arguments takes n values off the stack, or all down to the mark.
func (u *unpickler) arguments(toMark bool, n int) ([]any, error) {
	if toMark {
		return u.toMark()
	}
	if len(u.stack) < n {
		return nil, errStack
	}
	at := len(u.stack) - n
	items := append([]any(nil), u.stack[at:]...)
	u.stack = u.stack[:at]
	return items, nil
}

func (u *unpickler) toMark() ([]any, error) {
	for at := len(u.stack) - 1; at >= 0; at-- {
		if _, ok := u.stack[at].(mark); ok {
			items := append([]any(nil), u.stack[at+1:]...)
			u.stack = u.stack[:at]
			return items, nil
		}
	}
	return nil, errStack
}

var errLong = fmt.Errorf("longer than %d MB, which is more than any file of tensors needs", maxPickle>>20)

func (u *unpickler) byte() (byte, error) {
	if u.left--; u.left < 0 {
		return 0, errLong
	}
	b, err := u.r.ReadByte()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

func (u *unpickler) bytes(n int) ([]byte, error) {
	if u.left -= n; u.left < 0 {
		return nil, errLong
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(u.r, raw); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return raw, nil
}

func (u *unpickler) line() (string, error) {
	const most = 256
	var text []byte
	for len(text) < most {
		b, err := u.byte()
		if err != nil {
			return "", err
		}
		if b == '\n' {
			return string(text), nil
		}
		text = append(text, b)
	}
	return "", errors.New("a name without an end")
}
