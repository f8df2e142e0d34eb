package notebook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
)

// repairs are files that are read, with their warnings; an empty text means no warning.
var repairs = map[string]struct {
	file     string
	warnings []string
}{
	"byte order mark": {
		"\xef\xbb\xbf" + `{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}`,
		nil,
	},
	"not finite": {
		`{"cells":[{"cell_type":"code","id":"a","metadata":{},"source":"NaN","execution_count":null,"outputs":[
		{"output_type":"display_data","metadata":{},"data":{"application/json":[NaN,-Infinity,Infinity,"NaN"]}}]}],"metadata":{},"nbformat":4,"nbformat_minor":5}`,
		[]string{"NaN and Infinity, which JSON lacks, were read as null"},
	},
	"not UTF-8": {
		"{\"cells\":[{\"cell_type\":\"raw\",\"id\":\"a\",\"metadata\":{},\"source\":\"caf\xe9\"}],\"metadata\":{},\"nbformat\":4,\"nbformat_minor\":5}",
		[]string{"bytes that are not UTF-8 were read as U+FFFD"},
	},
	"lone surrogate": {
		`{"cells":[{"cell_type":"raw","id":"a","metadata":{},"source":"\ud83d"}],"metadata":{},"nbformat":4,"nbformat_minor":5}`,
		nil,
	},
	"ids": {
		`{"cells":[{"cell_type":"raw","id":null,"metadata":{},"source":""},{"cell_type":"raw","metadata":{},"source":""},
		{"cell_type":"raw","id":"a b","metadata":{},"source":""},{"cell_type":"raw","id":"a","metadata":{},"source":""},{"cell_type":"raw","id":"a","metadata":{},"source":""},
		{"cell_type":"raw","id":7,"metadata":{},"source":""},{"cell_type":"raw","id":"","metadata":{},"source":""}],"metadata":{},"nbformat":4,"nbformat_minor":5}`,
		[]string{
			"cells 1, 3, 6 and 1 more: the id was not valid",
			"cell 2: the id was missing",
			"cell 5: another cell had the same id",
		},
	},
	"counts": {
		`{"cells":[{"cell_type":"code","execution_count":"3","metadata":{},"source":"","outputs":[
		{"output_type":"execute_result","execution_count":3.0,"metadata":{},"data":{}}]},
		{"cell_type":"code","execution_count":-1,"metadata":{},"source":"","outputs":[]},
		{"cell_type":"code","execution_count":[1],"metadata":{},"source":"","outputs":[]},
		{"cell_type":"code","execution_count":true,"metadata":{},"source":"","outputs":[]}],
		"metadata":{},"nbformat":4,"nbformat_minor":4}`,
		[]string{
			`cell 1: "execution_count" was "3" and is now 3`,
			`cell 1: "execution_count" was 3.0 and is now 3`,
			`cell 2: "execution_count" was -1 and is now null`,
			`cell 3: "execution_count" was [1] and is now null`,
			`cell 4: "execution_count" was true and is now null`,
		},
	},
	"a traceback in one text": {
		`{"cells":[{"cell_type":"code","execution_count":1,"metadata":{},"source":"","outputs":[
		{"output_type":"error","ename":"E","evalue":"v","traceback":"E: v"}]},
		{"cell_type":"markdown","attachments":null,"metadata":{},"source":""}],
		"metadata":{},"nbformat":4,"nbformat_minor":4}`,
		[]string{"cell 1: a traceback was not a list and is now one"},
	},
	"ids before 4.5": {
		`{"cells":[{"cell_type":"raw","id":"a","metadata":{},"source":""}],"metadata":{},"nbformat":4,"nbformat_minor":2}`,
		[]string{"format 4.2 has no cell ids: the notebook is now 4.5"},
	},
	"no minor": {
		`{"cells":[{"cell_type":"raw","metadata":{},"source":""}],"metadata":{},"nbformat":4}`,
		[]string{`"nbformat_minor" was missing`},
	},
	"versions": {`{"cells":[],"metadata":{},"nbformat":4.0,"nbformat_minor":"4"}`, nil},
	"odd minor": {
		`{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":"x"}`,
		[]string{`"nbformat_minor" was "x", not a whole number`},
	},
	"missing parts": {
		`{"cells":[{"cell_type":"code"},{"cell_type":"markdown","metadata":null}],"nbformat":4,"nbformat_minor":4}`,
		nil,
	},
	"missing parts of outputs": {
		`{"cells":[{"cell_type":"code","execution_count":null,"metadata":{},"source":"","outputs":[{"output_type":"stream","text":"a"},
		{"output_type":"display_data","data":{}},{"output_type":"execute_result","data":{"text/plain":["a"]}},{"output_type":"error"}]}],"metadata":{},"nbformat":4,"nbformat_minor":4}`,
		nil,
	},
	"null outputs": {
		`{"cells":[{"cell_type":"code","execution_count":null,"metadata":{},"source":null,"outputs":null}],"metadata":{},"nbformat":4,"nbformat_minor":4}`,
		nil,
	},
	"a text that was code": {
		`{"cells":[{"cell_type":"markdown","execution_count":null,"outputs":[],"metadata":{},"source":""},
		{"cell_type":"code","execution_count":null,"outputs":[],"attachments":{},"metadata":{},"source":""}],"metadata":{},"nbformat":4,"nbformat_minor":4}`,
		nil,
	},
	"tags twice": {
		`{"cells":[{"cell_type":"raw","metadata":{"tags":["a","a","b"]},"source":""}],"metadata":{},"nbformat":4,"nbformat_minor":4}`,
		nil,
	},
	"short kernelspec": {
		`{"cells":[],"metadata":{"kernelspec":{"name":"python3"},"language_info":null,"orig_nbformat":null},"nbformat":4,"nbformat_minor":4}`,
		nil,
	},
	"attachments before 4.1": {
		`{"cells":[{"cell_type":"markdown","attachments":{},"metadata":{},"source":""}],"metadata":{},"nbformat":4,"nbformat_minor":0}`,
		nil,
	},
	"heading in 4": {
		`{"cells":[{"cell_type":"heading","level":2,"metadata":{},"source":["a\n","b"]}],"metadata":{},"nbformat":4,"nbformat_minor":0}`,
		[]string{`cell 1: a cell of type "heading", as nbformat 3 has it, was read as Markdown`},
	},
	"old output in 4": {
		`{"cells":[{"cell_type":"code","execution_count":1,"metadata":{},"source":"","outputs":[{"output_type":"pyout","prompt_number":1,"text":"a"},
		{"output_type":"stream","stream":"stderr","text":"b"},{"output_type":"pyerr","ename":"E","evalue":"v","traceback":[]}]}],"metadata":{},"nbformat":4,"nbformat_minor":0}`,
		[]string{`cell 1: an output of nbformat 3 was upgraded`},
	},
}

