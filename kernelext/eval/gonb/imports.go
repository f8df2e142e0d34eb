package gonb

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gopets/kernelext/eval"
)

// mendImports adds missing imports and drops unused ones, as goimports does. It returns "done", or
// "run" for names outside the standard library, which goimports finds in the module graph. An
// import of this very cell stays, so that a missing package is reported.
func (e *Engine) mendImports(x *execution, dir, path string) (answer string, err error) {
	answer = "done"
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, parser.ParseComments)
	if err != nil {
		return answer, nil // the compiler's message is better
	}
	used := selectors(file)
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n")
	have := map[string]bool{}
	for _, spec := range file.Imports {
		importPath := strings.Trim(spec.Path.Value, "`\"")
		name := ""
		if spec.Name != nil {
			name = spec.Name.Name
		}
		known := name
		if known == "" {
			known = e.packageName(dir, importPath, used)
		}
		keep := name == "_" || name == "." || used[known] != nil || known == "" ||
			x.imports(importPath)
		have[known] = true
		if keep {
			b.WriteString("\t" + name + " " + spec.Path.Value + "\n")
		}
	}
	for _, name := range sortedKeys(used) {
		if have[name] || strings.HasPrefix(name, private) {
			continue
		}
		importPath := standard.find(name, used[name])
		if importPath == "" {
			answer = "run"
			continue
		}
		b.WriteString("\t\"" + importPath + "\"\n")
	}
	b.WriteString(")\n")
	// GoNB reads the imports from the file, and composes the program again.
	rest := string(text)
	for _, d := range slices.Backward(file.Decls) {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			rest = rest[:fset.Position(g.Pos()).Offset] + rest[fset.Position(g.End()).Offset:]
		}
	}
	rest = rest[fset.Position(file.Name.End()).Offset:]
	if answer == "run" { // by the modules of the build
		if _, err := e.writeWork(dir, nil, false); err != nil {
			return "", err
		}
	}
	return answer, os.WriteFile(path, []byte(b.String()+rest), 0o600)
}

// selectors returns the names used like packages, with what is selected from each.
func selectors(file *ast.File) map[string][]string {
	free := map[*ast.Ident]bool{}
	for _, id := range file.Unresolved {
		free[id] = true
	}
	used := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && free[id] {
				used[id.Name] = append(used[id.Name], s.Sel.Name)
			}
		}
		return true
	})
	return used
}

var versionPart = regexp.MustCompile(`^v\d+$|\.v\d+$`)

func guessName(path string) string {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	if versionPart.MatchString(last) && last[0] == 'v' && len(parts) > 1 {
		last = parts[len(parts)-2]
	}
	last = versionPart.ReplaceAllString(last, "")
	if i := strings.IndexAny(last, "-."); i > 0 {
		last = last[:i]
	}
	return last
}

// packageName returns the name of the package at a path: the usual one if that is used, else the go
// command's answer; "" if unknown.
func (e *Engine) packageName(dir, path string, used map[string][]string) string {
	guess := guessName(path)
	if used[guess] != nil || standard.has(path) {
		return guess
	}
	e.mu.Lock()
	name, ok := e.names[path]
	e.mu.Unlock()
	if ok {
		return name
	}
	cmd := exec.CommandContext(e.life, "go", "list", "-find", "-f", "{{.Name}}", path)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK="+filepath.Join(e.dir, "gowork", "go.work"),
		"GOPROXY=off")
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	name = strings.TrimSpace(string(out))
	e.mu.Lock()
	e.names[path] = name
	e.mu.Unlock()
	return name
}

var standard library

type library struct {
	once  sync.Once
	root  string
	paths map[string][]string // by name
	all   map[string]bool

	mu      sync.Mutex
	exports map[string]map[string]bool // by path
}

func (l *library) load() {
	l.once.Do(func() {
		l.paths, l.all, l.exports = map[string][]string{}, map[string]bool{},
			map[string]map[string]bool{}
		out, err := exec.Command("go", "list", "-f", "{{.Name}} {{.ImportPath}} {{.Root}}",
			"std").Output()
		if err != nil {
			return
		}
		for line := range strings.Lines(string(out)) {
			f := strings.Fields(line)
			if len(f) != 3 || strings.HasPrefix(f[1], "vendor/") {
				continue
			}
			l.root = f[2]
			l.all[f[1]] = true
			if !strings.Contains("/"+f[1]+"/", "/internal/") {
				l.paths[f[0]] = append(l.paths[f[0]], f[1])
			}
		}
		l.all["C"], l.all["unsafe"] = true, true
		for _, paths := range l.paths {
			slices.SortFunc(paths, func(a, b string) int {
				// math/rand is used more often than crypto/rand
				return 2*(len(a)-len(b)) - strings.Compare(a, b)
			})
		}
	})
}

func (l *library) has(path string) bool {
	l.load()
	return l.all[path]
}

// find returns the path of the package of a name that exports what is wanted, else the first of
// that name.
func (l *library) find(name string, wanted []string) string {
	l.load()
	paths := l.paths[name]
	if len(paths) == 0 {
		return ""
	}
	if len(paths) > 1 {
		for _, p := range paths {
			exports := l.exported(p)
			if !slices.ContainsFunc(wanted, func(w string) bool { return !exports[w] }) {
				return p
			}
		}
	}
	return paths[0]
}

func (l *library) exported(path string) map[string]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found := l.exports[path]; found != nil {
		return found
	}
	found := map[string]bool{}
	files, _ := filepath.Glob(filepath.Join(l.root, "src", filepath.FromSlash(path), "*.go"))
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				found[d.Name.Name] = found[d.Name.Name] || d.Recv == nil
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						found[s.Name.Name] = true
					case *ast.ValueSpec:
						for _, n := range s.Names {
							found[n.Name] = true
						}
					}
				}
			}
		}
	}
	l.exports[path] = found
	return found
}

func (l *library) names() []string {
	l.load()
	return sortedKeys(l.paths)
}

func (l *library) matches(name string) (found []eval.Match) {
	l.load()
	if len(l.paths[name]) == 0 {
		return nil
	}
	path := l.paths[name][0]
	for _, n := range sortedKeys(l.exported(path)) {
		if token.IsExported(n) && l.exported(path)[n] {
			found = append(found, eval.Match{Text: n})
		}
	}
	return found
}
