package gonb

import (
	"bytes"
	"go/version"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"gopets/kernelext/internal/modules"
)

// A workFile is the go.work of builds: that of GoNB's folder, with the engine's additions. The
// user's is never changed.
type workFile struct {
	goVersion, toolchain string
	godebug              []*modfile.Godebug
	uses                 []string // absolute
	replaces             []*modfile.Replace
}

func readWork(dir, goVersion string) workFile {
	w := workFile{goVersion: goVersion, uses: []string{dir}}
	text, err := os.ReadFile(filepath.Join(dir, "go.work"))
	if err != nil {
		return w
	}
	f, err := modfile.ParseWork("go.work", text, nil)
	if err != nil {
		return w // any go command reports the error
	}
	if f.Go != nil {
		w.goVersion = f.Go.Version
	}
	if f.Toolchain != nil {
		w.toolchain = f.Toolchain.Name
	}
	w.godebug = f.Godebug
	w.uses = nil
	for _, u := range f.Use {
		w.use(absolute(dir, u.Path))
	}
	for _, r := range f.Replace {
		if modfile.IsDirectoryPath(r.New.Path) && r.New.Version == "" {
			r.New.Path = absolute(dir, r.New.Path)
		}
		w.replaces = append(w.replaces, r)
	}
	return w
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

func (w *workFile) use(dir string) {
	if !slices.Contains(w.uses, dir) {
		w.uses = append(w.uses, dir)
	}
}

func (w *workFile) replaced(path string) bool {
	return slices.ContainsFunc(w.replaces,
		func(r *modfile.Replace) bool { return r.Old.Path == path })
}

func (w *workFile) text() ([]byte, error) {
	f := &modfile.WorkFile{Syntax: &modfile.FileSyntax{Name: "go.work"}}
	if err := f.AddGoStmt(w.goVersion); err != nil {
		return nil, err
	}
	if w.toolchain != "" {
		if err := f.AddToolchainStmt(w.toolchain); err != nil {
			return nil, err
		}
	}
	for _, g := range w.godebug {
		if err := f.AddGodebug(g.Key, g.Value); err != nil {
			return nil, err
		}
	}
	for _, u := range w.uses {
		if err := f.AddUse(u, ""); err != nil {
			return nil, err
		}
	}
	for _, r := range w.replaces {
		if err := f.AddReplace(r.Old.Path, r.Old.Version, r.New.Path, r.New.Version); err != nil {
			return nil, err
		}
	}
	return modfile.Format(f.Syntax), nil
}

// writeWork writes the go.work for a build with these imports, in GoNB's folder or its copy, and
// returns the module's path.
func (e *Engine) writeWork(dir string, imports []string, copied bool) (modulePath string,
	err error) {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return "", err
	}
	mod, err := modfile.ParseLax("go.mod", text, nil)
	if err != nil {
		return "", err
	}
	w := readWork(dir, goVersionOf(dir))
	for _, local := range e.modules {
		w.use(local)
	}
	if e.gonbui != "" && !w.replaced(gonbModule) {
		// A use of the module that was copied means the copy.
		if i := slices.Index(w.uses, e.gonbSource); i >= 0 {
			w.uses[i] = e.gonbui
		}
		switch {
		case slices.Contains(w.uses, e.gonbui) || hasModule(w.uses, gonbModule):
		case requires(w.uses, gonbModule):
			w.replaces = append(w.replaces, &modfile.Replace{
				Old: module.Version{Path: gonbModule}, New: module.Version{Path: e.gonbui}})
		case slices.ContainsFunc(imports, func(path string) bool {
			return modules.Has(gonbModule,
				path)
		}):
			w.use(e.gonbui)
		}
	}
	if i := slices.Index(w.uses, dir); i >= 0 && copied {
		w.uses[i] = filepath.Join(e.dir, "copy")
	}
	for _, dir := range w.uses {
		if v := goVersionOf(dir); version.Compare("go"+v, "go"+w.goVersion) > 0 {
			w.goVersion = v
		}
	}
	out, err := w.text()
	if err != nil {
		return "", err
	}
	path := filepath.Join(e.dir, "gowork", "go.work")
	if old, err := os.ReadFile(path); err != nil || !bytes.Equal(old, out) {
		if err := os.WriteFile(path, out, 0o600); err != nil {
			return "", err
		}
	}
	if sum, err := os.ReadFile(filepath.Join(dir, "go.work.sum")); err == nil {
		if err := os.WriteFile(path+".sum", sum, 0o600); err != nil {
			return "", err
		}
	}
	return mod.Module.Mod.Path, nil
}

func goVersionOf(dir string) string {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err == nil {
		if f, err := modfile.ParseLax("go.mod", text, nil); err == nil && f.Go != nil {
			return f.Go.Version
		}
	}
	return "1.24"
}

func requires(dirs []string, modulePath string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		return err == nil && bytes.Contains(text, []byte(modulePath))
	})
}

func hasModule(dirs []string, modulePath string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		return err == nil && modfile.ModulePath(text) == modulePath
	})
}
