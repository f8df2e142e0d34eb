package notebook

import (
	"encoding/json"
	"slices"
	"strconv"
)

type check func(raw []byte) bool

// types are nbformat's types of optional members, or of those whose value is not used here.
var types = map[string]map[string]check{
	"notebook":   {"title": isString, "authors": isArray, "orig_nbformat": isVersion},
	"kernelspec": {"name": isString, "display_name": isString},
	"language_info": {"name": isString, "file_extension": isString, "mimetype": isString,
		"pygments_lexer":  isString,
		"codemirror_mode": func(raw []byte) bool { return isString(raw) || isObject(raw) }},
	"cell": {"jupyter": isObject, "tags": isTags,
		"name": func(raw []byte) bool { return stringOf(raw) != "" }},
	"code": {"collapsed": isBool, "execution": isObject,
		"scrolled": func(raw []byte) bool { return isBool(raw) || string(raw) == `"auto"` }},
	"raw": {"format": isString},
	"execution": {"iopub.execute_input": isString, "iopub.status.busy": isString,
		"iopub.status.idle": isString, "shell.execute_reply": isString},
	"stream":         {"name": isString},
	"display_data":   {"metadata": isObject},
	"execute_result": {"metadata": isObject},
	"error":          {"ename": isString, "evalue": isString, "traceback": isStrings},
}

func isBool(raw []byte) bool    { return string(raw) == "true" || string(raw) == "false" }
func isObject(raw []byte) bool  { return len(raw) > 0 && raw[0] == '{' }
func isArray(raw []byte) bool   { return len(raw) > 0 && raw[0] == '[' }
func isString(raw []byte) bool  { return len(raw) > 0 && raw[0] == '"' }
func isVersion(raw []byte) bool { n, err := strconv.Atoi(string(raw)); return err == nil && n > 0 }

func isStrings(raw []byte) bool {
	_, list, err := decodeText(raw)
	return list && err == nil
}

func isTags(raw []byte) bool {
	var tags []string
	return isArray(raw) && json.Unmarshal(raw, &tags) == nil &&
		!slices.ContainsFunc(tags, func(tag string) bool { return !validTag.MatchString(tag) })
}

func (r *repairer) checkTypes(cell int, where string, o *object, of map[string]check) {
	for _, m := range o.members {
		if ok := of[m.key]; ok != nil && !ok(m.value.bytes()) {
			r.warn.add(cell, "%sthe value of %q has the wrong type: not valid by nbformat's schema",
				where, m.key)
		}
	}
}

func (r *repairer) count(cell int, o *object) {
	raw, _ := o.get("execution_count")
	n, err := strconv.Atoi(string(raw))
	if string(raw) == "null" || err == nil && n >= 0 {
		return
	}
	value := text{[]byte("null")}
	if n, ok := wholeNumber(raw); ok {
		value = text{encode(n)}
	}
	r.warn.add(cell, `"execution_count" was %.20s and is now %s`, raw, value.bytes())
	o.set("execution_count", value)
}
