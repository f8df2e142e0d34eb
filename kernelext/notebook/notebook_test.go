package notebook_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
)

const odd = `{
  "metadata": {"kernelspec": {"name":"gonb","language":"go","display_name":"Go"},  "x": [1.50, 1e2, "\ud800", "é\u00e9"]},
  "zzz_unknown": {"b": 1, "a": 2},
  "nbformat": 4, "nbformat_minor": 5,
  "cells": [
    {"cell_type": "code", "id": "a", "\u0061lien": true, "metadata": {"tags": ["parameters"], "n": 1.0},
     "source": "var x = 1\n", "outputs": [{"output_type":"stream","name":"stdout","text":["a\n","b"]}], "execution_count": 3},
    {"cell_type": "markdown", "id": "b", "metadata": {}, "source": ["# <T>\n", "end"]}
  ]
}

`

func parse(t *testing.T, s string) *notebook.Notebook {
	t.Helper()
	nb, err := notebook.Parse([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return nb
}

func TestRoundTripIsExact(t *testing.T) {
	for _, s := range []string{odd, strings.ReplaceAll(odd, "\n", "\r\n"),
		strings.ReplaceAll(odd, "  ", "\t"),
		" \n" + odd, `{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":2}`} {
		if got := string(parse(t, s).Bytes()); got != s {
			t.Errorf("changed:\n%s\nwanted:\n%s", got, s)
		}
	}
}

func TestReading(t *testing.T) {
	nb := parse(t, odd)
	if k := nb.Kernel(); k != (notebook.Kernelspec{Name: "gonb", Display: "Go", Language: "go"}) {
		t.Errorf("kernel %+v", k)
	}
	c := nb.Cells()[0]
	if c.Type() != notebook.Code || c.ID() != "a" || c.Source() != "var x = 1\n" ||
		!c.HasTag("parameters") ||
		c.ExecutionCount() != 3 {
		t.Errorf(
			"cell a: %q %q %q %v %d",
			c.Type(),
			c.ID(),
			c.Source(),
			c.Tags(),
			c.ExecutionCount(),
		)
	}
	if o := c.Outputs(); len(o) != 1 || o[0].Text != "a\nb" || o[0].Name != "stdout" {
		t.Errorf("outputs %+v", o)
	}
	if s := nb.Cells()[1].Source(); s != "# <T>\nend" {
		t.Errorf("source of b: %q", s)
	}
}

func TestAnEditTouchesNothingElse(t *testing.T) {
	nb := parse(t, odd)
	c := nb.Cells()[0]
	c.SetSource("var x = 2 < 3\n")
	if err := c.SetMetadata("now", "execution", "iopub.status.busy"); err != nil {
		t.Fatal(err)
	}
	got := string(nb.Bytes())
	for _, keep := range []string{`[1.50, 1e2, "\ud800", "é\u00e9"]`, `{"b": 1, "a": 2}`,
		`"\u0061lien": true`, `"n": 1.0`,
		`{"cell_type": "markdown", "id": "b", "metadata": {}, "source": ["# <T>\n", "end"]}`,
		`[{"output_type":"stream","name":"stdout","text":["a\n","b"]}]`} {
		if !strings.Contains(got, keep) {
			t.Errorf("lost %s in\n%s", keep, got)
		}
	}
	if !strings.Contains(got, `"source": "var x = 2 < 3\n"`) ||
		!strings.Contains(got, `"iopub.status.busy": "now"`) {
		t.Errorf("the edit is not there:\n%s", got)
	}
	if strings.Index(got, "zzz_unknown") > strings.Index(got, "nbformat") {
		t.Error("key order changed")
	}
	parse(t, got)
}

func TestWritesAsJupyterDoes(t *testing.T) {
	nb := notebook.New("gonb", "Go (gonb)", "go")
	c := notebook.NewCell(notebook.Code, "fmt.Println(1)\nx")
	nb.Insert(0, c)
	c.SetExecutionCount(1)
	c.SetOutputs([]notebook.Output{
		notebook.Stream("stdout", "a\nb\n"),
		notebook.Display(
			map[string]json.RawMessage{
				"text/html":        []byte(`"<b>\n</b>"`),
				"image/png":        []byte(`"AAAA"`),
				"application/json": []byte(`{"x": 1.50}`),
			},
			nil,
		),
		notebook.Failure("E", "v", nil),
	})
	want := `{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "` + c.ID() + `",
   "metadata": {},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "a\n",
      "b\n"
     ]
    },
    {
     "data": {
      "application/json": {
       "x": 1.50
      },
      "image/png": "AAAA",
      "text/html": [
       "<b>\n",
       "</b>"
      ]
     },
     "metadata": {},
     "output_type": "display_data"
    },
    {
     "ename": "E",
     "evalue": "v",
     "output_type": "error",
     "traceback": []
    }
   ],
   "source": [
    "fmt.Println(1)\n",
    "x"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Go (gonb)",
   "language": "go",
   "name": "gonb"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`
	if got := string(nb.Bytes()); got != want {
		t.Errorf("got\n%s\nwanted\n%s", got, want)
	}
}

func TestInsertFollowsTheFile(t *testing.T) {
	nb := parse(
		t,
		`{"cells":[{"cell_type":"code","metadata":{},"source":"x","outputs":[],"execution_count":null}],"metadata":{},"nbformat":4,"nbformat_minor":4}`,
	)
	nb.Insert(1, notebook.NewCell(notebook.Markdown, "hello"))
	want := `{"cells":[{"cell_type":"code","metadata":{},"source":"x","outputs":[],"execution_count":null},` +
		`{"cell_type":"markdown","metadata":{},"source":["hello"]}],"metadata":{},"nbformat":4,"nbformat_minor":4}`
	if got := string(nb.Bytes()); got != want {
		t.Errorf("got %s", got)
	}
	nb.Remove(1)
	if n := len(nb.Cells()); n != 1 {
		t.Errorf("%d cells left", n)
	}
}

func TestErrorsSayWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "empty",
		"{\n \"cells\": [,\n":            "line 2",
		"{\n \"cells\": [\n":             "breaks off in line 3",
		"null":                           "object",
		`[]`:                             "object",
		`{"cells": [], "x": 1}`:          `no "nbformat", but "cells", "x"`,
		`{"nbformat": 5, "cells": []}`:   "format is 5",
		`{"nbformat": "x", "cells": []}`: "not a version",
		`{"nbformat": 3, "worksheets": [{"cells": [1]}]}`: "cell 1",
		`{"nbformat": 4}`:                                                                  "cells",
		`{"nbformat": 4, "cells": [1]}`:                                                    "cell 1",
		`{"nbformat": 4, "cells": [{"source": ""}]}`:                                       "cell_type",
		`{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}`:                 "string",
		`{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": [{}]}]}`: "output 1",

		"version https://git-lfs.github.com/spec/v1\noid sha256:4d\n" +
			"size 9\n": "git lfs pull",
		"{\n<<<<<<< HEAD\n \"nbformat\": 4\n=======\n \"nbformat\": 3\n" +
			">>>>>>> b\n}": "merge conflict in line 2",
		"{\r\n \"cells\": [],\r\n>>>>>>> " +
			"theirs\r\n": "merge conflict in line 3",
		"<<<<<<< HEAD\n{}\n=======\n{ }\n>>>>>>> b\n": "merge conflict in line 1",
		"// a comment\n{}":                            "comments",
		"\n<!DOCTYPE html>\n<title>GitHub</title>":    "HTML page",
		"<HTML>": "HTML page",
		"<?xml version=\"1.0\"?><Error><Code>AccessDenied": "XML",
		"404: Not Found":                 "server's error",
		"\xff\xfe{\x00\"\x00":            "UTF-16",
		"\x00{\x00\"\x00c":               "UTF-16",
		"\xff\xfe\x00\x00{\x00\x00\x00":  "UTF-32",
		"PK\x03\x04rest":                 "ZIP",
		"\x1f\x8b\x08":                   "gzip",
		"%PDF-1.7":                       "PDF",
		"diff --git a/a.ipynb b/a.ipynb": "patch",
		"# %%\nimport os":                "script",
		"{'cells': []}":                  "json.dump",
		"{\n \"nbformat\": 4,\n \"cells\": [\n  1,\n ]\n}": "line 5, column 2: a comma before ]",
		`{"nbformat": 4, "cells": [], }`:                   "a comma before }",
		strings.Repeat("[", 20_000):                        "nested more than",
		`{"nbformat": 4, "cells": [{"cell_type": "code`:    "breaks off in line 1",
	} {
		if _, err := notebook.Parse([]byte(text)); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, wanted %q in it", text, err, want)
		}
	}
}

