package gonb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"gopets/kernelext"
)

// The engine's private folder holds
//
//	bin/        stand-ins for go, goimports and gopls, first on the PATH of GoNB and of cells
//	ask, answer pipes between these and the engine (serveBuilds)
//	out, err, sock, …  the ends of a cell's output (package cell)
//	overlay/    files that a build sees in GoNB's folder, and overlay.json
//	work/       the go.work of builds
//	lsp/        the program that gopls sees
//
// Nothing is written into GoNB's own folder, which is the user's module.

// goScript stands before the go command. A build of a cell is prepared by the engine, which is also
// asked what to do when it fails; `go get` for each cell is left to that.
const goScript = `#!/bin/sh
d=%s
PATH=${PATH#*:}
next=$(command -v go)
case "$*" in
get | "get -t")
  exit 0
  ;;
"build -o "*/gonb_* | "test -c -o "*/gonb_*) ;;
*) exec "$next" "$@" ;;
esac
ask() { printf '%%s\n' "$1" >"$d/ask" && IFS= read -r answer <"$d/answer"; }
verb=$1
shift
ask "build $verb"
[ "$answer" = plain ] && exec "$next" $verb "$@"
flags=
work=$GOWORK
[ $verb = test ] && flags=-vet=off # vet does not see overlays
[ "$work" = off ] || work=$d/work/go.work
while :; do
  GOWORK=$work "$next" $verb $flags -overlay "$d/overlay.json" "$@" >"$d/build.out" 2>&1 && exit 0
  ask failed
  case $answer in
  again) ;;
  "run "*) GOWORK=$work "$next" ${answer#run } >"$d/run.out" 2>&1 ;;
  *)
    cat "$d/build.out"
    exit 1
    ;;
  esac
done
`

// importsScript stands before goimports: most programs the engine mends itself.
const importsScript = `#!/bin/sh
d=%s
PATH=${PATH#*:}
printf 'imports %%s\n' "$2" >"$d/ask" && IFS= read -r answer <"$d/answer"
[ "$answer" = done ] && exit 0
next=$(command -v goimports) || exit 0
GOWORK=$d/work/go.work exec "$next" "$@"
`

// bin holds what comes first on the PATH of GoNB and of cells.
func (e *Engine) bin() string { return filepath.Join(e.dir, "bin") }

func (e *Engine) writeFiles() error {
	for _, name := range []string{"bin", "overlay", "work"} {
		if err := os.Mkdir(filepath.Join(e.dir, name), 0o700); err != nil {
			return err
		}
	}
	d := "'" + strings.ReplaceAll(e.dir, "'", `'\''`) + "'"
	scripts := map[string]string{"go": fmt.Sprintf(goScript, d),
		"goimports": fmt.Sprintf(importsScript, d)}
	if _, err := exec.LookPath("gopls"); err == nil {
		// GoNB would start it in a process group that nobody ends; the engine has its own.
		scripts["gopls"] = "#!/bin/sh\nexit 1\n"
	}
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(e.bin(), name), []byte(text), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// Names of the kernel's own in a cell's program begin with a letter that nobody types.
const (
	private     = "nbǃ"
	showName    = private + "show"    // shows the value of an expression
	resultsName = private + "results" // shows what a call returns
	beginName   = private + "begin"   // called when main begins
	timedName   = private + "timed"   // returns a function that prints the time since its call
	timeItName  = private + "timeit"  // times a function
)

const (
	cellPackage = "gopets/kernelext/cell"
	quietCell   = "package main\n\nimport " + private + "cell %q\n\nfunc " + beginName + "() { " +
		private + "cell.Begin() }\n"
	showingCell = quietCell + `
func ` + showName + `(values ...any) { ` + private + `.Values(values...) }

func ` + resultsName + `(values ...any) { ` + private + `.Results(values...) }

func ` + timedName + `() func() { return ` + private + `.Timed() }

func ` + timeItName + `(f func()) { ` + private + `.TimeIt(f) }
`
)

// overlay is what a build sees in place of the files of GoNB's folder: its main.go as the engine
// has changed it, and the package cell with the file that links it.
type overlay struct {
	dir     string // GoNB's
	module  string // the path of the module there
	replace map[string]string
}

// newOverlay writes the files besides main.go. shows says whether the program shows values or
// times.
func (e *Engine) newOverlay(dir, module string, shows bool) (*overlay, error) {
	o := &overlay{dir, module, map[string]string{}}
	cell := module + "/nbcell"
	err := fs.WalkDir(kernelext.CellSource, "cell", func(path string, d fs.DirEntry,
		err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := kernelext.CellSource.ReadFile(path)
		if err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte(`"`+cellPackage+`"`), []byte(`"`+cell+`"`))
		return e.addFile(o, "nb"+path, text)
	})
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf(quietCell, cell)
	if shows {
		text = strings.Replace(fmt.Sprintf(showingCell, cell), "\n\nfunc",
			fmt.Sprintf("\nimport %s %q\n\nfunc", private, cell+"/show"), 1)
	}
	return o, e.addFile(o, "nb_cell_unix.go", []byte("//go:build unix\n\n"+text))
}

// addFile has the build see a file in GoNB's folder. A file that is the same already keeps its
// time, by which the go command knows it.
func (e *Engine) addFile(o *overlay, name string, text []byte) error {
	path := filepath.Join(e.dir, "overlay", filepath.FromSlash(name))
	o.replace[filepath.Join(o.dir, filepath.FromSlash(name))] = path
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

func (e *Engine) writeOverlay(o *overlay) error {
	text, err := json.Marshal(map[string]any{"Replace": o.replace})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(e.dir, "overlay.json"), text, 0o600)
}
