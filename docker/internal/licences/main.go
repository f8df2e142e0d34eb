// Command licences lists the modules that are linked into this project's programs and tools, with
// their licences, as docker/LICENCES.md has them:
//
//	go run ./docker/internal/licences >docker/LICENCES.md
//
// A licence is recognised by its own sentences; an unknown one fails the test.
//
// Tried and dropped: go-licenses, which needs the network to find each licence's address, and has
// more dependencies than this project.
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

const heading = `# Licences of what is linked

Written by ` + "`go run ./docker/internal/licences`" +
	`; a test notices when it is stale. The texts are in the module cache, ` +
	"`$(go env GOMODCACHE)/MODULE@VERSION`" + `.

| module | version | licence |
|---|---|---|
`

func write(w io.Writer) error {
	modules, err := linked()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, heading); err != nil {
		return err
	}
	for _, m := range modules {
		names, err := licences(m.Dir)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Path, err)
		}
		if _, err := fmt.Fprintf(w, "| %s | %s | %s |\n", m.Path, m.Version,
			strings.Join(names, ", ")); err != nil {
			return err
		}
	}
	return nil
}

type module struct {
	Path, Version, Dir string
	Main               bool
}

// platforms are those that CI builds for; cgo adds XLA's binding.
var platforms = [][]string{
	{"GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1"},
	{"GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=1"},
	{"GOOS=darwin", "GOARCH=arm64", "CGO_ENABLED=1"},
	{"GOOS=darwin", "GOARCH=amd64", "CGO_ENABLED=0"},
}

func linked() ([]module, error) {
	found := map[string]module{}
	for _, platform := range platforms {
		cmd := exec.Command("go", "list", "-deps", "-json=Module", "gopets/...", "tool")
		cmd.Env = append(os.Environ(), platform...)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %v: %w", platform, err)
		}
		for d := json.NewDecoder(strings.NewReader(string(out))); ; {
			var pkg struct{ Module *module }
			if err := d.Decode(&pkg); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			if m := pkg.Module; m != nil && !m.Main {
				found[m.Path] = *m
			}
		}
	}
	var modules []module
	for _, m := range found {
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b module) int { return cmp.Compare(a.Path, b.Path) })
	return modules, nil
}

// marks are sentences that only this licence has, in lower case, with single spaces.
var marks = []struct{ name, sentence string }{
	{"Apache-2.0", "apache license version 2.0"},
	{"MIT",
		"permission is hereby granted, free of charge, to any person obtaining a copy of this " +
			"software"},
	{"BSD-3-Clause", "endorse or promote products derived from"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce the above copyright"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"OFL-1.1", "sil open font license version 1.1"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
}

// licences returns the names of the licence files' licences at a module's top, "unknown" for
// others.
func licences(dir string) ([]string, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		base := strings.ToLower(f.Name())
		if f.IsDir() || !strings.HasPrefix(base, "licen") && !strings.HasPrefix(base, "copying") &&
			!strings.HasPrefix(base, "unlicense") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		names = append(names, identify(string(text))...)
	}
	if len(names) == 0 {
		return []string{"unknown"}, nil
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func identify(text string) []string {
	text = strings.Join(strings.Fields(strings.NewReplacer("*", " ", "#", " ", "license, version",
		"license version").Replace(strings.ToLower(text))), " ")
	var names []string
	for _, m := range marks {
		// The two BSD licences differ by one sentence.
		if strings.Contains(text, m.sentence) && !(m.name == "BSD-2-Clause" &&
			slices.Contains(names, "BSD-3-Clause")) {
			names = append(names, m.name)
		}
	}
	if len(names) == 0 {
		return []string{"unknown"}
	}
	return names
}
