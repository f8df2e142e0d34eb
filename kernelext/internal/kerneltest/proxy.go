package kerneltest

import (
	"archive/zip"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writeProxy writes a module proxy for GOPROXY=file://…. Modules are named path@version.
func writeProxy(dir string, modules map[string]map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		module, version, _ := strings.Cut(name, "@")
		files := modules[name]
		folder := filepath.Join(dir, filepath.FromSlash(module), "@v")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		list, err := os.OpenFile(filepath.Join(folder, "list"),
			os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		fmt.Fprintln(list, version)
		if err := list.Close(); err != nil {
			return err
		}
		files = maps.Clone(files)
		if files["go.mod"] == "" {
			files["go.mod"] = "module " + module + "\n\ngo 1.24\n"
		}
		for suffix, text := range map[string]string{".mod": files["go.mod"],
			".info": fmt.Sprintf(`{"Version":%q,"Time":"2020-01-02T03:04:05Z"}`, version)} {
			if err := os.WriteFile(filepath.Join(folder, version+suffix), []byte(text),
				0o644); err != nil {
				return err
			}
		}
		z, err := os.Create(filepath.Join(folder, version+".zip"))
		if err != nil {
			return err
		}
		w := zip.NewWriter(z)
		for _, file := range slices.Sorted(maps.Keys(files)) {
			f, err := w.Create(path.Join(name, file))
			if err != nil {
				return err
			}
			if _, err := f.Write([]byte(files[file])); err != nil {
				return err
			}
		}
		if err := w.Close(); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
	}
	return nil
}

// UseProxy makes the go command take [Modules] from a proxy, with an empty cache.
func UseProxy(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	if err := writeProxy(dir, Modules); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOPROXY", "file://"+dir)
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GOFLAGS", "-modcacherw")
	t.Setenv("GOMODCACHE", t.TempDir())
}

// Modules are for tests: top requires dep, which cells then import, and a third module.
var Modules = map[string]map[string]string{
	"example.com/dep@v1.0.0":   {"dep.go": "package dep\n\nconst Version = \"v1.0.0\"\n"},
	"example.com/dep@v1.1.0":   {"dep.go": "package dep\n\nconst Version = \"v1.1.0\"\n"},
	"example.com/other@v0.1.0": {"other.go": "package other\n\nconst Name = \"other\"\n"},
	"example.com/late@v0.1.0":  {"late.go": "package late\n\nconst X = \"late\"\n"},
	"example.com/top@v1.0.0": {
		"go.mod":     "module example.com/top\n\ngo 1.24\n\nrequire (\n\texample.com/dep v1.0.0\n\texample.com/other v0.1.0\n)\n",
		"top.go":     "package top\n\nimport \"example.com/dep\"\n\nfunc Hello() string { return \"top with dep \" + dep.Version }\n",
		"sub/sub.go": "package sub\n\nimport \"example.com/other\"\n\nfunc Hello() string { return \"sub with \" + other.Name }\n",
	},
}
