package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopets/kernelext/internal/compare"
	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

type testedCell struct {
	cell   *notebook.Cell  // in the notebook that is run
	index  int             // in the notebook's file; -1 if it is not from there
	number int             // among its code cells, from 1
	tags   json.RawMessage // as the file has them
	marks  marks
	rules  compare.Rules
	saved  []notebook.Output
	count  int  // the number of the saved run
	unrun  bool // there is no saved run

	result      testResult
	begun       time.Time
	elapsed     time.Duration
	err         error // why it failed, or was not compared
	tries       []error
	differences []compare.Difference
	masked      []compare.Mask
}

type testResult string

const (
	asSaved    testResult = "as saved"
	unchecked  testResult = "not compared"
	skipped    testResult = "skipped"
	accepted   testResult = "updated"
	differs    testResult = "differs"
	failed     testResult = "failed"
	notReached testResult = "not run"
	afterExit  testResult = "after sys.exit(0)"
)

var testResults = []testResult{asSaved, accepted, differs, failed, notReached, afterExit,
	unchecked, skipped}

func (r testResult) bad() bool { return r == differs || r == failed || r == notReached }

func (c *testedCell) name() string {
	if id := c.cell.ID(); id != "" && !machineID(id) {
		return fmt.Sprintf("cell %d (%s)", c.number, plain(id))
	}
	return fmt.Sprintf("cell %d", c.number)
}

type marks struct{ check, raises, skip bool }

// comment matches a line with only a comment of nbval's, whatever the language's sign for comments.
var comment = regexp.MustCompile(`^\s*[^\w\s]+\s*(NBVAL_[A-Z_]+|PYTEST_VALIDATE_IGNORE_OUTPUT)\s*$`)

// readMarks reads a cell's tags and comments; of contrary marks the last counts. Those that only
// look like nbval's are an error, as they are probably typing mistakes.
func readMarks(c *notebook.Cell, lax bool) (marks, error) {
	m := marks{check: !lax}
	words := c.Tags()
	for line := range strings.Lines(c.Source()) {
		if found := comment.FindStringSubmatch(line); found != nil {
			words = append(words, strings.ToLower(strings.ReplaceAll(found[1], "_", "-")))
		}
	}
	for _, word := range words {
		switch word {
		case "nbval-ignore-output", "pytest-validate-ignore-output":
			m.check = false
		case "nbval-check-output":
			m.check = true
		case "nbval-raises-exception", "raises-exception":
			m.raises = true
		case "nbval-skip", "skip-execution":
			m.skip = true
		default:
			if strings.HasPrefix(word, "nbval-") {
				return m,
					fmt.Errorf(
						"the mark %q is not known; there are nbval-ignore-output, "+
							"nbval-check-output, nbval-raises-exception and nbval-skip", word)
			}
		}
	}
	return m, nil
}

func (b *testedBook) plan() error {
	inFile := slices.Clone(b.nb.Cells()) // without the cell of parameters
	undeclared, err := runner.SetParameters(b.nb, b.kernel.language, b.settings)
	if err != nil {
		return fmt.Errorf("%s: %w", b.path, err)
	}
	b.warnings = nil
	for _, name := range undeclared {
		b.warnings = append(b.warnings,
			fmt.Sprintf("no cell tagged parameters declares %q; it is set anyway", name))
	}
	if err := b.planCells(inFile); err != nil {
		return fmt.Errorf("%s: %w", b.path, err)
	}
	return nil
}