func TestRepairs(t *testing.T) {
	saved := map[string][]byte{}
	for name, c := range repairs {
		nb, err := notebook.Parse([]byte(c.file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := nb.Warnings(); !reflect.DeepEqual(got, c.warnings) {
			t.Errorf("%s: warnings %q, wanted %q", name, got, c.warnings)
		}
		again, err := notebook.Parse(nb.Bytes())
		if err != nil || !bytes.Equal(again.Bytes(), nb.Bytes()) || len(again.Warnings()) > 0 {
			t.Errorf(
				"%s: a second reading changes %s into %s, warnings %q, error %v",
				name,
				nb.Bytes(),
				again.Bytes(),
				again.Warnings(),
				err,
			)
		}
		saved[name] = nb.Bytes()
	}
	for name, complaint := range validate(t, saved) {
		if complaint != "" {
			t.Errorf("%s: nbformat refuses what is saved: %s\n%s", name, complaint, saved[name])
		}
	}
}

// What cannot be repaired without a loss is a warning, and invalid for nbformat.
func TestWhatStaysInvalidIsReported(t *testing.T) {
	cell := func(s string) string {
		return `{"cells":[` + s + `],"metadata":{},"nbformat":4,"nbformat_minor":4}`
	}
	output := func(s string) string {
		return cell(
			`{"cell_type":"code","execution_count":1,"metadata":{},"source":"","outputs":[` + s +
				`]}`,
		)
	}
	saved := map[string][]byte{}
	for file, want := range map[string]string{
		cell(
			`{"cell_type":"sql","metadata":{},"source":""}`): `cell 1: unknown cell type "sql"`,
		cell(
			`{"cell_type":"raw","metadata":{},"source":"","prompt_number":1}`): `cell 1: unknown key "prompt_number"`,
		cell(
			`{"cell_type":"raw","metadata":{"tags":["a,b"]},"source":""}`): `"tags" has the wrong type`,
		cell(
			`{"cell_type":"raw","metadata":{"tags":null},"source":""}`): `"tags" has the wrong type`,
		cell(
			`{"cell_type":"raw","metadata":{"format":1},"source":""}`): `"format" has the wrong type`,
		cell(`{"cell_type":"markdown","metadata":{},"source":"","attachments":[]}`): `cell 1: ` +
			`"attachments" is not an object`,
		cell(`{"cell_type":"raw","metadata":{},"source":"","attachments":{"f":1}}`): `cell 1: ` +
			`the attachment "f" is not an object`,
		cell(`{"cell_type":"raw","metadata":{},"source":"","attachments":{"f":{"image/png":1}}}`): `` +
			`"image/png" of an attachment is not text`,
		output(`{"output_type":"stream","name":1,"text":""}`): `"name" has the wrong type`,
		output(`{"output_type":"error","ename":1,"evalue":"","traceback":[]}`): `"ename" has the ` +
			`wrong type`,
		output(`{"output_type":"error","ename":"","evalue":"","traceback":[1]}`): `"traceback" has ` +
			`the wrong type`,
		output(`{"output_type":"display_data","data":{},"metadata":[]}`): `"metadata" has the wrong ` +
			`type`,
		`{"cells":[],"metadata":{"title":1},"nbformat":4,"nbformat_minor":4}`: `"title" has the ` +
			`wrong type`,
		`{"cells":[],"metadata":{"language_info":{"name":"x","mimetype":1}},"nbformat":4,` +
			`"nbformat_minor":4}`: `language_info: the value of "mimetype" has the wrong type`,
		cell(
			`{"cell_type":"raw","metadata":{"name":""},"source":""}`): `"name" has the wrong type`,
		cell(
			`{"cell_type":"markdown","metadata":[],"source":""}`): `"metadata" is not an object`,
		output(
			`{"output_type":"update_display_data","data":{},"metadata":{}}`): "unknown output type",
		output(
			`{"output_type":"stream","name":"stdout","text":"","transient":{}}`): `unknown key "transient"`,
		output(
			`{"output_type":"display_data","metadata":{},"data":{"text/plain":{"a":1}}}`): `"text/plain" of an output is not text`,
		`{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":4,"extra":1}`:                        `unknown key "extra"`,
		`{"cells":[],"metadata":{"kernelspec":{"display_name":"x"}},"nbformat":4,"nbformat_minor":4}`: `"kernelspec" has no "name"`,
	} {
		nb, err := notebook.Parse([]byte(file))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if got := strings.Join(nb.Warnings(), "\n"); !strings.Contains(got, want) ||
			!strings.Contains(got, "not valid by nbformat's schema") {
			t.Errorf("%s: warnings %q, wanted %q", file, got, want)
		}
		saved[file] = nb.Bytes()
	}
	for file, complaint := range validate(t, saved) {
		if complaint == "" {
			t.Errorf("nbformat accepts %s", file)
		}
	}
}

// Python's nbformat converts the old formats; we do what it does.
func TestUpgradesAsPythonDoes(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.ipynb")
	if err != nil || len(paths) < 3 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	for _, path := range paths {
		nb, err := notebook.ReadFile(path)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if w := nb.Warnings(); len(w) != 1 || !strings.Contains(w[0], "and is now 4") {
			t.Errorf("%s: warnings %q", path, w)
		}
		if lang := nb.Kernel().Language; lang != "python" && !strings.Contains(path, "v1") {
			t.Errorf("%s: language %q", path, lang)
		}
		if complaint := validate(t, map[string][]byte{path: nb.Bytes()})[path]; complaint != "" {
			t.Errorf("%s: nbformat refuses it: %s\n%s", path, complaint, nb.Bytes())
		}
		theirs := python(t, `
import json, sys, nbformat
nb = nbformat.read(sys.argv[1], 4)
for cell in nb.cells:
    del cell["id"]
    if cell.metadata.get("collapsed") is False: del cell.metadata["collapsed"]
print(json.dumps(nb.cells))`, path)
		var want, got any
		var file struct {
			Cells json.RawMessage `json:"cells"`
		}
		if json.Unmarshal(theirs, &want) != nil || json.Unmarshal(nb.Bytes(), &file) != nil ||
			json.Unmarshal(file.Cells, &got) != nil {
			t.Fatalf("%s: no JSON: %s", path, theirs)
		}
		if tidy(got); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %v\nwant %v", path, got, want)
		}
	}
}

// tidy joins lists of lines, as nbformat does on reading, and drops what nbformat adds.
func tidy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = tidy(inner)
			if key == "collapsed" && inner == false {
				delete(v, key)
			}
			if lines, ok := v[key].([]any); ok && key != "cells" && key != "outputs" &&
				key != "traceback" && key != "application/json" && key != "a" {
				text := ""
				for _, line := range lines {
					text += fmt.Sprint(line)
				}
				v[key] = text
			}
		}
	case []any:
		for i := range v {
			v[i] = tidy(v[i])
		}
	}
	return v
}

// validate asks Python's nbformat what is wrong with files.
func validate(t *testing.T, files map[string][]byte) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for name, data := range files {
		texts[name] = string(data)
	}
	asked, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "files.json")
	if err := os.WriteFile(path, asked, 0o644); err != nil {
		t.Fatal(err)
	}
	out := python(t, `
import json, sys, warnings, nbformat
warnings.simplefilter("error")
errors = {}
for name, text in json.load(open(sys.argv[1], encoding="utf-8")).items():
    try:
        nbformat.validate(json.loads(text, parse_constant=lambda c: 1/0))
        errors[name] = ""
    except Exception as e:
        errors[name] = str(e)[:300]
print(json.dumps(errors))`, path)
	errors := map[string]string{}
	if err := json.Unmarshal(out, &errors); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return errors
}

// python runs a program with an argument, where Python has nbformat.
func python(t *testing.T, program, argument string) []byte {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	if out, err := exec.Command(path, "-c", "import nbformat").CombinedOutput(); err != nil {
		t.Skipf("Python has no nbformat: %s", bytes.TrimSpace(out))
	}
	cmd := exec.Command(path, "-c", program, argument)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	return out
}
