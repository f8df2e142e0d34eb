package main

import (
	"os/exec"
	"strings"
	"testing"
)

func TestTheFasterLayoutCounts(t *testing.T) {
	rounds := func(rates ...float64) (all []speed) {
		for _, r := range rates {
			all = append(all, speed{Images: r, CPU: 1000 / r, First: 10 / r, Loaded: 8 / r,
				Memory: int64(1e9 * r)})
		}
		return all
	}
	ours, theirs := median(rounds(3, 9, 4)), best([][]speed{rounds(1, 1, 8), rounds(2, 2, 2)})
	line := tableLine(row{"resnet34", 16, 224, modeAll}, ours, theirs)
	want := "| resnet34 b16 224 px, everything trains | 4.0 | 2.0 | **2.00** | 250 | 500 | 2.5 s " +
		"| 2.0 s | 5.0 s | 4.00 GB | 2.00 GB | 2.00 |"
	if line != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	if columns := strings.Count(line, "|"); strings.Count(tableHeader, "|") != 2*columns {
		t.Errorf("%d columns under\n%s", columns, tableHeader)
	}
	if line := tableLine(row{}, ours, best(nil)); strings.Contains(line, "Inf") ||
		strings.Contains(line, "NaN") {
		t.Errorf("without a peer: %s", line)
	}
}

func TestMeasureReadsWhatAProcessPrints(t *testing.T) {
	s, err := measure[speed](t.Context(), exec.Command("echo", `{"Images": 3, "First": 1.5}`))
	if err != nil || s.Images != 3 || s.First != 1.5 || s.Memory <= 0 {
		t.Errorf("got %+v, %v", s, err)
	}
	if _, err := measure[speed](t.Context(), exec.Command("echo", "Traceback")); err == nil ||
		!strings.Contains(err.Error(), "Traceback") {
		t.Errorf("no JSON: %v", err)
	}
	if _, err := measure[speed](t.Context(),
		exec.Command("sh", "-c", "echo no module torch >&2; exit 1")); err == nil ||
		!strings.Contains(err.Error(), "no module torch") {
		t.Errorf("a process that fails: %v", err)
	}
}

func TestRowsAreChosenByTheirText(t *testing.T) {
	if got := (options{Rows: []string{"resnet34 b8"}}).chosen(); len(got) != 1 ||
		got[0].Mode != modePredict {
		t.Errorf("got %v", got)
	}
	if err := compareNetworks(t.Context(), nil, options{Rows: []string{"vgg"}}); err == nil ||
		!strings.Contains(err.Error(), "mobilenet_v2 b64") {
		t.Errorf("an unknown row: %v", err)
	}
}
