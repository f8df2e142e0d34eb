package notebook

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// A repairer makes a notebook valid by nbformat's schema where nothing is lost, and warns of the
// rest.
type repairer struct {
	style style
	minor int
	ids   map[string]bool
	warn  *warnings
}

func (r *repairer) require(o *object, key, value string) bool {
	if raw, ok := o.get(key); ok && string(raw) != "null" {
		return false
	}
	o.set(key, text{[]byte(value)})
	return true
}

func (r *repairer) document(doc *object) {
	r.require(doc, "metadata", "{}")
	r.unknown(0, doc, "cells", "metadata", "nbformat", "nbformat_minor")
	raw, _ := doc.get("metadata")
	metadata, ok := parseObject(raw)
	if !ok {
		r.warn.add(0, `"metadata" is not an object: not valid by nbformat's schema`)
		return
	}
	for _, key := range []string{"kernelspec", "language_info", "orig_nbformat"} {
		if raw, ok := metadata.get(key); ok && string(raw) == "null" {
			metadata.remove(key)
		}
	}
	r.checkTypes(0, "metadata: ", metadata, types["notebook"])
	for _, key := range []string{"kernelspec", "language_info"} {
		raw, ok := metadata.get(key)
		if !ok {
			continue
		}
		o, ok := parseObject(raw)
		if !ok {
			r.warn.add(0, "metadata: %q is not an object: not valid by nbformat's schema", key)
			continue
		}
		name, named := o.get("name")
		if _, ok := o.get("display_name"); key == "kernelspec" && !ok && named {
			o.set("display_name", text{name})
			metadata.set(key, r.style.object(o, 2))
		}
		if !named {
			r.warn.add(0, `metadata: %q has no "name": not valid by nbformat's schema`, key)
		}
		r.checkTypes(0, key+": ", o, types[key])
	}
	if metadata.raw == nil {
		doc.set("metadata", r.style.object(metadata, 1))
	}
}

// format repairs the format's version, and raises a minor version that is too low for the cells.
func (r *repairer) format(doc *object, cells []*object) {
	r.minor = 0
	raw, ok := doc.get("nbformat_minor")
	n, isNumber := wholeNumber(raw)
	if ok && isNumber {
		r.minor = n
	}
	needed := 0
	for _, c := range cells {
		if _, ok := c.get("attachments"); ok {
			needed = max(needed, 4)
		}
		if raw, ok := c.get("id"); ok && string(raw) != "null" {
			needed = 5
			break
		}
	}
	if !ok && needed == 0 {
		needed = 4
	}
	switch {
	case !ok:
		r.warn.add(0, `"nbformat_minor" was missing`)
	case !isNumber:
		r.warn.add(0, `"nbformat_minor" was %.20s, not a whole number`, raw)
	}
	if needed > r.minor {
		if ok && isNumber && needed == 5 {
			r.warn.add(0, "format 4.%d has no cell ids: the notebook is now 4.5", r.minor)
		}
		r.minor = needed
	}
	doc.set("nbformat_minor", text{encode(r.minor)})
	if raw, _ := doc.get("nbformat"); string(raw) != "4" {
		doc.set("nbformat", text{[]byte("4")})
	}
}

// wholeNumber parses a number that is not negative, also 4.0 or a string.
func wholeNumber(raw []byte) (int, bool) {
	s := string(raw)
	if t := stringOf(raw); t != "" {
		s = t
	}
	f, err := strconv.ParseFloat(s, 64)
	n := int(f)
	return n, err == nil && f == float64(n) && n >= 0 && n < 1<<31
}

var schema = map[string][]string{
	"code":           {"cell_type", "execution_count", "id", "metadata", "outputs", "source"},
	"markdown":       {"attachments", "cell_type", "id", "metadata", "source"},
	"raw":            {"attachments", "cell_type", "id", "metadata", "source"},
	"stream":         {"name", "output_type", "text"},
	"display_data":   {"data", "metadata", "output_type"},
	"execute_result": {"data", "execution_count", "metadata", "output_type"},
	"error":          {"ename", "evalue", "output_type", "traceback"},
}

func (r *repairer) unknown(cell int, o *object, known ...string) {
	for _, m := range o.members {
		if !slices.Contains(known, m.key) {
			r.warn.add(cell, "unknown key %.40q: not valid by nbformat's schema", m.key)
		}
	}
}

func (r *repairer) cell(number int, o *object) {
	raw, _ := o.get("cell_type")
	kind := stringOf(raw)
	switch kind {
	case "heading", "html":
		old := fieldsOf(o)
		for key, value := range markdownOf(old) {
			o.set(key, text{value})
		}
		o.remove("level")
		r.warn.add(number, "a cell of type %q, as nbformat 3 has it, was read as Markdown", kind)
		kind = "markdown"
	case "code", "markdown", "raw":
	default:
		if kind != "" {
			r.warn.add(number, "unknown cell type %.40q: shown as text, not run, "+
				"not valid by nbformat's schema", kind)
		}
		r.id(number, o)
		return
	}
	r.require(o, "metadata", "{}")
	r.require(o, "source", `""`)
	if kind == "code" {
		r.require(o, "outputs", "[]")
		r.require(o, "execution_count", "null")
		r.count(number, o)
		r.outputs(number, o)
	} else if raw, ok := o.get("attachments"); ok && string(raw) == "null" {
		o.remove("attachments")
	} else if ok {
		r.attachments(number, raw)
	}
	// A cell whose type was changed keeps empty members of the other.
	for key, empty := range map[string]string{
		"outputs": "[]", "execution_count": "null", "attachments": "{}",
	} {
		if raw, ok := o.get(key); ok && string(raw) == empty &&
			!slices.Contains(schema[kind], key) {
			o.remove(key)
		}
	}
	r.id(number, o)
	r.unknown(number, o, schema[kind]...)
	r.metadata(number, o)
}

