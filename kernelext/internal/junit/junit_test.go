package junit_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/internal/junit"
)

func ExampleReport() {
	r := junit.Report{Suites: []junit.Suite{{
		Name: "pets", File: "notebooks/pets.ipynb",
		Cases: []junit.Case{
			{Class: "notebooks.pets", Name: "cell 1", Elapsed: 1500 * time.Millisecond},
			{Class: "notebooks.pets", Name: "cell 2", Outcome: junit.Failure, Type: "OutputDiffers",
				Message: "stdout differs", Detail: "-1\n+2\n"},
		},
	}}}
	text, err := r.XML()
	if err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s", text)
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <testsuites tests="2" failures="1" errors="0" time="1.500">
	//   <testsuite name="pets" file="notebooks/pets.ipynb" tests="2" failures="1" errors="0" skipped="0" time="1.500">
	//     <testcase name="cell 1" classname="notebooks.pets" time="1.500"></testcase>
	//     <testcase name="cell 2" classname="notebooks.pets" time="0.000">
	//       <failure type="OutputDiffers" message="stdout differs">-1&#xA;+2&#xA;</failure>
	//     </testcase>
	//   </testsuite>
	// </testsuites>
}

// schema is what Jenkins's junit-10.xsd allows: of each element the parents and the attributes.
var schema = map[string]struct{ in, attributes string }{
	"testsuites": {"", "name tests failures errors time"},
	"testsuite": {"testsuites testsuite",
		"name tests failures errors group time skipped timestamp hostname id package file log url"},
	"properties": {"testsuite", ""},
	"property":   {"properties", "name value"},
	"testcase":   {"testsuite", "name time classname group"},
	"failure":    {"testcase", "type message"},
	"error":      {"testcase", "type message"},
	"skipped":    {"testcase", "type message"},
	"system-out": {"testsuite testcase", ""},
	"system-err": {"testsuite testcase", ""},
}

// check reads a file as a strict reader does and returns its text by element.
func check(t *testing.T, file []byte) map[string]string {
	t.Helper()
	texts := map[string]string{}
	open := []string{""}
	d := xml.NewDecoder(bytes.NewReader(file))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, file)
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			rule, ok := schema[name]
			if !ok || !slices.Contains(append(strings.Fields(rule.in), ""), open[len(open)-1]) {
				t.Errorf("<%s> in <%s>", name, open[len(open)-1])
			}
			for _, a := range token.Attr {
				if !slices.Contains(strings.Fields(rule.attributes), a.Name.Local) {
					t.Errorf("<%s %s>", name, a.Name.Local)
				}
				texts[name+"."+a.Name.Local] = a.Value
			}
			open = append(open, name)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			texts[open[len(open)-1]] += string(token)
		}
	}
}

func everything(s string) junit.Report {
	c := func(o junit.Outcome) junit.Case {
		return junit.Case{Class: s, Name: s, Outcome: o, Type: s, Message: s, Detail: s, Out: s,
			Err: s, Elapsed: time.Second}
	}
	return junit.Report{Name: s, Suites: []junit.Suite{{}, {
		Name: s, File: s, Begun: time.Unix(0, 0), Elapsed: 5 * time.Second,
		Properties: []junit.Property{{s, s}}, Out: s, Err: s,
		Cases: []junit.Case{c(junit.Passed), c(junit.Failure), c(junit.Error), c(junit.Skipped)},
	}}}
}

func TestSchema(t *testing.T) {
	file, err := everything("text").XML()
	if err != nil {
		t.Fatal(err)
	}
	got := check(t, file)
	for name, want := range map[string]string{
		"testsuites.tests": "4", "testsuites.failures": "1", "testsuites.errors": "1",
		"testsuites.time":   "5.000",
		"testsuite.skipped": "1", "testsuite.timestamp": "1970-01-01T00:00:00",
		"property.value": "text", "skipped.message": "text",
		"failure": "text", "system-err": "texttexttexttexttext",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, wanted %q", name, got[name], want)
		}
	}
}

func TestForeignText(t *testing.T) {
	file, err := everything("\x1b[31mred\x1b[0m <&\"]]> \x00\ufffe\xffx\by\r\nbar\r100 %").XML()
	if err != nil {
		t.Fatal(err)
	}
	got := check(t, file)
	if want := "red <&\"]]> y\n100 %"; got["failure"] != want {
		t.Errorf("a text is %q, wanted %q", got["failure"], want)
	}
	if want := "red <&\"]]> y 100 %"; got["failure.message"] != want {
		t.Errorf("an attribute is %q, wanted %q", got["failure.message"], want)
	}
	long, err := junit.Report{Suites: []junit.Suite{{Out: "begin" + strings.Repeat("é",
		junit.MaxText) + "end"}}}.XML()
	if err != nil {
		t.Fatal(err)
	}
	out := check(t, long)["system-out"]
	if len(out) > junit.MaxText+100 || !strings.HasPrefix(out, "begin") ||
		!strings.HasSuffix(out, "end") || !strings.Contains(out, "bytes are left out") ||
		strings.Contains(out, "\ufffd") {
		t.Errorf("a long text of %d bytes: %.20q … %q", len(out), out, out[len(out)-20:])
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "junit.xml")
	if err := everything("a").WriteFile(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := junit.Report{Suites: []junit.Suite{{Cases: []junit.Case{{Outcome: "good"}}}}}
	if err := bad.WriteFile(path); err == nil {
		t.Error("an unknown outcome is taken")
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Error("a report that was not written took the old one with it")
	}
	if err := everything("a").WriteFile(filepath.Join(dir, "none", "junit.xml")); err == nil ||
		!strings.Contains(err.Error(), "none") {
		t.Errorf("a folder that is not there: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%d files are left", len(entries))
	}
}

func FuzzXML(f *testing.F) {
	f.Add("a\x1b[31m\x00]]>\xff\ufffe")
	f.Fuzz(func(t *testing.T, s string) {
		file, err := everything(s).XML()
		if err != nil {
			t.Fatal(err)
		}
		check(t, file)
	})
}
