package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// The first two tags are nbclient's, the others are for [Options].Resume.
const (
	raisesTag = "raises-exception"
	skipTag   = "skip-execution"
	// never run again
	KeepTag      = "resume-keep"
	RerunTag     = "resume-rerun" // run again, as later cells need its effects
	timingPrefix = "execution"
)

var timingKeys = []string{"iopub.execute_input", "iopub.status.busy", "iopub.status.idle",
	"shell.execute_reply", "shell.execute_reply.started"}

// plan decides what happens to each code cell, and numbers those that can run.
func plan(nb *notebook.Notebook, o *Options) (*Report, error) {
	if err := notebookLimits(nb, o); err != nil {
		return nil, err
	}
	report := &Report{}
	of := 0
	for _, c := range nb.Cells() {
		if runnable(c) {
			of++
		}
	}
	number := 0
	for i, c := range nb.Cells() {
		if c.Type() != notebook.Code {
			continue
		}
		r := CellReport{Place: Place{Cell: c, Index: i, Of: of}, Status: Skipped,
			limit: o.CellTimeout, retries: o.CellRetries}
		if runnable(c) {
			number++
			r.Status, r.Number = NotRun, number
		}
		if err := cellMetadata(&r); err != nil {
			return nil, err
		}
		report.Cells = append(report.Cells, r)
	}
	if err := choose(report, o); err != nil {
		return nil, err
	}
	if o.Resume != nil {
		if err := keep(report, o); err != nil {
			return nil, err
		}
	}
	return report, nil
}

func cellMetadata(r *CellReport) error {
	limit, ok, err := limitOf(r.Cell.Metadata("nb", "timeout"))
	if err != nil {
		return fmt.Errorf("the metadata nb.timeout of %v: %w", r.Place, err)
	}
	if ok {
		r.limit = limit
	}
	if raw, ok := r.Cell.Metadata("nb", "retries"); ok {
		if err := json.Unmarshal(raw, &r.retries); err != nil || r.retries < 0 {
			return fmt.Errorf("the metadata nb.retries of %v: want a number from 0, not %s",
				r.Place, raw)
		}
	}
	return nil
}

func runnable(c *notebook.Cell) bool {
	return c.Type() == notebook.Code && strings.TrimSpace(c.Source()) != "" && !c.HasTag(skipTag)
}

// notebookLimits sets limits that the options lack from the notebook's metadata: "execution" is
// nbmake's and Jupyter Book's, "nb" ours.
func notebookLimits(nb *notebook.Notebook, o *Options) error {
	for _, l := range []struct {
		into *time.Duration
		path []string
	}{{&o.Timeout, []string{"nb", "timeout"}}, {&o.CellTimeout, []string{"nb", "cell_timeout"}},
		{&o.CellTimeout, []string{"execution", "timeout"}}} {
		limit, ok, err := limitOf(nb.Metadata(l.path...))
		if err != nil {
			return fmt.Errorf("the notebook's metadata %s: %w", strings.Join(l.path, "."), err)
		}
		if ok && *l.into == 0 {
			*l.into = limit
		}
	}
	if raw, ok := nb.Metadata("execution", "allow_errors"); ok {
		var allow bool
		if err := json.Unmarshal(raw, &allow); err != nil {
			return fmt.Errorf(
				"the notebook's metadata execution.allow_errors: want true or false, not %s", raw)
		}
		o.AllowErrors = o.AllowErrors || allow
	}
	return nil
}

// limitOf parses a number of seconds, or "1m30s"; below zero, and null, is no limit.
func limitOf(raw json.RawMessage, ok bool) (time.Duration, bool, error) {
	if !ok {
		return 0, false, nil
	}
	var seconds *float64
	if json.Unmarshal(raw, &seconds) == nil {
		if seconds == nil || *seconds < 0 {
			return -1, true, nil
		}
		return time.Duration(*seconds * float64(time.Second)), *seconds > 0, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if d, err := time.ParseDuration(text); err == nil {
			return d, d != 0, nil
		}
	}
	return 0, false, fmt.Errorf(`want seconds, or a text like "1m30s", not %s`, raw)
}

func choose(report *Report, o *Options) error {
	if len(o.Only) > 0 && (o.Until != "" || o.Resume != nil) {
		return errors.New("a choice of cells goes with neither a last cell nor a resumed run")
	}
	if o.Until != "" {
		matched, err := matching(report, o.Until)
		if err != nil {
			return err
		}
		last := slices.Max(matched)
		for i := last + 1; i < len(report.Cells); i++ {
			if c := &report.Cells[i]; c.Status == NotRun {
				c.leave = true
			}
		}
		return nil
	}
	if len(o.Only) == 0 {
		return nil
	}
	chosen := make([]bool, len(report.Cells))
	last := 0
	for _, which := range o.Only {
		matched, err := matching(report, which)
		if err != nil {
			return err
		}
		for _, i := range matched {
			chosen[i] = true
			last = max(last, i)
		}
	}
	for i := range report.Cells {
		c := &report.Cells[i]
		if c.Status != NotRun || chosen[i] || c.Cell.HasTag(parametersTag) ||
			c.Cell.HasTag(injectedTag) {
			continue
		}
		c.Status = Skipped
		if i < last && o.Replay != nil {
			c.replay = o.Replay(c.Cell.Source())
		}
	}
	return nil
}

