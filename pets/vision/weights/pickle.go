package weights

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
)

// Limits of the pickle interpreter; ResNet-152 with its optimizer takes under a megabyte.
const (
	maxPickle = 4 << 20 // bytes of one pickle
	maxString = 1 << 20
)

// What a pickle of tensors is made of, besides nil, bool, int64, float64 and string.
type (
	mark      struct{}
	tuple     []any
	list      struct{ items []any }
	dict      struct{ keys, values []any }
	global    struct{ module, name string }
	longBytes []byte // an integer of more than eight bytes, little-endian

	// An object stands for what an unknown name would have made.
	object struct {
		class global
		items dict // of a subclass of a dictionary
		state any
	}
)

// An unpickler runs pickles and calls nothing: an unknown name makes an inert [object].
type unpickler struct {
	r          *bufio.Reader
	left       int // bytes that the running pickle may still have
	stack      []any
	memo       map[uint32]any
	persistent func(id any) (any, error)
	reduce     func(g global, args tuple) (any, error)
}

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
	case 'I', 'L', 'F', 'S', 'V': // INT, LONG, FLOAT, STRING, UNICODE: of protocol 0
		return u.lineValue(op)
	// BINUNICODE, BINSTRING, BINBYTES, SHORT_…, BINUNICODE8, BINBYTES8, BYTEARRAY8
	case 'X', 'T', 'B', 0x8c, 'U', 'C', 0x8d, 0x8e, 0x96:
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
	case ']', 0x8f: // EMPTY_LIST, EMPTY_SET
		u.push(&list{})
	case 'l', 0x91: // LIST, FROZENSET
		items, err := u.toMark()
		u.push(&list{items})
		return err
	case 'a', 'e', 0x90: // APPEND, APPENDS, ADDITEMS
		return u.append(op != 'a')
	case '}': // EMPTY_DICT
		u.push(&dict{})
	case 'd': // DICT
		items, err := u.toMark()
		if err != nil {
			return err
		}
		u.push(&dict{})
		return u.setPairs(items)
	case 's', 'u': // SETITEM, SETITEMS
		return u.setItems(op == 'u')
	// BINPUT, LONG_BINPUT, MEMOIZE, PUT, BINGET, LONG_BINGET, GET
	case 'q', 'r', 0x94, 'p', 'h', 'j', 'g':
		return u.remember(op)
	case 'c', 0x93: // GLOBAL, STACK_GLOBAL
		return u.global(op == 0x93)
	case 'R', 0x81: // REDUCE, NEWOBJ
		return u.call(2)
	case 0x92: // NEWOBJ_EX
		return u.call(3)
	case 'i', 'o': // INST, OBJ
		return u.instance(op == 'i')
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
	case '1': // POP_MARK
		_, err := u.toMark()
		return err
	case '2': // DUP
		if len(u.stack) == 0 {
			return errStack
		}
		u.push(u.top())
	default:
		return errors.New("not used in files of tensors")
	}
	return nil
}

func (u *unpickler) append(many bool) error {
	items, err := u.arguments(many, 1)
	if err != nil {
		return err
	}
	switch target := u.top().(type) {
	case *list:
		target.items = append(target.items, items...)
	case *object: // of a subclass of a list
	default:
		return errors.New("appends to a value that is not a list")
	}
	return nil
}

func (u *unpickler) setItems(many bool) error {
	items, err := u.arguments(many, 2)
	if err != nil {
		return err
	}
	return u.setPairs(items)
}

func (u *unpickler) setPairs(items []any) error {
	target, ok := u.top().(*dict)
	if o, isObject := u.top().(*object); isObject {
		target, ok = &o.items, true
	}
	if !ok || len(items)%2 != 0 {
		return errors.New("sets items of a value that is not a dictionary")
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
	case 'p', 'g':
		text, err := u.line()
		if err != nil {
			return err
		}
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return errors.New("an invalid number")
		}
		at = uint32(n)
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
	if op == 'h' || op == 'j' || op == 'g' {
		value, ok := u.memo[at]
		if !ok {
			return fmt.Errorf("memo %d is not set", at)
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
			return errors.New("names a global by a value that is not text")
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
	u.push(g)
	return nil
}

// call makes what a name and its arguments stand for; a third part is keyword arguments.
func (u *unpickler) call(parts int) error {
	args, err := u.arguments(false, parts)
	if err != nil {
		return err
	}
	g, ok := args[0].(global)
	list, isTuple := args[1].(tuple)
	if !ok || !g.known() || !isTuple {
		u.push(&object{class: className(args[0])})
		return nil
	}
	value, err := u.reduce(g, list)
	u.push(value)
	return err
}

func className(class any) global {
	switch c := class.(type) {
	case global:
		return c
	case *object:
		return c.class
	}
	return global{}
}

func (u *unpickler) instance(named bool) error {
	args, err := u.toMark()
	if err != nil {
		return err
	}
	var class any
	if named {
		if err := u.global(false); err != nil {
			return err
		}
		if class, err = u.pop(); err != nil {
			return err
		}
	} else if len(args) > 0 {
		class = args[0]
	}
	u.push(&object{class: className(class)})
	return nil
}

// build sets an object's state: a Parameter of PyTorch before 0.4 has its tensor there.
func (u *unpickler) build() error {
	state, err := u.pop()
	if err != nil {
		return err
	}
	switch target := u.top().(type) {
	case *object:
		target.state = state
	case *torchTensor:
		if parts, ok := state.(tuple); ok && len(parts) == 5 {
			if data, ok := parts[0].(*torchTensor); ok {
				*target = *data
			}
		}
	case nil:
		return errStack
	}
	return nil
}

var errStack = errors.New("takes more values than there are")

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
