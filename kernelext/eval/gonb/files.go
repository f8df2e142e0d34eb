package gonb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"gopets/kernelext"
)

// The engine's private folder holds
//
//	bin/        stand-ins for go, goimports and gopls, first on the PATH of GoNB and of cells
//	ask, answer pipes between these and the engine (serveBuilds)
//	out, err, … the ends of a cell's output (package cell)
//	overlay/    files that a build sees in GoNB's folder, and overlay.json
//	copy/       GoNB's folder with these files, for -cover, which ignores overlays
//	goroot/     the file that GoNB looks for in an older Go
//	gowork/     the go.work of builds
//
// Nothing is written into GoNB's folder, which is the user's module.

// goScript replaces the go command: the engine prepares builds, fetches modules instead of `go
// get`, and handles failures. GoNB looks for the file that runs WebAssembly where it was before Go
// 1.24.
const goScript = `#!/bin/sh
d=%s
PATH=${PATH#*:}
next=$(command -v go)
case "$*" in
get | "get -t")
  exit 0
  ;;
"env GOROOT")
  root=$("$next" env GOROOT)
  js=$root/lib/wasm/wasm_exec.js old=$d/goroot/misc/wasm
  case $(ps -o comm= -p $PPID) in
  *gonb) [ -f "$js" ] && mkdir -p "$old" && cp "$js" "$old" && root=$d/goroot ;;
  esac
  printf '%%s\n' "$root"
  exit
  ;;
"build -o "*/gonb_* | "test -c -o "*/gonb_*) ;;
*) exec "$next" "$@" ;;
esac
ask() { printf '%%s\n' "$1" >"$d/ask" && IFS= read -r answer <"$d/answer"; }
verb=$1
shift
case " $* " in
*" -cover"* | *" --cover"*) kind=cover ;;
*) kind=$GOOS ;;
esac
ask "build $verb $kind"
[ "$answer" = plain ] && exec "$next" $verb "$@"
flags="-overlay $d/overlay.json"
case $answer in
"copy "*)
  cd "$d/copy"
  flags=
  case "$verb $*" in
  test* | *coverpkg*) ;;
  *) flags=-coverpkg=${answer#copy } ;; # and nothing of the kernel's
  esac
  ;;
esac
work=$GOWORK
[ $verb = test ] && flags="$flags -vet=off" # vet does not see overlays
[ "$work" = off ] || work=$d/gowork/go.work
while :; do
  GOWORK=$work "$next" $verb $flags "$@" >"$d/build.out" 2>&1 && exit 0
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

// importsScript replaces goimports: the engine fixes most imports itself.
const importsScript = `#!/bin/sh
d=%s
PATH=${PATH#*:}
printf 'imports %%s\n' "$2" >"$d/ask" && IFS= read -r answer <"$d/answer"
[ "$answer" = done ] && exit 0
next=$(command -v goimports) || exit 0
GOWORK=$d/gowork/go.work exec "$next" "$@"
`

func (e *Engine) bin() string { return filepath.Join(e.dir, "bin") }

func (e *Engine) writeFiles() error {
	for _, name := range []string{"bin", "overlay", "gowork"} {
		if err := os.Mkdir(filepath.Join(e.dir, name), 0o700); err != nil {
			return err
		}
	}
	d := "'" + strings.ReplaceAll(e.dir, "'", `'\''`) + "'"
	scripts := map[string]string{"go": fmt.Sprintf(goScript, d),
		"goimports": fmt.Sprintf(importsScript, d)}
	if _, err := exec.LookPath("gopls"); err == nil {
		// GoNB would start gopls in its own process group and leave it; the engine has one.
		scripts["gopls"] = "#!/bin/sh\nexit 1\n"
	}
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(e.bin(), name), []byte(text), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// The kernel's names in a program begin with a letter that nobody types.
const (
	private     = "nbǃ"
	cellName    = private + "cell"     // package cell
	beginName   = cellName + ".Begin"  // called when main begins
	showName    = private + ".Values"  // shows the value of an expression
	resultsName = private + ".Results" // shows what a call returns
	timedName   = private + ".Timed"   // returns a function that prints the time since its call
	timeItName  = private + ".TimeIt"  // times a function
)

const cellPackage = "gopets/kernelext/cell"

// linked adds the imports of the kernel's packages that a program uses, on its first line. module
// is the path of GoNB's module.
func linked(text, module string) string {
	name := "_"
	if strings.Contains(text, cellName+".") {
		name = cellName
	}
	imports := fmt.Sprintf("; import %s %q", name, module+"/nbcell")
	if strings.Contains(text, private+".") {
		imports += fmt.Sprintf("; import %s %q", private, module+"/nbcell/show")
	}
	return strings.Replace(text, "package main", "package main"+imports, 1)
}

type overlay struct {
	dir     string // GoNB's
	module  string // the path of the module there
	copied  bool   // the build is one of a copy of GoNB's folder
	replace map[string]string
}

func (e *Engine) newOverlay(dir, module string, copied bool) (*overlay, error) {
	o := &overlay{dir, module, copied, map[string]string{}}
	if copied {
		if err := copyModule(filepath.Join(e.dir, "copy"), dir); err != nil {
			return nil, err
		}
	}
	return o, fs.WalkDir(kernelext.CellSource, "cell", func(path string, d fs.DirEntry,
		err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := kernelext.CellSource.ReadFile(path)
		if err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte(`"`+cellPackage+`"`), []byte(`"`+module+`/nbcell"`))
		return e.addFile(o, "nb"+path, text)
	})
}

// copyModule copies a folder's Go files and links its folders.
func copyModule(to, from string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, f := range entries {
		path := filepath.Join(from, f.Name())
		switch {
		case f.IsDir():
			err = os.Symlink(path, filepath.Join(to, f.Name()))
		case f.Type().IsRegular() && slices.Contains([]string{".go", ".mod", ".sum"},
			filepath.Ext(f.Name())):
			var text []byte
			if text, err = os.ReadFile(path); err == nil {
				err = os.WriteFile(filepath.Join(to, f.Name()), text, 0o600)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addFile adds a file to the build. An unchanged one keeps its time, for the go command's cache.
func (e *Engine) addFile(o *overlay, name string, text []byte) error {
	folder := "overlay"
	if o.copied {
		folder = "copy"
	}
	path := filepath.Join(e.dir, folder, filepath.FromSlash(name))
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
