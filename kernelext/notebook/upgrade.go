package notebook

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// upgrade converts nbformat 1, 2 or 3 to nbformat 4 as Python's nbformat does, except that old code
// cells keep their language.
func upgrade(doc *object, major int) ([]byte, error) {
	var cells [][]byte
	if major == 1 {
		raw, _ := doc.get("cells")
		cells, _ = parseArray(orEmpty(raw))
	}
	raw, _ := doc.get("worksheets")
	sheets, _ := parseArray(orEmpty(raw))
	for _, sheet := range sheets {
		if o, ok := parseObject(sheet); ok {
			raw, _ := o.get("cells")
			more, _ := parseArray(orEmpty(raw))
			cells = append(cells, more...)
		}
	}
	metadata := members(doc, "metadata")
	delete(metadata, "name")
	delete(metadata, "signature")
	list := make([]fields, len(cells))
	for i, text := range cells {
		o, ok := parseObject(text)
		if !ok {
			return nil, fmt.Errorf("cell %d: an object was expected", i+1)
		}
		cell := upgradeCell(o)
		if language, ok := cell["language"]; ok {
			delete(cell, "language")
			if _, named := metadata["language_info"]; !named && language[0] == '"' {
				metadata["language_info"] = encode(fields{"name": language})
			}
		}
		list[i] = cell
	}
	compact, err := marshal(map[string]any{
		"cells": list, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4,
	})
	if err != nil {
		return nil, err
	}
	return append(jupyterStyle.lay(compact, 0), '\n'), nil
}

// joined returns an old format's text, whose lines may lack line breaks.
func joined(raw json.RawMessage) json.RawMessage {
	lines, ok := parseArray(raw)
	if !ok || len(lines) < 2 || strings.HasSuffix(stringOf(lines[0]), "\n") {
		return raw
	}
	var texts []string
	for _, line := range lines {
		texts = append(texts, stringOf(line))
	}
	return encode(strings.Join(texts, "\n"))
}

type fields map[string]json.RawMessage

func fieldsOf(o *object) fields {
	f := fields{}
	for _, m := range o.members {
		f[m.key] = m.value.bytes()
	}
	return f
}

func members(o *object, key string) fields {
	raw, ok := o.get(key)
	if inner, isObject := parseObject(orEmpty(raw)); ok && isObject {
		return fieldsOf(inner)
	}
	return fields{}
}

func (f fields) rename(from, to, none string) {
	value, ok := f[from]
	if !ok && none == "" {
		return
	}
	if !ok {
		value = json.RawMessage(none)
	}
	delete(f, from)
	f[to] = value
}

func upgradeCell(o *object) fields {
	cell, metadata := fieldsOf(o), members(o, "metadata")
	kind := stringOf(cell["cell_type"])
	switch kind {
	case "code":
		if _, old := cell["code"]; old { // nbformat 1
			cell.rename("code", "input", "")
		}
		if collapsed := string(cell["collapsed"]); collapsed == "true" || collapsed == "false" {
			metadata["collapsed"] = cell["collapsed"]
		}
		delete(cell, "collapsed")
		cell.rename("input", "source", `""`)
		cell.rename("prompt_number", "execution_count", "null")
		outputs, _ := parseArray(orEmpty(cell["outputs"]))
		list := make([]json.RawMessage, 0, len(outputs))
		for _, text := range outputs {
			if o, ok := parseObject(text); ok {
				text = encode(upgradeOutput(o))
			}
			list = append(list, text)
		}
		cell["outputs"] = encode(list)
	case "text": // nbformat 1
		cell.rename("text", "source", "")
		cell["cell_type"] = encode(Markdown)
	case "heading", "html":
		cell = markdownOf(cell)
	}
	cell["metadata"] = encode(metadata)
	cell["source"] = joined(cell["source"])
	if cell["source"] == nil {
		delete(cell, "source")
	}
	return cell
}

func markdownOf(cell fields) fields {
	if stringOf(cell["cell_type"]) == "heading" {
		level := 1
		if json.Unmarshal(cell["level"], &level) != nil || level < 1 || level > 6 {
			level = 1
		}
		title, _, _ := decodeText(joined(cell["source"]))
		cell["source"] = encode(strings.Repeat("#", level) + " " +
			strings.Join(
				strings.FieldsFunc(title, func(r rune) bool { return r == '\n' || r == '\r' }),
				" ",
			))
		delete(cell, "level")
	}
	cell["cell_type"] = encode(Markdown)
	return cell
}

var shortNames = map[string]string{
	"text": "text/plain", "html": "text/html", "svg": "image/svg+xml", "png": "image/png",
	"jpeg": "image/jpeg", "latex": "text/latex", "json": "application/json",
	"javascript": "application/javascript", "pdf": "application/pdf",
}

func upgradeOutput(o *object) fields {
	out := fieldsOf(o)
	switch stringOf(out["output_type"]) {
	case "pyout", "display_data":
		upgraded := fields{"output_type": encode(DisplayOutput)}
		if stringOf(out["output_type"]) == "pyout" {
			out.rename("prompt_number", "execution_count", "null")
			upgraded["output_type"] = encode(ResultOutput)
			upgraded["execution_count"] = out["execution_count"]
		}
		metadata := fields{}
		for key, value := range members(o, "metadata") {
			metadata[mimeOf(key)] = value
		}
		data := fields{}
		for _, key := range slices.Sorted(maps.Keys(out)) {
			switch key {
			case "output_type", "execution_count", "metadata", "prompt_number":
				continue
			}
			data[mimeOf(key)] = joined(out[key])
		}
		if text, _, err := decodeText(data["application/json"]); err == nil &&
			json.Valid([]byte(text)) {
			data["application/json"] = json.RawMessage(text)
		}
		upgraded["data"], upgraded["metadata"] = encode(data), encode(metadata)
		return upgraded
	case "pyerr":
		out["output_type"] = encode(ErrorOutput)
	case "stream":
		out.rename("stream", "name", `"stdout"`)
		out["text"] = joined(out["text"])
		delete(out, "metadata")
	}
	return out
}

func mimeOf(key string) string {
	if mime, ok := shortNames[key]; ok {
		return mime
	}
	return key
}

func stringOf(raw []byte) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}
