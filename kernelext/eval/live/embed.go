package live

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

type embedding struct {
	spec     *ast.ValueSpec
	patterns []string
}

func embeds(groups ...*ast.CommentGroup) (patterns []string) {
	for _, g := range groups {
		if g == nil {
			continue
		}
		for _, c := range g.List {
			if rest, ok := strings.CutPrefix(c.Text, "//go:embed "); ok {
				patterns = append(patterns, splitWords(rest)...)
			}
		}
	}
	return patterns
}

func (c *cell) embedded(spec *ast.ValueSpec) *embedding {
	for i := range c.embeds {
		if c.embeds[i].spec == spec {
			return &c.embeds[i]
		}
	}
	return nil
}

func embedName(variable string) string { return mark + "e_" + variable }

// embedVars writes the variables that the compiler fills, the values of the cell's.
func (k *checked) embedVars(b *strings.Builder, paths map[string]bool) {
	for _, e := range k.cell.embeds {
		r := &rewriter{k: k, cell: k.cell, paths: paths}
		ast.Inspect(e.spec.Type, r.visit)
		text := r.apply(k.cell.offset(e.spec.Type.Pos()), k.cell.offset(e.spec.Type.End()))
		var quoted []string
		for _, p := range e.patterns {
			quoted = append(quoted, fmt.Sprintf("%q", p))
		}
		for _, id := range e.spec.Names {
			fmt.Fprintf(b, "//go:embed %s\n", strings.Join(quoted, " "))
			k.line(b, k.cell, e.spec.Pos())
			fmt.Fprintf(b, "var %s %s\n", embedName(id.Name), text)
		}
	}
}

func (c *cell) embedConfig(dir, folder string) (string, error) {
	if len(c.embeds) == 0 {
		return "", nil
	}
	config := struct {
		Patterns map[string][]string
		Files    map[string]string
	}{map[string][]string{}, map[string]string{}}
	for _, e := range c.embeds {
		for _, pattern := range e.patterns {
			files, err := matching(folder, pattern)
			if err != nil {
				return "", err
			}
			config.Patterns[pattern] = files
			for _, f := range files {
				config.Files[f] = filepath.Join(folder, filepath.FromSlash(f))
			}
		}
	}
	text, err := json.Marshal(config)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "embed.cfg")
	return file, os.WriteFile(file, text, 0o600)
}

func matching(folder, pattern string) (files []string, err error) {
	glob, all := strings.CutPrefix(pattern, "all:")
	if !fs.ValidPath(glob) {
		return nil, fmt.Errorf("go:embed %s: invalid pattern", pattern)
	}
	found, err := fs.Glob(os.DirFS(folder), glob)
	if err != nil {
		return nil, fmt.Errorf("go:embed %s: %w", pattern, err)
	}
	for _, root := range found {
		err := fs.WalkDir(os.DirFS(folder), root, func(path string, d fs.DirEntry,
			err error) error {
			hidden := path != root && !all && strings.ContainsAny(d.Name()[:1], "._")
			switch {
			case err != nil:
				return err
			case hidden && d.IsDir():
				return fs.SkipDir
			case !hidden && d.Type().IsRegular():
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("go:embed %s: %w", pattern, err)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("go:embed %s: no matching files found in %s", pattern, folder)
	}
	return files, nil
}
