package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gopets/kernelext/runner"
)

// annotations writes GitHub's workflow commands, which mark failures in a pull request. The zero
// value writes none.
type annotations struct{ to io.Writer }

func newAnnotations(choice string, to io.Writer) (annotations, error) {
	switch {
	case choice == "github", choice == "auto" && os.Getenv("GITHUB_ACTIONS") == "true":
		return annotations{to}, nil
	case choice == "none", choice == "auto":
		return annotations{}, nil
	}
	return annotations{}, fmt.Errorf("--annotations %s: want github, none or auto", choice)
}

func (a annotations) run(h *headless) {
	for _, c := range h.report.Cells {
		if c.Err != nil {
			a.failure(h.path, caseName(c), c.Err.Error()+"\n"+errorText(c))
		}
	}
	if h.err != nil && !reported(h.report, h.err) {
		a.failure(h.path, "the run", h.err.Error())
	}
}

func (a annotations) test(b *testedBook) {
	if err := errors.Join(b.problem, b.kept); err != nil {
		a.failure(b.path, "notebook", err.Error())
	}
	for _, c := range b.cells {
		switch {
		case c.result == failed:
			a.failure(b.path, c.name(),
				c.reason()+"\n"+errorText(runner.CellReport{Place: runner.Place{Cell: c.cell}}))
		case c.result == differs:
			a.failure(b.path, c.name(), c.differences[0].String()+"\n"+c.differences[0].Unified())
		}
	}
}

// maxAnnotation is how much of a message GitHub shows.
const maxAnnotation = 4000

func (a annotations) failure(file, title, message string) {
	if a.to == nil {
		return
	}
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	fmt.Fprintf(a.to, "::error file=%s,title=%s::%s\n", property.Replace(filepath.ToSlash(file)),
		property.Replace(plain(title)), data.Replace(clip(strings.TrimSpace(plain(message)),
			maxAnnotation)))
}
