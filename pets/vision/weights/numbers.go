package weights

import (
	"encoding/binary"
	"math"

	"github.com/gomlx/compute/dtypes/float16"
)

func (t *Tensor) decode(raw []byte) {
	order := binary.LittleEndian
	size := elementSizes[t.DType]
	n := len(raw) / size
	if !isFloat(t.DType) {
		t.Ints = make([]int64, n)
		for i := range t.Ints {
			switch b := raw[i*size:]; t.DType {
			case "I64":
				t.Ints[i] = int64(order.Uint64(b))
			case "I32":
				t.Ints[i] = int64(int32(order.Uint32(b)))
			case "I16":
				t.Ints[i] = int64(int16(order.Uint16(b)))
			case "I8":
				t.Ints[i] = int64(int8(b[0]))
			default:
				t.Ints[i] = int64(b[0])
			}
		}
		return
	}
	t.Data = make([]float32, n)
	switch t.DType {
	case "F32":
		for i := range t.Data {
			t.Data[i] = math.Float32frombits(order.Uint32(raw[i*4:]))
		}
	case "F64":
		for i := range t.Data {
			t.Data[i] = float32(math.Float64frombits(order.Uint64(raw[i*8:])))
		}
	case "F16":
		for i := range t.Data {
			t.Data[i] = half(order.Uint16(raw[i*2:]))
		}
	case "BF16":
		for i := range t.Data {
			t.Data[i] = math.Float32frombits(uint32(order.Uint16(raw[i*2:])) << 16)
		}
	}
}

func (t Tensor) encode() []byte {
	order := binary.LittleEndian
	raw := make([]byte, 0, t.Len()*elementSizes[t.DType])
	for _, v := range t.Ints {
		switch t.DType {
		case "I64":
			raw = order.AppendUint64(raw, uint64(v))
		case "I32":
			raw = order.AppendUint32(raw, uint32(v))
		case "I16":
			raw = order.AppendUint16(raw, uint16(v))
		default:
			raw = append(raw, byte(v))
		}
	}
	for _, v := range t.Data {
		switch t.DType {
		case "F64":
			raw = order.AppendUint64(raw, math.Float64bits(float64(v)))
		case "F32":
			raw = order.AppendUint32(raw, math.Float32bits(v))
		case "F16":
			raw = order.AppendUint16(raw, halfBits(v))
		case "BF16":
			raw = order.AppendUint16(raw, bfloatBits(v))
		}
	}
	return raw
}

func half(bits uint16) float32 { return float16.FromBits(bits).Float32() }

// halfBits rounds to the nearest half, ties to even (float16.FromFloat32 loses those below 2⁻¹⁴).
func halfBits(v float32) uint16 {
	sign := uint16(math.Float32bits(v) >> 16 & 0x8000)
	size := math.Abs(float64(v))
	switch {
	case v != v:
		return sign | 0x7e00
	case size >= 65520: // half-way between the largest half and the next
		return sign | 0x7c00
	case size < 0x1p-14:
		return sign | uint16(math.RoundToEven(size*0x1p24))
	}
	// size = fraction·2^exponent, fraction in [½, 1)
	fraction, exponent := math.Frexp(size)
	// 2^10 to 2^11; the latter carries into the exponent
	mantissa := uint16(math.RoundToEven(fraction * 0x1p11))
	return sign | (uint16(exponent+13)<<10 + mantissa)
}

func bfloatBits(v float32) uint16 {
	bits := math.Float32bits(v)
	if v != v {
		return uint16(bits>>16) | 0x40
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}
