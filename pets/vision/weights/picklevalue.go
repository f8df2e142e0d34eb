package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

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
	width := 1
	switch op {
	case 'X', 'T', 'B':
		width = 4
	case 0x8d, 0x8e, 0x96:
		width = 8
	}
	raw, err := u.bytes(width)
	if err != nil {
		return err
	}
	var length uint64
	for i, b := range raw {
		length |= uint64(b) << (8 * i)
	}
	if length > maxString {
		return errLong
	}
	raw, err = u.bytes(int(length))
	u.push(string(raw))
	return err
}

func (u *unpickler) lineValue(op byte) error {
	text, err := u.line()
	if err != nil {
		return err
	}
	switch op {
	case 'I', 'L':
		switch n, err := strconv.ParseInt(strings.TrimSuffix(text, "L"), 10, 64); {
		case op == 'I' && (text == "00" || text == "01"):
			u.push(text == "01")
		case err != nil:
			u.push(longBytes(text))
		default:
			u.push(n)
		}
	case 'F':
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return errors.New("an invalid number")
		}
		u.push(f)
	default:
		u.push(strings.Trim(text, `'"`))
	}
	return nil
}

var errLong = fmt.Errorf("more than %d MB of values that are not torch tensors (NumPy arrays?): "+
	saveTensors, maxPickle>>20)

const saveTensors = "save tensors with torch.save(model.state_dict(), FILE)"

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
