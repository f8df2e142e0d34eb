package runner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

// TestLikeNBClient runs the notebooks of testdata/nbclient with this package and with nbclient and
// compares outcome, and cell by cell status, execution count and outputs. Each notebook has one of
// nbclient's documented features; its options are in the notebook's metadata ("nbclient").
//
// A cell in which the two are meant to differ has the reason, and our outcome, in its metadata
// ("differs"); the test fails if they no longer differ.
//
// Features of nbclient that this package has in another form, or intentionally not at all:
//
//   - stream messages in a row are one output here, as in JupyterLab and with nbclient's
//     coalesce_streams; they are joined before the comparison;
//   - timeout_func: a limit stands in a cell's metadata; resources' path and kernel_name:
//     StartOptions.Dir and Spec; startup_timeout: StartTimeout; the hooks: Events; extra_arguments:
//     the kernelspec's argv; ipython_hist_file: always :memory:, nbclient's default;
//   - record_timing: always, as JupyterLab does; store_history: always, as NotebookClient.execute
//     does; skip_cells_with_tag: the default's name;
//   - interrupt_on_timeout: a kernel is always interrupted, for a cell that is killed loses what it
//     would have shown; AllowErrors says whether the run goes on;
//   - error_on_timeout: the notebook gets the true reason; shutdown_kernel: graceful, within five
//     seconds, for an abrupt end loses what a kernel has to write;
//   - iopub_timeout, raise_on_iopub_timeout, shell_timeout_interval: nothing polls here, and a
//     kernel's death is seen when it happens; Grace is the only wait;
//   - display_data_priority concerns nbconvert.
func TestLikeNBClient(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	spec, err := jupyter.FindSpec("python3")
	if err != nil {
		t.Skipf("ipykernel is not installed: %v", err)
	}
	python, err := exec.LookPath(spec.Argv[0])
	if err != nil {
		t.Skipf("the Python of the kernel python3 is not there: %v", err)
	}
	if out, err := exec.Command(python, "-c",
		"import nbclient, ipywidgets").CombinedOutput(); err != nil {
		t.Skipf("%s has no nbclient or no ipywidgets: %s", python, bytes.TrimSpace(out))
	}
	paths, err := filepath.Glob("testdata/nbclient/*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	nbclient := startNBClient(t, python)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".ipynb"), func(t *testing.T) {
			wait := nbclient(t, path)
			ours, theirs := runHere(t, path), wait()
			if theirs.Outcome == "Stuck" {
				t.Skip("nbclient did not end in either of two runs: nothing to compare with")
			}
			compareRuns(t, ours, theirs)
		})
	}
}

// An outcome is what a run leaves.
type outcome struct {
	Notebook json.RawMessage   `json:"notebook"`
	Status   map[string]string `json:"status"` // by cell id
	Outcome  string            `json:"outcome"`
	EName    string            `json:"ename"`
	Files    []string          `json:"files"` // in the working directory, afterwards
}

// workFiles makes the folder that the kernels' working directories are copied from.
func workFiles(t *testing.T) string {
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "files"),
		os.DirFS("testdata/nbclient/files")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// startNBClient starts the process that runs notebooks with nbclient. The returned function takes a
// path and returns at once; the outcome follows later.
func startNBClient(t *testing.T, python string) func(t *testing.T,
	path string) (wait func() outcome) {
	cmd := exec.Command(python, "testdata/nbclient/run.py", workFiles(t))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Logf("nbclient: %v\n%s", err, stderr.String())
		}
	})
	lines := json.NewDecoder(stdout)
	return func(t *testing.T, path string) func() outcome {
		if _, err := fmt.Fprintln(stdin, path); err != nil {
			t.Fatal(err)
		}
		return func() (o outcome) {
			if err := lines.Decode(&o); err != nil {
				t.Fatalf("nbclient: %v", err)
			}
			return o
		}
	}
}

