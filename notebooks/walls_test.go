package notebooks_test

import (
	"os/exec"
	"strings"
	"testing"
)

// walls says which packages of ours a package, with all below it if its path ends in a slash, may
// import, each with all below it. Imports point one way only.
var walls = map[string][]string{
	"gopets/pets": {"gopets/pets/spec", "gopets/pets/wire", "gopets/pets/vision/dataset",
		"gopets/pets/internal/", "gopets/kernelext/session", "gopets/kernelext/cell"},
	"gopets/pets/spec": {},
	"gopets/pets/wire": {"gopets/pets/spec"},
	"gopets/pets/worker": {"gopets/pets", "gopets/plots", "gopets/kernelext/session",
		"gopets/kernelext/release"},
	"gopets/pets/vision/": {"gopets/pets/vision/", "gopets/pets/spec",
		"gopets/pets/internal/"},
	"gopets/pets/vision/dataset": {"gopets/pets/spec"}, // a cell links it
	"gopets/pets/vision/serve": {"gopets/pets/vision/", "gopets/pets/spec",
		"gopets/pets/internal/", "gopets/plots"},
	"gopets/pets/internal/": {"gopets/pets/internal/"},
	"gopets/pets/internal/cmd/": {"gopets/pets/vision/", "gopets/pets/spec",
		"gopets/pets/internal/"},
	"gopets/pets/internal/cmd/realrun": {"gopets/pets/vision/", "gopets/pets/spec", "gopets/plots",
		"gopets/pets/internal/"},

	"gopets/plots": {},

	"gopets/kernelext/cell/":   {"gopets/kernelext/cell"}, // cells link it
	"gopets/kernelext/session": {"gopets/kernelext/session/internal"},
	"gopets/kernelext/session/": {"gopets/kernelext/session",
		"gopets/kernelext/internal/atomicfile"},
	"gopets/kernelext/release":        {},
	"gopets/kernelext/jupyter":        {"gopets/kernelext/internal/tempdir"},
	"gopets/kernelext/cellsrc":        {},
	"gopets/kernelext/notebook":       {"gopets/kernelext/internal"},
	"gopets/kernelext/eval":           {"gopets/kernelext/cellsrc", "gopets/kernelext/internal"},
	"gopets/kernelext/eval/internal/": {"gopets/kernelext/cell", "gopets/kernelext/eval"},
	"gopets/kernelext/eval/gonb":      engines,
	"gopets/kernelext/eval/live":      engines,
	"gopets/kernelext/eval/live/":     {"gopets/kernelext/eval/live", "gopets/kernelext/cell"},
	"gopets/kernelext/eval/live/rt":   {}, // cells are linked against it
	"gopets/kernelext/kernel":         engineUsers,
	"gopets/kernelext/repl":           engineUsers,
	"gopets/kernelext/render":         {"gopets/kernelext/notebook", "gopets/kernelext/internal"},
	"gopets/kernelext/runner": {"gopets/kernelext/jupyter", "gopets/kernelext/notebook",
		"gopets/kernelext/cellsrc", "gopets/kernelext/internal"},
	"gopets/kernelext/internal/": {"gopets/kernelext/internal", "gopets/kernelext/jupyter",
		"gopets/kernelext/notebook"},
	"gopets/kernelext/internal/cmd/": {"gopets/kernelext/"},
	"gopets/kernelext/nb":            {"gopets/kernelext/"},
	"gopets/kernelext":               {},

	"gopets/docker/":    {"gopets/pets/vision", "gopets/pets/spec"},
	"gopets/notebooks/": {},
}

// engines are what an engine may import; engineUsers, what code for any engine may.
var (
	engines = []string{"gopets/kernelext", "gopets/kernelext/cell", "gopets/kernelext/cellsrc",
		"gopets/kernelext/eval", "gopets/kernelext/jupyter", "gopets/kernelext/internal"}
	engineUsers = []string{"gopets/kernelext/eval!", "gopets/kernelext/cellsrc",
		"gopets/kernelext/jupyter", "gopets/kernelext/internal"}
)

func TestImportsPointOneWay(t *testing.T) {
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`,
		"./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		allowed, ok := wall(f[0])
		if !ok {
			t.Errorf("%s is behind no wall: say in walls what it may import", f[0])
		}
		for _, imp := range f[1:] {
			if strings.HasPrefix(imp, "gopets/") && !anyPrefix(imp, allowed) {
				t.Errorf("%s imports %s; it may import %v only", f[0], imp, allowed)
			}
		}
	}
}

// wall returns what walls says about a package, or about the longest path that it is below.
func wall(pkg string) (allowed []string, ok bool) {
	if allowed, ok = walls[pkg]; ok {
		return allowed, ok
	}
	best := ""
	for at := range walls {
		if strings.HasSuffix(at, "/") && strings.HasPrefix(pkg+"/", at) && len(at) > len(best) {
			best = at
		}
	}
	return walls[best], best != ""
}

// anyPrefix reports whether a package is one of those named, or below one that does not end in !.
func anyPrefix(pkg string, names []string) bool {
	for _, p := range names {
		p, alone := strings.CutSuffix(strings.TrimSuffix(p, "/"), "!")
		if pkg == p || !alone && strings.HasPrefix(pkg, p+"/") {
			return true
		}
	}
	return false
}
