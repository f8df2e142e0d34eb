package notebooks_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gopets/kernelext/notebook"
)

// docs are the project's Markdown files for users, from the module's root.
var docs = []string{
	"README.md", "notebooks/README.md", "kernelext/README.md", "pets/README.md", "docker/README.md",
}

func readDoc(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section returns the sections with the heading, in whichever docs have one.
func section(t *testing.T, heading string) string {
	t.Helper()
	var found strings.Builder
	for _, name := range docs {
		if _, rest, ok := strings.Cut(readDoc(t, name), "\n## "+heading+"\n"); ok {
			part, _, _ := strings.Cut(rest, "\n## ")
			found.WriteString(part)
		}
	}
	if found.Len() == 0 {
		t.Fatalf("no document has a section %q", heading)
	}
	return found.String()
}

// TestReadmeIsShort: details belong in the documents beside what they describe.
func TestReadmeIsShort(t *testing.T) {
	if n := strings.Count(readDoc(t, "README.md"), "\n"); n > 150 {
		t.Errorf("README.md has %d lines, want at most 150", n)
	}
}

// TestDocsNameEveryVariable: the environment variables that the sources read are those in the
// tables of the environment.
func TestDocsNameEveryVariable(t *testing.T) {
	read := variables(t)
	var listed []string
	for _, m := range regexp.MustCompile(
		"(?m)^\\| ((?:`[A-Z_0-9]+`(?:, )?)+) \\|").FindAllStringSubmatch(section(t, "Environment"),
		-1) {
		for _, name := range strings.Split(m[1], ", ") {
			listed = append(listed, strings.Trim(name, "`"))
		}
	}
	for name, where := range read {
		if !slices.Contains(listed, name) {
			t.Errorf("no document lists %s, which %s reads", name, where)
		}
	}
	for _, name := range listed {
		if _, ok := read[name]; !ok {
			t.Errorf("the documents list %s, which nothing reads", name)
		}
	}
}

// foreign are constants of other modules and variables that hold names, with the names that they
// stand for.
var foreign = map[string][]string{
	"compute.ConfigEnvVar": {"GOMLX_BACKEND"},
	"cell.Env":             nil, // set by the kernel for its cells
	"name":                 nil, // engine/environ.go: asks for what it is about to set
}

// between are variables that our programs set for each other; nobody else may.
var between = []string{"GOPETS_WORKER_READY", "GOPETS_ENGINE_CHILD", "NB_CELL", "GONB_TMP_DIR",
	"GONB_PIPE", "GONB_PIPE_BACK", "GONB_JUPYTER_KERNEL_ID"}

// variables finds every call of os.Getenv and os.LookupEnv outside tests, with its place.
func variables(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	walkSources(t, func(path string, file *ast.File, constants map[string]string) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || f.Sel.Name != "Getenv" && f.Sel.Name != "LookupEnv" {
				return true
			}
			for _, name := range nameOf(t, path, call.Args[0], constants) {
				if !slices.Contains(between, name) {
					found[name] = path
				}
			}
			return true
		})
	})
	return found
}

func nameOf(t *testing.T, path string, e ast.Expr, constants map[string]string) []string {
	text := ""
	switch e := e.(type) {
	case *ast.BasicLit:
		if name, err := strconv.Unquote(e.Value); err == nil {
			return []string{name}
		}
	case *ast.Ident:
		text = e.Name
		if name, ok := constants[text]; ok {
			return []string{name}
		}
	case *ast.SelectorExpr:
		if pkg, ok := e.X.(*ast.Ident); ok {
			text = pkg.Name + "." + e.Sel.Name
		}
	}
	names, ok := foreign[text]
	if !ok {
		t.Errorf(
			"%s asks the environment for %q, which this test cannot follow: name it in foreign",
			path, text)
	}
	return names
}

// walkSources parses the packages' files, and yields each with the string constants of its package.
func walkSources(t *testing.T, visit func(path string, file *ast.File,
	constants map[string]string)) {
	t.Helper()
	folders := map[string]map[string]*ast.File{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && (base == "testdata" || base == "kerneltest" || path != ".." &&
			strings.HasPrefix(base, ".")) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		if folders[dir] == nil {
			folders[dir] = map[string]*ast.File{}
		}
		folders[dir][path] = file
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, files := range folders {
		constants := map[string]string{}
		for _, file := range files {
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) == len(spec.Values) {
					for i, name := range spec.Names {
						if lit, ok := spec.Values[i].(*ast.BasicLit); ok &&
							lit.Kind == token.STRING {
							constants[name.Name], _ = strconv.Unquote(lit.Value)
						}
					}
				}
				return true
			})
		}
		for path, file := range files {
			visit(path, file, constants)
		}
	}
}

