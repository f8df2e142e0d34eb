package pets_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopets/pets"
	"gopets/pets/spec"
)

// What a cell links decides how long it takes to start: a little of the standard library, and ours.
func TestCellsLinkLittle(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", `{{.ImportPath}} {{.Standard}}`,
		"gopets/pets").Output()
	if err != nil {
		t.Fatal(err)
	}
	ours := []string{"gopets/pets", "gopets/pets/wire", "gopets/pets/spec",
		"gopets/pets/vision/dataset", "gopets/pets/internal/atomicfile", "gopets/kernelext/cell",
		"gopets/kernelext/internal/atomicfile", "gopets/kernelext/session",
		"gopets/kernelext/session/internal/discovery", "github.com/gofrs/flock",
		"golang.org/x/sys/unix", "golang.org/x/text/transform", "golang.org/x/text/unicode/norm"}
	large := []string{"net", "net/http", "crypto/tls", "database/sql", "encoding/gob", "log/slog"}
	for line := range strings.Lines(string(out)) {
		pkg, standard, _ := strings.Cut(strings.TrimSpace(line), " ")
		if standard == "false" && !slices.Contains(ours, pkg) || slices.Contains(large, pkg) {
			t.Errorf("gopets/pets links %s", pkg)
		}
	}
}

// kernel runs programs as GoNB does: with this process as their parent, and one folder for all.
type kernel struct {
	tmp string
	env []string
}

func (k kernel) run(t *testing.T, program string, args ...string) (stdout, stderr string,
	status int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(append(os.Environ(), "GONB_TMP_DIR="+k.tmp), k.env...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), complaint.String(), cmd.ProcessState.ExitCode()
}

func build(t *testing.T, pkg string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), filepath.Base(pkg))
	if out, err := exec.Command("go", "build", "-o", program, pkg).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// A variable that is not available ends the cell that declares it, and no other: later cells run,
// and the first verb that needs it reports why.
func TestDeclarationDoesNotPoison(t *testing.T) {
	program := build(t, "./testdata/declare")
	home := t.TempDir()
	k := kernel{t.TempDir(), []string{"SOURCE=" + filepath.Join(home, "nowhere"), "GOPETS_CACHE=" +
		home}}
	const want = "there is no folder"
	if _, complaint, status := k.run(t, program, "nothing"); status != 1 ||
		strings.Count(complaint, want) != 1 {
		t.Fatalf("the declaring cell: status %d, %q", status, complaint)
	}
	if out, complaint, status := k.run(t, program, "nothing"); status != 0 || complaint != "" ||
		out != "this cell uses none of them\n" {
		t.Errorf("a later cell: status %d, %q, %q", status, out, complaint)
	}
	if out, _, status := k.run(t, program, "print"); status != 0 ||
		!strings.Contains(out, "not available: untar data: "+want) {
		t.Errorf("print: status %d, %q", status, out)
	}
	for _, verb := range []string{"slice", "ls", "data", "learn", "image"} {
		out, complaint, status := k.run(t, program, verb)
		if status != 1 || !strings.Contains(complaint, want) ||
			strings.Contains(complaint, "goroutine") {
			t.Errorf("%s: status %d, %q, %q", verb, status, out, complaint)
		}
	}
	if _, complaint, status := k.run(t, program, "folder"); status != 1 ||
		!strings.Contains(complaint, `data from folder: images in "/nowhere at all"`) {
		t.Errorf("folder: status %d, %q", status, complaint)
	}
	// Once there is a folder, all is well.
	folder := filepath.Join(home, "nowhere", "images")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "pug_1.jpg"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, status := k.run(t, program, "nothing"); status != 0 {
		t.Errorf("after a repair: status %d", status)
	}
	if err := os.WriteFile(filepath.Join(folder, "pug_2.jpg"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	// The list of files may still be quiet: Retry is the way to know at once.
	if out, complaint, status := k.run(t, program, "ls"); status != 0 ||
		!strings.HasSuffix(out, "images\n") {
		t.Errorf("ls after a repair: status %d, %q, %q", status, out, complaint)
	}
}

func TestGetImageFiles(t *testing.T) {
	dir := pets.Path(t.TempDir())
	for _, name := range []string{"b.JPG", "a.png", ".hidden.jpg", "notes.txt", "sub/c.webp",
		".git/d.jpg"} {
		path := dir.Join(name)
		path.Parent().MkdirAll()
		if err := os.WriteFile(string(path), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names := func(list pets.Paths) string {
		var out []string
		for _, p := range list {
			rel, _ := filepath.Rel(string(dir), string(p))
			out = append(out, rel)
		}
		return strings.Join(out, " ")
	}
	if got := names(pets.GetImageFiles(dir)); got != "a.png b.JPG" {
		t.Errorf("got %s", got)
	}
	if got := names(pets.GetImageFilesRecursive(dir)); got != "a.png b.JPG sub/c.webp" {
		t.Errorf("recursively: got %s", got)
	}
	if got := names(dir.Ls()); got != ".git .hidden.jpg a.png b.JPG notes.txt sub" {
		t.Errorf("ls: got %s", got)
	}
}

func TestCopy(t *testing.T) {
	dir := pets.Path(t.TempDir())
	from := dir.Join("model.safetensors")
	if err := os.WriteFile(string(from), []byte("weights"), 0o600); err != nil {
		t.Fatal(err)
	}
	keep := dir.Join("keep", "models")
	keep.MkdirAll()
	to := pets.Copy(from, keep)
	text, err := os.ReadFile(string(to))
	if to != keep.Join("model.safetensors") || string(text) != "weights" || err != nil {
		t.Errorf("got %s, %q, %v", to, text, err)
	}
	if again := pets.Copy(to, keep); again != to {
		t.Errorf("onto itself: got %s", again)
	}
}

func TestPredictionTopK(t *testing.T) {
	p := pets.Prediction{Prediction: spec.Prediction{Classes: []string{"pug", "boxer", "beagle"},
		Probabilities: []float64{.2, .7, .1}}}
	if got := p.String(); got != "boxer 70.0 %, pug 20.0 %, beagle 10.0 %" {
		t.Error(got)
	}
	if got := p.TopK(9); len(got) != 3 || len(p.TopK(-1)) != 0 || got[1].Class != "pug" ||
		p.Of("beagle") != .1 {
		t.Error(got)
	}
}