func TestWriteFileKeepsTheOldOneOnFailure(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.ipynb")
	nb := parse(t, odd)
	if err := nb.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if err := nb.WriteFile(filepath.Join(dir, "no", "a.ipynb")); err == nil {
		t.Error("writing into a missing folder succeeded")
	}
	got, _ := os.ReadFile(path)
	if string(got) != odd {
		t.Error("the file differs")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files left in the folder, wanted 1", len(left))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(odd))
	f.Add(
		[]byte(
			`{"cells":[{"cell_type":"code","source":["a\n"],"outputs":[{"output_type":"error"}],"metadata":{"a":{"b":1}}}],"nbformat":4}`,
		),
	)
	f.Add([]byte(`{"cells":[],"nbformat":4,"nbformat":4}`))
	f.Add(
		[]byte(
			`{"metadata":{},"nbformat":3,"worksheets":[{"cells":[{"cell_type":"code","input":"x","outputs":[{"output_type":"pyout","text":"y"}]}]}]}`,
		),
	)
	f.Add(
		[]byte(
			"\xef\xbb\xbf{\"cells\":[{\"cell_type\":\"raw\",\"id\":null,\"source\":\"\",\"a\":NaN}],\"nbformat\":4.0}",
		),
	)
	f.Fuzz(func(t *testing.T, data []byte) {
		nb, err := notebook.Parse(data)
		if err != nil {
			return
		}
		repaired := nb.Bytes()
		if again, err := notebook.Parse(repaired); err != nil ||
			!bytes.Equal(again.Bytes(), repaired) {
			t.Fatalf("an untouched notebook changed: %q, error %v", again.Bytes(), err)
		}
		for _, c := range nb.Cells() {
			source := c.Source()
			c.SetSource(source + "x")
			if got := c.Source(); got != source+"x" {
				t.Fatalf("source %q, wanted %q", got, source+"x")
			}
			outputs := c.Outputs()
			c.SetOutputs(append(outputs, notebook.Stream("stdout", "new\n")))
			if got := len(c.Outputs()); got != len(outputs)+1 {
				t.Fatalf("%d outputs, wanted %d", got, len(outputs)+1)
			}
			_ = c.SetMetadata(1, "a", "b") // refused where "a" is not an object
		}
		nb.Insert(0, notebook.NewCell(notebook.Code, "y"))
		again, err := notebook.Parse(nb.Bytes())
		if err != nil {
			t.Fatalf("an edited notebook cannot be read: %v\n%s", err, nb.Bytes())
		}
		if !bytes.Equal(again.Bytes(), nb.Bytes()) {
			t.Fatal("reading and writing is not stable")
		}
	})
}