// TestDocsFlagsExist: each flag that the documents write, alone or in a command, is one that the
// named command, or any of ours, has.
func TestDocsFlagsExist(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the programs")
	}
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", dir+"/", "gopets/kernelext/nb", "gopets/pets/worker")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	all := help(t, dir, "worker serve")
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+) `).FindAllStringSubmatch(help(t, dir,
		"nb"), -1) {
		all += help(t, dir, "nb "+m[1])
	}
	checked := 0
	for _, name := range docs[:4] {
		for line := range strings.Lines(readDoc(t, name)) {
			text := line
			if m := regexp.MustCompile(`nb (run|test|render|lab|install|setup|doctor)\b([^|` + "`" +
				`]*)`).FindStringSubmatch(line); m != nil {
				text = m[2]
			} else if !strings.HasPrefix(line, "|") {
				continue
			}
			for _, f := range regexp.MustCompile(
				"(?:^|[\\s`])(--[a-z][a-z-]+)").FindAllStringSubmatch(text, -1) {
				if strings.HasPrefix(f[1], "--nb") || f[1] == "--junitxml" {
					continue // pytest's, beside ours
				}
				checked++
				if !strings.Contains(all, f[1]+" ") && !strings.Contains(all, f[1]+"\n") {
					t.Errorf("%s writes %s, which no command has:\n%s", name, f[1], line)
				}
			}
		}
	}
	if checked < 15 {
		t.Errorf("only %d flags found in the documents", checked)
	}
}

func help(t *testing.T, dir, command string) string {
	t.Helper()
	words := append(strings.Fields(command), "--help")
	out, err := exec.Command(filepath.Join(dir, words[0]), words[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s --help: %v\n%s", command, err, out)
	}
	return string(out)
}

// TestDocsCellsAreTheNotebooks: the Go side of the table that compares the lesson with the
// notebook is the notebook's own code.
func TestDocsCellsAreTheNotebooks(t *testing.T) {
	nb, err := notebook.ReadFile("pets.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, c := range nb.Cells() {
		if c.Type() == notebook.Code {
			code.WriteString(c.Source() + "\n")
		}
	}
	all := strings.Join(strings.Fields(code.String()), " ")
	rows := regexp.MustCompile(`(?m)^\|[^|]*\|([^|]*)\|$`).FindAllStringSubmatch(
		strings.ReplaceAll(section(t, "The lesson, cell by cell"), `\|`, "¦"), -1)
	checked := 0
	for _, row := range rows {
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			checked++
			if snippet := strings.Join(strings.Fields(m[1]), " "); !strings.Contains(all, snippet) {
				t.Errorf("pets.ipynb has no %s", m[1])
			}
		}
	}
	if checked < 25 {
		t.Errorf("only %d pieces of code found in the table", checked)
	}
}

// TestDocsQuoteRealMessages: the messages that the documents explain are in the sources, up to what
// is filled in (…).
func TestDocsQuoteRealMessages(t *testing.T) {
	var texts strings.Builder
	walkSources(t, func(path string, file *ast.File, _ map[string]string) {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					texts.WriteString(text)
				}
			}
			return true
		})
	})
	quotes := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(section(t,
		"Messages"), -1)
	if len(quotes) < 10 {
		t.Errorf("only %d quotations found", len(quotes))
	}
	for _, q := range quotes {
		for piece := range strings.SplitSeq(q[1], "…") {
			if piece = strings.TrimSpace(piece); piece != "" &&
				!strings.Contains(texts.String(), piece) {
				t.Errorf("no source says %q", piece)
			}
		}
	}
}

// TestDocsLinks: the files and headings that the documents link to exist.
func TestDocsLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, name := range docs {
		for _, m := range link.FindAllStringSubmatch(readDoc(t, name), -1) {
			if strings.HasPrefix(m[1], "https://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			target := name
			if file != "" {
				target = filepath.Join(filepath.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join("..", target)); err != nil {
				t.Errorf("%s links to %s: %v", name, m[1], err)
			} else if anchor != "" && !slices.Contains(anchors(readDoc(t, target)), anchor) {
				t.Errorf("%s links to %s, which has no such heading", name, m[1])
			}
		}
	}
}

// anchors returns the names under which GitHub links to a document's headings.
func anchors(text string) []string {
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		plain := regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		names = append(names, strings.ReplaceAll(plain, " ", "-"))
	}
	return names
}
