package notebooks_test

import (
	"os/exec"
	"strings"
	"testing"
)

// walls says which packages of ours a package, with all below it, may stand on. Imports point one
// way only.
var walls = map[string][]string{
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
	"gopets/plots":      {"gopets/plots"},
	"gopets/kernelext/": {"gopets/kernelext/"},
	"gopets/pets/worker": {"gopets/pets", "gopets/plots", "gopets/kernelext/session",
		"gopets/kernelext/release"},
	"gopets/pets": {"gopets/pets/spec", "gopets/pets/wire",
		"gopets/pets/vision/dataset", "gopets/pets/internal/", "gopets/kernelext/session",
		"gopets/kernelext/cell"},
	"gopets/pets/wire": {"gopets/pets/spec"},
	"gopets/pets/spec": {},
}

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
			continue
		}
		for _, imp := range f[1:] {
			if !strings.HasPrefix(imp, "gopets/") {
				continue
			}
			if !anyPrefix(imp, allowed) {
				t.Errorf("%s imports %s; it may stand on %v only", f[0], imp, allowed)
			}
		}
	}
}

// wall finds the longest entry of walls that pkg stands under.
func wall(pkg string) (allowed []string, ok bool) {
	best := ""
	for at := range walls {
		under := pkg == at || strings.HasSuffix(at, "/") && strings.HasPrefix(pkg, at)
		if under && len(at) > len(best) {
			best = at
		}
	}
	return walls[best], best != ""
}

func anyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if p = strings.TrimSuffix(p, "/"); s == p || strings.HasPrefix(s, p+"/") {
			return true
		}
	}
	return false
}
