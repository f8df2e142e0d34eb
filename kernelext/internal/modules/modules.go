// Package modules finds modules beside a notebook.
package modules

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// Beside returns the module that holds a package: in a folder, or up to two levels below.
func Beside(dir, pkg string) (module string, ok bool) {
	for _, pattern := range []string{"go.mod", "*/go.mod", "*/*/go.mod"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, file := range found {
			text, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			if path := modfile.ModulePath(text); path != "" && Has(path, pkg) {
				return filepath.Dir(file), true
			}
		}
	}
	return "", false
}

// Has reports whether a module contains a package.
func Has(module, pkg string) bool { return pkg == module || strings.HasPrefix(pkg, module+"/") }
