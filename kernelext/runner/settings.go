package runner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Setting is a parameter's name and its new value.
type Setting struct {
	Name string
	// as typed: its parameter's declaration determines its type. For a list or map it is YAML, [1,
	// 2] or {a: 1}; a list may lack its brackets.
	Value string

	node *yaml.Node // a value that came as YAML
	raw  bool       // a string, whatever its declaration says
}

// StringSetting returns a setting whose value is a string.
func StringSetting(name, value string) Setting {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: stringTag, Style: yaml.DoubleQuotedStyle,
		Value: value}
	return Setting{name, value, node, true}
}

const (
	stringTag = "!!str"
	nullTag   = "!!null"
	boolTag   = "!!bool"
	intTag    = "!!int"
	floatTag  = "!!float"
)

// Limits of a YAML text with its aliases followed.
const (
	maxNodes = 100_000
	maxDepth = 100
)

// A resolver follows aliases and merges. Keys that are not simple or are repeated are errors.
type resolver struct{ nodes, depth int }

// ReadSettings reads settings from a map in YAML or JSON.
func ReadSettings(text []byte) ([]Setting, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, errors.New("parameters: one YAML document was expected, there are more")
	}
	top, err := new(resolver).resolve(doc.Content[0])
	if err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	if top.Tag == nullTag {
		return nil, nil
	}
	if top.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("parameters: lines of the form name: value were expected, not %s",
			kindOf(top))
	}
	var settings []Setting
	for i := 0; i < len(top.Content); i += 2 {
		settings = append(settings, Setting{Name: top.Content[i].Value,
			Value: top.Content[i+1].Value, node: top.Content[i+1]})
	}
	return settings, nil
}

func (r *resolver) resolve(n *yaml.Node) (*yaml.Node, error) {
	r.nodes++
	r.depth++
	defer func() { r.depth-- }()
	if r.nodes > maxNodes || r.depth > maxDepth {
		return nil, errors.New("the text has too many values")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.resolve(n.Alias)
	case yaml.SequenceNode:
		list := &yaml.Node{Kind: n.Kind, Tag: n.Tag}
		for _, item := range n.Content {
			v, err := r.resolve(item)
			if err != nil {
				return nil, err
			}
			list.Content = append(list.Content, v)
		}
		return list, nil
	case yaml.MappingNode:
		return r.resolveMap(n)
	}
	return n, nil
}

func (r *resolver) resolveMap(n *yaml.Node) (*yaml.Node, error) {
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag}
	has := map[string]bool{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		v, err := r.resolve(value)
		if err != nil {
			return nil, err
		}
		switch {
		case key.Tag == "!!merge":
			merged = append(merged, v)
			continue
		case key.Kind == yaml.AliasNode:
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("line %d: a name was expected, not %s", key.Line, kindOf(key))
		}
		if has[key.Value] {
			return nil, fmt.Errorf("line %d: %q comes twice", key.Line, key.Value)
		}
		has[key.Value] = true
		out.Content = append(out.Content, key, v)
	}
	for _, m := range merged {
		maps := []*yaml.Node{m}
		if m.Kind == yaml.SequenceNode {
			maps = m.Content
		}
		for _, m := range maps {
			for i := 0; m.Kind == yaml.MappingNode && i < len(m.Content); i += 2 {
				if key := m.Content[i]; !has[key.Value] {
					has[key.Value] = true
					out.Content = append(out.Content, key, m.Content[i+1])
				}
			}
		}
	}
	return out, nil
}

func (s Setting) read(collection bool) (*yaml.Node, error) {
	if s.node != nil {
		return s.node, nil
	}
	if !collection {
		return scalar(s.Value), nil
	}
	text := strings.TrimSpace(s.Value)
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		text = text[1 : len(text)-1] // a tuple
	}
	if !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "{") {
		return listOf(text), nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil,
			fmt.Errorf(
				"give a list like [1, 2] or a map like {a: 1}, with quotation marks around odd "+
					"texts, not %q (%w)", s.Value, err)
	}
	return new(resolver).resolve(doc.Content[0])
}

// guess returns a value without a type: a list or a map if it looks like one.
func (s Setting) guess() *yaml.Node {
	if s.node != nil {
		return s.node
	}
	text := strings.TrimSpace(s.Value)
	if strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") {
		if n, err := s.read(true); err == nil {
			return n
		}
	}
	return scalar(s.Value)
}

func scalar(text string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: text}
	n.Tag = n.ShortTag()
	switch n.Tag {
	case boolTag, intTag, floatTag, nullTag:
	default:
		n.Tag = stringTag
	}
	if text == "" || text == "~" { // on a command line that is a folder
		n.Tag = stringTag
	}
	return n
}

func listOf(text string) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	if strings.TrimSpace(text) == "" {
		return list
	}
	for item := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(text), ","), ",") {
		item = strings.TrimSpace(item)
		if n := len(item); n >= 2 && (item[0] == '"' || item[0] == '\'') && item[n-1] == item[0] {
			list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: stringTag,
				Value: item[1 : n-1]})
			continue
		}
		list.Content = append(list.Content, scalar(item))
	}
	return list
}

func truth(n *yaml.Node) (value, ok bool) {
	if n.Kind != yaml.ScalarNode {
		return false, false
	}
	switch strings.ToLower(n.Value) {
	case "true", "t", "1", "yes", "on":
		return true, true
	case "false", "f", "0", "no", "off":
		return false, true
	}
	return false, false
}
