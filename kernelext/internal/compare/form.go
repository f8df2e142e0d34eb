package compare

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopets/kernelext/internal/terminal"
)

type form struct {
	lines []string
	ruled bool // the built-in rules have been applied
	parts []part

	matches []match // what rules have replaced, in order
}

type part struct {
	mime string
	data []byte
}

func (r Rules) form(place, mime, text string) (form, error) {
	if binary(mime) {
		if data, err := decodeBase64(text); err == nil {
			return form{lines: []string{""}, parts: []part{{mime, data}}}, nil
		}
	}
	if mime != "text/plain" {
		text = lineBreaks.Replace(text)
	}
	var f form
	text, f.parts = extract(terminal.Text(text))
	isJSON := mime == "application/json" || strings.HasSuffix(mime, "+json")
	if isJSON {
		text = jsonText(text)
	}
	text, err := r.sanitize(place, text, true, new([]match))
	if err != nil {
		return f, err
	}
	if f.ruled = mime == "text/html" || strings.HasPrefix(mime, "image/svg"); f.ruled {
		text, err = r.markup(text, &f.matches)
	}
	f.lines = trimBlanks(text)
	if r.masksTimings() {
		f.matches = append(f.matches, maskTimeColumn(f.lines)...)
	}
	return f, err
}

// Carriage returns have another meaning only in text for a terminal.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func binary(mime string) bool {
	kind, _, _ := strings.Cut(mime, "/")
	switch kind {
	case "image", "audio", "video", "font":
		return !strings.HasPrefix(mime, "image/svg")
	}
	return mime == "application/pdf" || mime == "application/octet-stream" ||
		mime == "application/zip"
}

func decodeBase64(s string) ([]byte, error) {
	s = strings.Join(strings.Fields(s), "")
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
}

var dataURI = regexp.MustCompile(
	`data:([a-z]+/[a-z0-9.+-]+)(?:;[a-z]+=[\w-]+)*;base64,([A-Za-z0-9+/%]{8,}={0,2})`)

// extract replaces data URIs in a text by their types and numbers.
func extract(text string) (string, []part) {
	if !strings.Contains(text, ";base64,") {
		return text, nil
	}
	var parts []part
	text = dataURI.ReplaceAllStringFunc(text, func(uri string) string {
		m := dataURI.FindStringSubmatch(uri)
		plain, err := url.PathUnescape(m[2])
		if err != nil {
			return uri
		}
		data, err := decodeBase64(plain)
		if err != nil {
			return uri
		}
		parts = append(parts, part{m[1], data})
		return fmt.Sprintf("‹%s %d›", m[1], len(parts))
	})
	return text, parts
}

func trimBlanks(s string) []string {
	lines := strings.Split(strings.TrimRight(s, " \t\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t")
	}
	return lines
}

// jsonText formats JSON with sorted keys, a value a line, numbers in their shortest form. Other
// text is unchanged.
func jsonText(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil || d.More() {
		return text
	}
	var b bytes.Buffer
	writeJSON(&b, v, "\n")
	return b.String()
}

func writeJSON(b *bytes.Buffer, v any, indent string) {
	switch v := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(indent + " ")
			writeString(b, key)
			b.WriteString(": ")
			writeJSON(b, v[key], indent+" ")
		}
		b.WriteString(indent + "}")
	case []any:
		b.WriteByte('[')
		for _, e := range v {
			b.WriteString(indent + " ")
			writeJSON(b, e, indent+" ")
		}
		b.WriteString(indent + "]")
	case json.Number:
		b.WriteString(shortest(v.String()))
	case string:
		writeString(b, v)
	default:
		fmt.Fprint(b, v)
	}
}

func writeString(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if e.Encode(s) == nil { // a string cannot fail
		b.Truncate(b.Len() - 1) // the line break
	}
}

func shortest(number string) string {
	if !strings.ContainsAny(number, ".eE") {
		return number
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	if f > -1e15 && f < 1e15 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