var (
	validID  = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)
	validTag = regexp.MustCompile(`^[^,]+$`)
)

// id sets a unique id in a cell of format 4.5, and removes it from older formats.
func (r *repairer) id(number int, o *object) {
	raw, ok := o.get("id")
	if r.minor < 5 {
		o.remove("id")
		return
	}
	id := stringOf(raw)
	switch {
	case !ok:
		r.warn.add(number, "the id was missing")
	case !validID.MatchString(id):
		r.warn.add(number, "the id was not valid")
	case r.ids[id]:
		r.warn.add(number, "another cell had the same id")
	default:
		r.ids[id] = true
		return
	}
	// The same at each reading, so that runs can be resumed.
	source, _ := o.get("source")
	for salt := number; ; salt++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", salt, source))
		if id = hex.EncodeToString(sum[:4]); !r.ids[id] {
			break
		}
	}
	r.ids[id] = true
	o.set("id", text{encode(id)})
}

func (r *repairer) metadata(number int, o *object) {
	raw, _ := o.get("metadata")
	metadata, ok := parseObject(raw)
	if !ok {
		r.warn.add(number, `"metadata" is not an object: not valid by nbformat's schema`)
		return
	}
	r.checkTypes(number, "metadata: ", metadata, types["cell"])
	kind, _ := o.get("cell_type")
	r.checkTypes(number, "metadata: ", metadata, types[stringOf(kind)])
	if raw, ok := metadata.get("execution"); ok {
		if times, ok := parseObject(raw); ok {
			r.checkTypes(number, "metadata: ", times, types["execution"])
		}
	}
	if raw, _ := metadata.get("tags"); isTags(raw) {
		var tags, unique []string
		_ = json.Unmarshal(raw, &tags)
		for _, tag := range tags {
			if !slices.Contains(unique, tag) {
				unique = append(unique, tag)
			}
		}
		if len(unique) < len(tags) {
			metadata.set("tags", r.style.value(unique, cellDepth+2))
			o.set("metadata", r.style.object(metadata, cellDepth+1))
		}
	}
}

func (r *repairer) outputs(number int, cell *object) {
	raw, _ := cell.get("outputs")
	texts, ok := parseArray(raw)
	if !ok {
		return // an error later
	}
	list, changed := make([]text, len(texts)), false
	for i, raw := range texts {
		list[i] = text{raw}
		o, ok := parseObject(raw)
		if !ok {
			continue
		}
		if r.output(number, o); o.raw == nil {
			list[i], changed = r.style.object(o, outputDepth), true
		}
	}
	if changed {
		cell.set("outputs", r.style.array(list, cellDepth+1))
	}
}

func (r *repairer) output(number int, o *object) {
	raw, _ := o.get("output_type")
	kind := stringOf(raw)
	_, old := o.get("stream")
	if kind == "pyout" || kind == "pyerr" || kind == "stream" && old {
		upgraded, _ := marshal(upgradeOutput(o))
		*o, _ = objectOf(upgraded)
		r.warn.add(number, "an output of nbformat 3 was upgraded")
		raw, _ = o.get("output_type")
		kind = stringOf(raw)
	}
	switch kind {
	case "stream":
		r.require(o, "name", `"stdout"`)
		r.require(o, "text", `""`)
	case "display_data", "execute_result":
		r.require(o, "data", "{}")
		r.require(o, "metadata", "{}")
		if kind == "execute_result" {
			r.require(o, "execution_count", "null")
			r.count(number, o)
		}
		raw, _ := o.get("data")
		r.bundle(number, "an output", raw)
	case "error":
		r.require(o, "ename", `""`)
		r.require(o, "evalue", `""`)
		r.require(o, "traceback", "[]")
		if raw, _ := o.get("traceback"); isString(raw) {
			o.set("traceback", r.style.array([]text{{raw}}, outputDepth+1))
			r.warn.add(number, "a traceback was not a list and is now one")
		}
	default:
		if kind != "" {
			r.warn.add(number, "unknown output type %.40q: not valid by nbformat's schema", kind)
		}
		return
	}
	r.unknown(number, o, schema[kind]...)
	r.checkTypes(number, "", o, types[kind])
}

func objectOf(raw []byte) (object, bool) {
	o, ok := parseObject(raw)
	o.raw = nil
	return *o, ok
}

var jsonMime = regexp.MustCompile(`^application/(.*\+)?json$`)

func (r *repairer) bundle(number int, what string, raw []byte) {
	data, ok := parseObject(raw)
	if !ok {
		return
	}
	for _, m := range data.members {
		if !jsonMime.MatchString(m.key) && !isText(m.value.bytes()) {
			r.warn.add(number, "the %.60q of %s is not text: not valid by nbformat's schema", m.key,
				what)
		}
	}
}

func (r *repairer) attachments(number int, raw []byte) {
	files, ok := parseObject(raw)
	if !ok {
		r.warn.add(number, `"attachments" is not an object: not valid by nbformat's schema`)
		return
	}
	for _, m := range files.members {
		if !isObject(m.value.bytes()) {
			r.warn.add(number,
				"the attachment %.60q is not an object: not valid by nbformat's schema", m.key)
		}
		r.bundle(number, "an attachment", m.value.bytes())
	}
}