func matching(report *Report, which string) (found []int, err error) {
	from, to, isRange := strings.Cut(which, "-")
	a, err1 := strconv.Atoi(from)
	b := a
	var err2 error
	if isRange {
		b, err2 = strconv.Atoi(to)
	}
	isNumber := err1 == nil && err2 == nil
	if isNumber && a > b {
		return nil, fmt.Errorf("cells %q: a range goes from the lower number to the higher", which)
	}
	for i, c := range report.Cells {
		if c.Status != NotRun {
			continue
		}
		if isNumber && c.Number >= a && c.Number <= b || !isNumber &&
			(c.Cell.ID() == which || c.Cell.HasTag(which)) {
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("no cell that can run is called %q; give %s", which,
			cellNames(report))
	}
	return found, nil
}

func cellNames(report *Report) string {
	n := 0
	var tags, ids []string
	for _, c := range report.Cells {
		if c.Status != NotRun {
			continue
		}
		n = c.Number
		if id := c.Cell.ID(); id != "" {
			ids = append(ids, id)
		}
		for _, t := range c.Cell.Tags() {
			if !slices.Contains(tags, t) {
				tags = append(tags, t)
			}
		}
	}
	text := fmt.Sprintf("a number from 1 to %d", n)
	if len(ids) > 0 {
		text += ", an id (" + shortList(ids) + ")"
	}
	if len(tags) > 0 {
		text += ", a tag (" + shortList(tags) + ")"
	}
	return text
}

func shortList(words []string) string {
	if len(words) > 12 {
		words = append(words[:11:11], "…")
	}
	return strings.Join(words, ", ")
}

// keep marks the cells that an earlier run has finished, up to the first that it has not.
func keep(report *Report, o *Options) error {
	end := len(report.Cells)
	if o.From != "" {
		matched, err := matching(report, o.From)
		if err != nil {
			return err
		}
		end = matched[0]
	}
	earlier := slices.DeleteFunc(slices.Clone(o.Resume.Cells()),
		func(c *notebook.Cell) bool { return !runnable(c) })
	for i := range report.Cells[:end] {
		c := &report.Cells[i]
		if c.Number == 0 {
			continue
		}
		if c.leave || len(earlier) < c.Number || earlier[c.Number-1].Source() != c.Cell.Source() ||
			!finished(earlier[c.Number-1], o) {
			return nil
		}
		kept := c.Cell.HasTag(KeepTag)
		if o.Replay != nil {
			c.replay = o.Replay(c.Cell.Source())
			kept = kept || !c.Cell.HasTag(RerunTag)
		}
		if c.earlier = earlier[c.Number-1]; kept {
			c.Status = Kept
		}
	}
	return nil
}

// finished reports whether an earlier run's cell ended by itself without a disallowed error.
func finished(c *notebook.Cell, o *Options) bool {
	if _, ok := c.Metadata(timingPrefix, "shell.execute_reply"); !ok {
		return false
	}
	for _, out := range c.Outputs() {
		allowed := !o.ForceErrors && (c.HasTag(raisesTag) || o.AllowErrors ||
			slices.Contains(o.AllowErrorNames, out.EName))
		if out.Type == notebook.ErrorOutput && (!allowed || slices.Contains(endings, out.EName)) {
			return false
		}
	}
	return true
}

func (r *run) prepare(report *Report) error {
	if len(r.o.Only) > 0 {
		r.widgets.adopt(r.nb)
	} else if report.Count(Kept) > 0 {
		r.widgets.adopt(r.o.Resume)
	}
	for i := range report.Cells {
		c := &report.Cells[i]
		switch {
		case c.Number == 0 && c.Cell.HasTag(skipTag):
			continue
		case c.Status == Kept:
			if err := copyResult(c.Cell, c.earlier); err != nil {
				return err
			}
			continue
		}
		// A cell that is left out keeps its outputs, without the times of a run.
		for _, key := range timingKeys {
			c.Cell.RemoveMetadata(timingPrefix, key)
		}
		if raw, ok := c.Cell.Metadata(timingPrefix); ok && len(strings.Trim(string(raw),
			"{} \t\r\n")) == 0 {
			c.Cell.RemoveMetadata(timingPrefix)
		}
		if c.Status == NotRun || c.Number == 0 {
			c.Cell.SetOutputs(nil)
			c.Cell.SetExecutionCount(0)
		}
	}
	return nil
}

func copyResult(to, from *notebook.Cell) error {
	to.SetOutputs(from.Outputs())
	to.SetExecutionCount(from.ExecutionCount())
	for _, key := range timingKeys {
		to.RemoveMetadata(timingPrefix, key)
		if raw, ok := from.Metadata(timingPrefix, key); ok {
			if err := to.SetMetadata(raw, timingPrefix, key); err != nil {
				return err
			}
		}
	}
	return nil
}

func nothingToRun(report *Report) bool {
	return !slices.ContainsFunc(report.Cells, func(c CellReport) bool {
		return c.Status == NotRun &&
			!c.leave
	})
}

func (r *run) noteLanguage(info jupyter.KernelInfo) error {
	if len(info.LanguageInfo) == 0 {
		return nil
	}
	now, err := sorted(info.LanguageInfo)
	if err != nil {
		return fmt.Errorf("the kernel's language_info: %w", err)
	}
	if raw, ok := r.nb.Metadata("language_info"); ok {
		if was, err := sorted(raw); err == nil && string(was) == string(now) {
			return nil
		}
	}
	return r.nb.SetMetadata(now, "language_info")
}

func sorted(raw json.RawMessage) (json.RawMessage, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return json.RawMessage(strings.TrimSuffix(b.String(), "\n")), err
}

// Check reports the error that Run would return for its options, for instance a missing cell.
func Check(nb *notebook.Notebook, o Options) error {
	_, err := plan(nb, &o)
	return err
}
