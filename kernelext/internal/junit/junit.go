// Package junit writes test results as XML for GitHub, GitLab and Jenkins.
//
//	report := junit.Report{Suites: []junit.Suite{{Name: "pets", Cases: cases}}}
//	err := report.WriteFile("junit.xml")
//
// There is no single standard: this is what all of them accept, including Jenkins's strict schema
// (xunit-plugin, junit-10.xsd), which allows no additional attributes.
//
// Tried and dropped: control characters, which readers reject; texts of any length, as libxml2
// gives up at ten megabytes.
package junit

import (
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"gopets/kernelext/internal/atomicfile"
	"gopets/kernelext/internal/terminal"
)

type Report struct {
	Name   string // of the whole, may be ""
	Suites []Suite
}

// A Suite is a group of cases, for instance a notebook.
type Suite struct {
	Name       string
	File       string        // what the cases are in, "" if not a file
	Begun      time.Time     // zero: unknown
	Elapsed    time.Duration // zero: the sum of the cases
	Properties []Property
	Cases      []Case
	Out, Err   string // what the suite as a whole wrote
}

type Property struct{ Name, Value string }

type Case struct {
	Class, Name string // together the case's identity: the same from run to run
	Elapsed     time.Duration
	Outcome     Outcome
	Type        string // of a failure or an error, for instance an exception's name
	Message     string // one line: why it failed or was skipped
	Detail      string // all of it, for instance a difference or a traceback
	Out, Err    string // what it wrote
}

type Outcome string

// A failure is an expectation that was not met, an error anything else that prevented a result.
const (
	Passed  Outcome = ""
	Failure Outcome = "failure"
	Error   Outcome = "error"
	Skipped Outcome = "skipped"
)

// MaxText is how many bytes of a text are written; the middle of a longer one is left out.
const MaxText = 1 << 20

const maxNote = 100

func (r Report) WriteFile(path string) error {
	text, err := r.XML()
	if err != nil {
		return fmt.Errorf("the test report %s: %w", path, err)
	}
	err = atomicfile.Write(path, 0o644, func(f *os.File) error {
		_, err := f.Write(text)
		if info, serr := f.Stat(); serr == nil && info.Mode().IsRegular() {
			err = errors.Join(err, f.Chmod(0o644)) // another user's CI reads it, whatever the mask
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("the test report %s: %w", path, err)
	}
	return nil
}

// XML returns the text of the file. An unknown outcome is an error.
func (r Report) XML() ([]byte, error) {
	root := xmlSuites{Name: attribute(r.Name)}
	var elapsed time.Duration
	for _, s := range r.Suites {
		x, took, err := s.xml()
		if err != nil {
			return nil, err
		}
		root.Suites = append(root.Suites, x)
		root.Tests += x.Tests
		root.Failures += x.Failures
		root.Errors += x.Errors
		elapsed += took
	}
	root.Time = seconds(elapsed)
	text, err := xml.MarshalIndent(root, "", "  ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(text, '\n')...), nil
}

func (s Suite) xml() (xmlSuite, time.Duration, error) {
	x := xmlSuite{Name: attribute(s.Name), File: attribute(s.File), Tests: len(s.Cases),
		Out: text(s.Out), Err: text(s.Err)}
	if !s.Begun.IsZero() {
		x.Timestamp = s.Begun.UTC().Format("2006-01-02T15:04:05")
	}
	if len(s.Properties) > 0 {
		x.Properties = &xmlProperties{}
		for _, p := range s.Properties {
			x.Properties.List = append(x.Properties.List, xmlProperty{attribute(p.Name),
				attribute(p.Value)})
		}
	}
	var sum time.Duration
	for _, c := range s.Cases {
		sum += c.Elapsed
		xc := xmlCase{Name: attribute(c.Name), Class: attribute(c.Class), Time: seconds(c.Elapsed),
			Out: text(c.Out), Err: text(c.Err)}
		v := &xmlMessage{Type: attribute(c.Type), Message: attribute(c.Message),
			Detail: text(c.Detail)}
		switch c.Outcome {
		case Passed:
		case Failure:
			x.Failures++
			xc.Failure = v
		case Error:
			x.Errors++
			xc.Error = v
		case Skipped:
			x.Skipped++
			xc.Skipped = v
		default:
			return x, 0,
				fmt.Errorf(
					"case %q has the outcome %q; there are failure, error, skipped and, for one "+
						"that passed, none", c.Name, c.Outcome)
		}
		x.Cases = append(x.Cases, xc)
	}
	if s.Elapsed > 0 {
		sum = s.Elapsed
	}
	x.Time = seconds(sum)
	return x, sum, nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(0, d.Seconds())) }

func attribute(s string) string { return strings.Join(strings.Fields(text(s)), " ") }

func text(s string) string {
	s = terminal.Text(s)
	s = strings.Map(func(r rune) rune {
		if r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
	return Clip(s)
}

func Clip(s string) string {
	if len(s) <= MaxText+maxNote {
		return s
	}
	head, tail := MaxText/2, len(s)-MaxText/2
	for !utf8.RuneStart(s[head]) {
		head--
	}
	for !utf8.RuneStart(s[tail]) {
		tail++
	}
	return fmt.Sprintf("%s\n… %d bytes are left out …\n%s", s[:head], tail-head, s[tail:])
}

type (
	xmlSuites struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Name     string     `xml:"name,attr,omitempty"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Time     string     `xml:"time,attr"`
		Suites   []xmlSuite `xml:"testsuite"`
	}
	xmlSuite struct {
		Name       string         `xml:"name,attr"`
		File       string         `xml:"file,attr,omitempty"`
		Tests      int            `xml:"tests,attr"`
		Failures   int            `xml:"failures,attr"`
		Errors     int            `xml:"errors,attr"`
		Skipped    int            `xml:"skipped,attr"`
		Time       string         `xml:"time,attr"`
		Timestamp  string         `xml:"timestamp,attr,omitempty"`
		Properties *xmlProperties `xml:"properties"`
		Cases      []xmlCase      `xml:"testcase"`
		Out        string         `xml:"system-out,omitempty"`
		Err        string         `xml:"system-err,omitempty"`
	}
	xmlProperties struct {
		List []xmlProperty `xml:"property"`
	}
	xmlProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	xmlCase struct {
		Name    string      `xml:"name,attr"`
		Class   string      `xml:"classname,attr"`
		Time    string      `xml:"time,attr"`
		Skipped *xmlMessage `xml:"skipped"`
		Error   *xmlMessage `xml:"error"`
		Failure *xmlMessage `xml:"failure"`
		Out     string      `xml:"system-out,omitempty"`
		Err     string      `xml:"system-err,omitempty"`
	}
	xmlMessage struct {
		Type    string `xml:"type,attr,omitempty"`
		Message string `xml:"message,attr,omitempty"`
		Detail  string `xml:",chardata"`
	}
)
