package jupyter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A Spec is the content of a kernel.json.
type Spec struct {
	// {connection_file} and {resource_dir} are replaced
	Argv        []string `json:"argv"`
	DisplayName string   `json:"display_name"`
	Language    string   `json:"language"`
	// "signal", also when empty, or "message"
	InterruptMode string `json:"interrupt_mode,omitempty"`
	// ${NAME} comes from the starter's environment
	Env      map[string]string `json:"env,omitempty"`
	Metadata json.RawMessage   `json:"metadata,omitempty"`

	Name string `json:"-"` // the folder's name
	Dir  string `json:"-"` // the folder it was read from, or ""
}

// A BrokenSpecError reports an installed kernel whose kernel.json is invalid.
type BrokenSpecError struct {
	Name, File string
	Cause      error
}

func (e *BrokenSpecError) Error() string {
	return fmt.Sprintf("kernel %q: %s: %v: repair it, or install the kernel again", e.Name, e.File,
		e.Cause)
}

func (e *BrokenSpecError) Unwrap() error { return e.Cause }

// ReadSpec reads dir/kernel.json.
func ReadSpec(dir string) (Spec, error) {
	s := Spec{Name: filepath.Base(dir), Dir: dir}
	file := filepath.Join(dir, "kernel.json")
	data, err := os.ReadFile(file)
	if err != nil {
		return s, fmt.Errorf("kernel %q: %w", s.Name, err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, &BrokenSpecError{s.Name, file, err}
	}
	if len(s.Argv) == 0 || s.Argv[0] == "" {
		return s, &BrokenSpecError{s.Name, file, errors.New("no command in argv")}
	}
	return s, nil
}

// UserDataDir returns Jupyter's data folder of the user.
func UserDataDir() string {
	if dir := os.Getenv("JUPYTER_DATA_DIR"); dir != "" {
		return dir
	}
	home, _ := os.UserHomeDir() // without a home the paths below do not exist
	switch {
	case runtime.GOOS == "darwin":
		return filepath.Join(home, "Library", "Jupyter")
	case os.Getenv("XDG_DATA_HOME") != "":
		return filepath.Join(os.Getenv("XDG_DATA_HOME"), "jupyter")
	}
	return filepath.Join(home, ".local", "share", "jupyter")
}

// specDirs returns the folders of kernels in Jupyter's order: $JUPYTER_PATH, the user's data, the
// environment of the Python on the PATH, the system.
func specDirs() []string {
	data := filepath.SplitList(os.Getenv("JUPYTER_PATH"))
	data = append(data, UserDataDir())
	for _, name := range []string{"jupyter", "python3", "python"} {
		if p, err := exec.LookPath(name); err == nil {
			if resolved, err := filepath.EvalSymlinks(filepath.Dir(p)); err == nil {
				data = append(data, filepath.Join(filepath.Dir(resolved), "share", "jupyter"))
			}
		}
	}
	if venv := os.Getenv("VIRTUAL_ENV"); venv != "" {
		data = append(data, filepath.Join(venv, "share", "jupyter"))
	}
	data = append(data, "/usr/local/share/jupyter", "/usr/share/jupyter")
	var dirs []string
	for _, d := range data {
		if d = filepath.Join(d, "kernels"); !slices.Contains(dirs, d) {
			dirs = append(dirs, d)
		}
	}
	return dirs
}

// Specs returns the installed kernels, the first of each name. Broken ones are left out.
func Specs() []Spec { return specsIn(specDirs()) }

func specsIn(dirs []string) []Spec {
	var specs []Spec
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // most of the usual folders do not exist
		}
		for _, e := range entries {
			known := slices.ContainsFunc(specs,
				func(s Spec) bool { return strings.EqualFold(s.Name, e.Name()) })
			if s, err := ReadSpec(filepath.Join(dir, e.Name())); err == nil && !known {
				specs = append(specs, s)
			}
		}
	}
	return specs
}

// FindSpec returns the installed kernel of a name; its error lists the installed ones.
func FindSpec(name string) (Spec, error) {
	dirs := specDirs()
	is := func(s Spec) bool { return strings.EqualFold(s.Name, name) }
	specs := specsIn(dirs)
	if i := slices.IndexFunc(specs, is); i >= 0 {
		return specs[i], nil
	}
	if dir := pythonDir(); dir != "" && !slices.Contains(dirs, dir) {
		more := specsIn([]string{dir})
		if i := slices.IndexFunc(more, is); i >= 0 {
			return more[i], nil
		}
		dirs, specs = append(dirs, dir), append(specs, more...)
	}
	if err := brokenSpec(dirs, name); err != nil {
		return Spec{}, err
	}
	if len(specs) == 0 {
		return Spec{}, fmt.Errorf("kernel %q is not installed, nor is any other; looked in %s",
			name, strings.Join(dirs, ", "))
	}
	var names []string
	for _, s := range specs {
		names = append(names, s.Name)
	}
	return Spec{}, fmt.Errorf("kernel %q is not installed; there are %s", name,
		strings.Join(names, ", "))
}

func brokenSpec(dirs []string, name string) error {
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if !strings.EqualFold(e.Name(), name) {
				continue
			}
			if _, err := ReadSpec(filepath.Join(dir, e.Name())); err != nil &&
				!errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// pythonDir asks the Python on the PATH for its prefix, as it may be a version manager's script.
func pythonDir() string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print(sys.prefix)").Output()
	prefix := strings.TrimSpace(string(out))
	if err != nil || !filepath.IsAbs(prefix) {
		return ""
	}
	return filepath.Join(prefix, "share", "jupyter", "kernels")
}