func (b *testedBook) planCells(inFile []*notebook.Cell) error {
	f := b.flags
	base := compare.Rules{Sanitize: f.rules.Sanitize}
	if err := metadataRules(&base, b.nb.Metadata); err != nil {
		return fmt.Errorf("the notebook's metadata: %w", err)
	}
	for flag, set := range map[string]func(){
		"rtol":            func() { base.Relative = f.rules.Relative },
		"atol":            func() { base.Absolute = f.rules.Absolute },
		"pixel-tolerance": func() { base.Channel = f.rules.Channel },
		"pixel-share":     func() { base.Pixels = f.rules.Pixels },
	} {
		if b.given(flag) {
			set()
		}
	}
	base.Ignore = append(base.Ignore, f.rules.Ignore...)
	number, counted, shows := 0, false, false
	for _, cell := range b.nb.Cells() {
		if cell.Type() != notebook.Code {
			continue
		}
		number++
		if strings.TrimSpace(cell.Source()) == "" {
			continue
		}
		c := &testedCell{cell: cell, index: slices.Index(inFile, cell), number: number,
			saved: cell.Outputs(), count: cell.ExecutionCount(), rules: base, result: notReached}
		c.rules.Ignore = slices.Clone(base.Ignore)
		counted, shows = counted || c.count > 0, shows || len(c.saved) > 0
		err := metadataRules(&c.rules, cell.Metadata)
		if err == nil {
			c.marks, err = readMarks(cell, f.lax)
		}
		if err == nil {
			err = c.tagForRunner()
		}
		if err != nil {
			return fmt.Errorf("%s: %w", c.name(), err)
		}
		b.cells = append(b.cells, c)
	}
	for _, c := range b.cells {
		// Tools that drop the numbers also drop the outputs.
		c.unrun = c.count == 0 && len(c.saved) == 0 && (counted || !shows)
	}
	return nil
}

func (c *testedCell) tagForRunner() error {
	c.tags, _ = c.cell.Metadata("tags")
	tags := slices.Clone(c.cell.Tags())
	if c.marks.skip {
		tags = append(tags, "skip-execution")
	}
	if c.marks.raises {
		tags = append(tags, "raises-exception")
	}
	if len(tags) == len(c.cell.Tags()) {
		return nil
	}
	return c.cell.SetMetadata(tags, "tags")
}

func metadataRules(r *compare.Rules, metadata func(path ...string) (json.RawMessage, bool)) error {
	var ignore []string
	for key, into := range map[string]any{"rtol": &r.Relative, "atol": &r.Absolute,
		"pixel_tolerance": &r.Channel, "pixel_share": &r.Pixels, "ignore": &ignore} {
		if raw, ok := metadata("nb", key); ok {
			if err := json.Unmarshal(raw, into); err != nil {
				wanted := "a number"
				if key == "ignore" {
					wanted = "a list of texts"
				}
				return fmt.Errorf("nb.%s is %s, want %s", key, clip(string(raw), 40), wanted)
			}
		}
	}
	r.Ignore = append(r.Ignore, ignore...)
	return r.Check()
}

func (b *testedBook) check(err error) {
	ownFault := err == nil
	reports := map[*notebook.Cell]runner.CellReport{}
	for _, r := range b.report.Cells {
		reports[r.Cell] = r
		ownFault = ownFault || r.Err != nil
	}
	if !ownFault {
		// not a cell's error
		b.problem = fmt.Errorf("%s: %w", b.path, err)
		return
	}
	for _, c := range b.cells {
		r := reports[c.cell]
		c.begun, c.elapsed, c.err, c.tries = r.Begun, r.Elapsed, r.Err, r.Tries
		switch {
		case r.Status == runner.Skipped:
			c.result = skipped
		case r.Status == runner.Failed:
			c.result = failed
		case r.Status != runner.OK && b.report.Exit != nil && err == nil:
			c.result = afterExit
		case r.Status != runner.OK:
			c.result = notReached
			if c.err == nil {
				c.err = fmt.Errorf("it was not run, because the run ended before it: %w", err)
			}
		case !c.marks.check, c.unrun:
			c.result = unchecked
		default:
			c.compare()
		}
	}
}

func (c *testedCell) compare() {
	c.result = asSaved
	c.differences, c.masked, c.err = compare.Outputs(c.saved, c.cell.Outputs(), c.rules)
	if c.err != nil {
		c.result = failed
	} else if len(c.differences) > 0 {
		c.result = differs
	}
}

func (b *testedBook) bad() bool {
	return slices.ContainsFunc(b.cells, func(c *testedCell) bool { return c.result.bad() })
}

func (b *testedBook) count(v testResult) (n int) {
	for _, c := range b.cells {
		if c.result == v {
			n++
		}
	}
	return n
}

func (c *testedCell) reason() string {
	var own *runner.CellError
	if errors.As(c.err, &own) {
		return strings.TrimSuffix(own.EName+": "+strings.Join(strings.Fields(own.EValue), " "),
			": ")
	}
	return c.err.Error()
}

func (c *testedCell) failureType() string {
	var own *runner.CellError
	switch {
	case c.result == differs:
		return "OutputDiffers"
	case errors.As(c.err, &own):
		return own.EName
	}
	return errorType(c.err)
}
