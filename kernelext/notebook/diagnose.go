package notebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// foreign are files often met in place of a notebook, by their beginning.
var foreign = []struct {
	begin *regexp.Regexp
	what  string
}{
	{regexp.MustCompile(`^version https://git-lfs`), "a Git LFS pointer: run git lfs pull"},
	{
		regexp.MustCompile(
			`^(\xff\xfe\x00\x00|\x00\x00\xfe\xff|\x00\x00\x00[^\x00]|[^\x00]\x00\x00\x00)`,
		),
		"UTF-32 text: convert it to UTF-8",
	},
	{regexp.MustCompile(`^(\xff\xfe|\xfe\xff|\x00[^\x00]|[^\x00]\x00)`),
		"UTF-16 text: convert it to UTF-8, e.g. with iconv -f UTF-16 -t UTF-8"},
	{regexp.MustCompile(`^(?i)<(!doctype html|html|head|body)`),
		"an HTML page: download the raw notebook file"},
	{
		regexp.MustCompile(`^<`),
		"XML or HTML text, perhaps a server's error: download the file again",
	},
	{regexp.MustCompile(`^PK\x03\x04`), "a ZIP archive: unpack it"},
	{regexp.MustCompile(`^\x1f\x8b`), "a gzip file: unpack it"},
	{regexp.MustCompile(`^%PDF-`), "a PDF file"},
	{regexp.MustCompile(`^(diff --git |--- a/)`), "a patch, not the file it belongs to"},
	{regexp.MustCompile(`^\d{3}:? (Not Found|Forbidden|Unauthorized|Bad Request)`),
		"a server's error message: download the file again"},
	{regexp.MustCompile(`^(#|import |from |"""|package )`),
		"a script or text: convert it, e.g. with jupytext --to notebook"},
	{regexp.MustCompile(`^(//|/\*)`), "JSON with comments: remove them"},
	{
		regexp.MustCompile(`^\{\s*'`),
		"Python's notation of a dictionary, not JSON: write it with json.dump",
	},
}

var (
	conflict      = regexp.MustCompile(`(?m)^(<{7}|>{7}|\|{7})( |\r?$)`)
	trailingComma = regexp.MustCompile(`,\s*$`)
)

// diagnose returns an error that names the kind of a file that is not valid JSON.
func diagnose(data []byte) error {
	if at := conflict.FindIndex(data); at != nil {
		return fmt.Errorf("not a notebook: it has a merge conflict in line %d: resolve it, "+
			"e.g. with nbdime mergetool", lineOf(data, at[0]))
	}
	var start strings.Builder // a rune for each byte
	for _, b := range bytes.TrimLeft(data[:min(len(data), 4096)], " \t\r\n") {
		start.WriteRune(rune(b))
	}
	for _, f := range foreign {
		if f.begin.MatchString(start.String()) {
			return fmt.Errorf("not a notebook: the file is %s", f.what)
		}
	}
	var v json.RawMessage
	err := json.Unmarshal(data, &v)
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return fmt.Errorf("not a notebook: broken JSON: %w", err)
	}
	at := min(int(syntax.Offset), len(data))
	before := data[:max(at-1, 0)]
	column := at - bytes.LastIndexByte(before, '\n') - 1
	switch {
	case strings.Contains(err.Error(), "max depth"):
		return errors.New("not a notebook: its JSON is nested more than 10000 deep")
	case at >= len(data) && !bytes.HasSuffix(bytes.TrimSpace(data), []byte("}")):
		return fmt.Errorf("not a notebook: broken JSON: the file breaks off in line %d (%w)",
			lineOf(data, len(data)), err)
	case at > 0 && bytes.IndexByte([]byte("]}"), data[at-1]) >= 0 && trailingComma.Match(before):
		return fmt.Errorf("not a notebook: broken JSON in line %d, column %d: a comma before %c: "+
			"remove the comma", lineOf(before, len(before)), column, data[at-1])
	}
	return fmt.Errorf("not a notebook: broken JSON in line %d, column %d: %w",
		lineOf(before, len(before)), column, err)
}

func lineOf(data []byte, at int) int { return bytes.Count(data[:at], []byte("\n")) + 1 }

// clean returns valid JSON in UTF-8 without a byte order mark, and adds its changes to w.
func clean(data []byte, w *warnings) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errors.New("the file is empty, not a notebook")
	}
	valid := json.Valid(data)
	if !valid {
		if fixed, n := finite(data); n > 0 && json.Valid(fixed) {
			data, valid = fixed, true
			w.add(0, "NaN and Infinity, which JSON lacks, were read as null")
		}
	}
	if !valid {
		return nil, diagnose(data)
	}
	if !utf8.Valid(data) {
		w.add(0, "bytes that are not UTF-8 were read as U+FFFD")
		data = bytes.ToValidUTF8(data, []byte("\uFFFD"))
	}
	return data, nil
}

var notFinite = [][]byte{[]byte("-Infinity"), []byte("Infinity"), []byte("NaN")}

// finite replaces NaN and Infinity, which Python writes, by null, and counts them.
func finite(data []byte) ([]byte, int) {
	var b []byte
	n, end := 0, 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
		case '-', 'I', 'N':
			for _, word := range notFinite {
				if bytes.HasPrefix(data[i:], word) {
					b = append(append(b, data[end:i]...), "null"...)
					end = i + len(word)
					i = end - 1
					n++
					break
				}
			}
		}
	}
	return append(b, data[end:]...), n
}