// runHere runs a notebook with this package, with its options put as this package has them.
func runHere(t *testing.T, path string) outcome {
	t.Helper()
	nb, err := notebook.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var o struct {
		KernelName       string   `json:"kernel_name"`
		Timeout          float64  `json:"timeout"`
		AllowErrors      bool     `json:"allow_errors"`
		AllowErrorNames  []string `json:"allow_error_names"`
		ForceRaiseErrors bool     `json:"force_raise_errors"`
		Interrupt        bool     `json:"interrupt_on_timeout"`
	}
	if raw, ok := nb.Metadata("nbclient"); ok {
		strict := json.NewDecoder(bytes.NewReader(raw))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&o); err != nil {
			t.Fatal(err)
		}
	}
	name := o.KernelName
	if name == "" {
		name = nb.Kernel().Name
	}
	spec, err := jupyter.FindSpec(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(workFiles(t), "files")
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	report, err := runner.Run(ctx, nb, runner.Options{Spec: spec,
		StartOptions: jupyter.StartOptions{Dir: dir},
		CellTimeout:  time.Duration(o.Timeout * float64(time.Second)),
		AllowErrors:  o.AllowErrors, AllowErrorNames: o.AllowErrorNames,
		ForceErrors: o.ForceRaiseErrors})
	out := outcome{Notebook: nb.Bytes(), Status: map[string]string{}}
	out.Outcome, out.EName = nbclientName(t, err)
	for _, c := range report.Cells {
		if c.Status == runner.OK || c.Status == runner.Failed {
			out.Status[c.Cell.ID()] = string(c.Status)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		out.Files = append(out.Files, e.Name())
	}
	return out
}

// nbclientName returns nbclient's name of an error.
func nbclientName(t *testing.T, err error) (name, ename string) {
	var cell *runner.CellError
	var slow *runner.TimeoutError
	var dead *runner.DeadKernelError
	switch {
	case err == nil:
	case errors.As(err, &cell):
		return "CellExecutionError", cell.EName
	case errors.As(err, &slow):
		return "CellTimeoutError", ""
	case errors.As(err, &dead):
		return "DeadKernelError", ""
	default:
		t.Errorf("error %v", err)
	}
	return "", ""
}

func compareRuns(t *testing.T, ours, theirs outcome) {
	if ours.Outcome != theirs.Outcome || ours.EName != theirs.EName {
		t.Errorf("outcome %s %s, with nbclient %s %s", ours.Outcome, ours.EName, theirs.Outcome,
			theirs.EName)
	}
	if !reflect.DeepEqual(ours.Files, theirs.Files) {
		t.Errorf("files %v, with nbclient %v", ours.Files, theirs.Files)
	}
	a, err := notebook.Parse(ours.Notebook)
	if err != nil {
		t.Fatal(err)
	}
	b, err := notebook.Parse(theirs.Notebook)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Cells()) != len(b.Cells()) {
		t.Fatalf("%d cells, with nbclient %d", len(a.Cells()), len(b.Cells()))
	}
	for i, cell := range a.Cells() {
		other := b.Cells()[i]
		if cell.ID() != other.ID() || cell.Source() != other.Source() {
			t.Errorf("cell %d was changed", i+1)
		}
		if got, want := ours.Status[cell.ID()], nbclientStatus(b, other,
			theirs.Status[cell.ID()]); got != want {
			t.Errorf("%s: status %q, with nbclient %q", cell.ID(), got, want)
		}
		compareCells(t, cell, other)
	}
	if got, want := widgets(a), widgets(b); !reflect.DeepEqual(got, want) {
		t.Errorf("the widgets are\n%v\nwith nbclient\n%v", got, want)
	}
}

// nbclientStatus puts the kernel's reply as a Report does.
func nbclientStatus(nb *notebook.Notebook, c *notebook.Cell, reply string) string {
	_, forced := nb.Metadata("nbclient", "force_raise_errors")
	switch {
	case reply == "" || reply == "ok":
		return reply
	case reply == "error" && c.HasTag("raises-exception") && !forced:
		return "ok"
	}
	return "failed"
}

// widgets is the state of the notebook's widgets; nil for none.
func widgets(nb *notebook.Notebook) (state any) {
	raw, _ := nb.Metadata("widgets")
	_ = json.Unmarshal(raw, &state) // there need be none
	return state
}

func compareCells(t *testing.T, ours, theirs *notebook.Cell) {
	got, want := describe(ours, false), describe(theirs, false)
	raw, ok := ours.Metadata("differs")
	if !ok {
		if ours.ExecutionCount() != theirs.ExecutionCount() {
			t.Errorf("%s: execution count %d, with nbclient %d", ours.ID(), ours.ExecutionCount(),
				theirs.ExecutionCount())
		}
		if got != want {
			t.Errorf("%s shows\n%s\nwith nbclient\n%s", ours.ID(), short(got), short(want))
		}
		return
	}
	var differs struct{ Because, Here string }
	if err := json.Unmarshal(raw, &differs); err != nil || differs.Because == "" {
		t.Fatalf("%s: the metadata's differs: %v", ours.ID(), err)
	}
	if got == want {
		t.Errorf("%s no longer differs from nbclient, although it should, as %s", ours.ID(),
			differs.Because)
	}
	if got := describe(ours, true); got != differs.Here {
		t.Errorf("%s shows\n%s\nwanted\n%s", ours.ID(), short(got), differs.Here)
	}
}

// runDependent is what differs from run to run in a traceback.
var runDependent = regexp.MustCompile(`ipykernel_\d+|0x[0-9a-f]+|Thread-\d+`)

// describe writes a cell's outputs as text, with streams in a row joined; in brief an error is its
// name alone.
func describe(c *notebook.Cell, brief bool) string {
	var all []string
	stream, text := "", ""
	flush := func() {
		if stream != "" {
			all = append(all, fmt.Sprintf("%s %q", stream, text))
		}
		stream, text = "", ""
	}
	for _, o := range c.Outputs() {
		if o.Type == notebook.StreamOutput {
			if o.Name != stream {
				flush()
			}
			stream, text = o.Name, text+o.Text
			continue
		}
		flush()
		switch {
		case o.Type == notebook.ErrorOutput && brief:
			all = append(all, "error "+o.EName)
		case o.Type == notebook.ErrorOutput:
			all = append(all, fmt.Sprintf("error %s %q %q", o.EName, o.EValue, o.Traceback))
		default:
			data := map[string]any{}
			for mime := range o.Data {
				text, _ := o.Mime(mime)
				var value any = text
				if strings.HasSuffix(mime, "json") {
					_ = json.Unmarshal([]byte(text), &value) // what is not JSON stays text
				}
				data[mime] = value
			}
			var metadata any
			_ = json.Unmarshal(o.Metadata, &metadata)
			shown, err := json.Marshal(map[string]any{"data": data, "metadata": metadata,
				"count": o.ExecutionCount})
			if err != nil {
				shown = []byte(err.Error())
			}
			all = append(all, string(o.Type)+" "+string(shown))
		}
	}
	flush()
	return runDependent.ReplaceAllString(strings.Join(all, ", "), "…")
}

func short(s string) string {
	if len(s) > 3000 {
		return s[:1500] + " … " + s[len(s)-1500:]
	}
	return s
}
