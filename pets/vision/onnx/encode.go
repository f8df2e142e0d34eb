package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

const irVersion = 8

// Field numbers of ONNX's messages (onnx.proto).
const (
	modelIR, modelProducer, modelGraph, modelOpsets, modelMeta = 1, 2, 7, 8, 14
	opsetVersion                                               = 2
	entryKey, entryValue                                       = 1, 2
	graphNode, graphName, graphTensor, graphInput, graphOutput = 1, 2, 5, 11,
		12
	nodeInput, nodeOutput, nodeName, nodeOp, nodeAttribute       = 1, 2, 3, 4, 5
	attrName, attrFloat, attrInt, attrString, attrInts, attrType = 1, 2, 3, 4, 8,
		20
	tensorDims, tensorType, tensorName, tensorRaw                                   = 1, 2, 8, 9
	valueName, valueType, typeTensor, tensorElem, tensorShape, shapeDim, dimV, dimP = 1, 2, 1, 1, 2,
		1, 1, 2
)

// Attribute types (AttributeProto.AttributeType).
const (
	kindFloat, kindInt, kindString, kindInts = 1, 2, 3, 7
)

type message []byte

func (m *message) int(field protowire.Number, v int) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), uint64(v))
}

func (m *message) string(field protowire.Number, s string) {
	*m = protowire.AppendString(protowire.AppendTag(*m, field, protowire.BytesType), s)
}

func (m *message) bytes(field protowire.Number, b []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), b)
}

func (m *message) float(field protowire.Number, v float64) {
	*m = protowire.AppendFixed32(protowire.AppendTag(*m, field, protowire.Fixed32Type),
		math.Float32bits(float32(v)))
}

// Encode returns the file's bytes, at most 2 GB, as protobuf.
func (g *Graph) Encode() ([]byte, error) {
	var graph message
	for _, n := range g.nodes {
		b, err := n.encode()
		if err != nil {
			return nil, fmt.Errorf("onnx: %w", err)
		}
		graph.bytes(graphNode, b)
	}
	graph.string(graphName, g.name)
	for _, t := range g.tensors {
		graph.bytes(graphTensor, t.encode())
	}
	for _, v := range g.inputs {
		graph.bytes(graphInput, v.encode())
	}
	for _, v := range g.outputs {
		graph.bytes(graphOutput, v.encode())
	}
	if len(graph) > math.MaxInt32-1<<20 {
		return nil, fmt.Errorf("onnx: the network takes %d MB: a file holds at most 2 GB",
			len(graph)>>20)
	}
	var opset, model message
	opset.int(opsetVersion, Opset)
	model.int(modelIR, irVersion)
	model.string(modelProducer, "gopets")
	model.bytes(modelGraph, graph)
	model.bytes(modelOpsets, opset)
	for _, key := range sorted(g.Meta) {
		var entry message
		entry.string(entryKey, key)
		entry.string(entryValue, g.Meta[key])
		model.bytes(modelMeta, entry)
	}
	return model, nil
}

func (n node) encode() ([]byte, error) {
	var m message
	for _, in := range n.inputs {
		m.string(nodeInput, in)
	}
	m.string(nodeOutput, n.output)
	m.string(nodeName, n.output)
	m.string(nodeOp, n.op)
	for _, name := range sorted(n.attrs) {
		var a message
		a.string(attrName, name)
		switch v := n.attrs[name].(type) {
		case int:
			a.int(attrInt, v)
			a.int(attrType, kindInt)
		case float64:
			a.float(attrFloat, v)
			a.int(attrType, kindFloat)
		case string:
			a.string(attrString, v)
			a.int(attrType, kindString)
		case []int:
			for _, i := range v {
				a.int(attrInts, i)
			}
			a.int(attrType, kindInts)
		default:
			return nil, fmt.Errorf("%s: attribute %s is a %T: want int, float64, string or []int",
				n.op, name, v)
		}
		m.bytes(nodeAttribute, a)
	}
	return m, nil
}

func (t tensor) encode() []byte {
	var m message
	for _, d := range t.dims {
		m.int(tensorDims, d)
	}
	m.int(tensorType, int(t.dtype))
	m.string(tensorName, t.name)
	m.bytes(tensorRaw, t.raw)
	return m
}

func (v value) encode() []byte {
	var shape message
	for _, d := range v.dims {
		var dim message
		switch d := d.(type) {
		case int:
			dim.int(dimV, d)
		case string:
			dim.string(dimP, d)
		}
		shape.bytes(shapeDim, dim)
	}
	var elem, kind, m message
	elem.int(tensorElem, int(v.dtype))
	elem.bytes(tensorShape, shape)
	kind.bytes(typeTensor, elem)
	m.string(valueName, v.name)
	m.bytes(valueType, kind)
	return m
}

func floatBytes(values []float32) []byte {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}
