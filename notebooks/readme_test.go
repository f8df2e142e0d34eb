package notebooks_test

import (
	"flag"
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

// updateReadme is a flag apart, for -update runs the notebook.
var updateReadme = flag.Bool("update-readme", false, "write the flags of the programs into README.md")

const readme = "../README.md"

func readReadme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section is what stands between a heading and the next of its level.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("README.md has no section %q", heading)
	}
	part, _, _ := strings.Cut(rest, "\n## ")
	return part
}

// TestReadmeNamesEveryVariable: what the sources ask of the environment stands in the tables of the
// configuration, and nothing else does.
func TestReadmeNamesEveryVariable(t *testing.T) {
	read := variables(t)
	var told []string
	for _, m := range regexp.MustCompile("(?m)^\\| ((?:`[A-Z_0-9]+`(?:, )?)+) \\|").FindAllStringSubmatch(section(t, readReadme(t), "Configuration"), -1) {
		for _, name := range strings.Split(m[1], ", ") {
			told = append(told, strings.Trim(name, "`"))
		}
	}
	for name, where := range read {
		if !slices.Contains(told, name) {
			t.Errorf("README.md does not name %s, which %s reads", name, where)
		}
	}
	for _, name := range told {
		if _, ok := read[name]; !ok {
			t.Errorf("README.md names %s, which nothing reads", name)
		}
	}
}

// foreign are constants of other modules and variables that hold names, with the names that they
// stand for.
var foreign = map[string][]string{
	"compute.ConfigEnvVar": {"GOMLX_BACKEND"},
	"name":                 nil, // engine/environ.go: asks for what it is about to set
}

// between are variables that our programs set for each other; nobody else may.
var between = []string{"GOPETS_WORKER_READY", "GOPETS_ENGINE_CHILD", "NB_CELL", "GONB_TMP_DIR"}

// variables finds every call of os.Getenv and os.LookupEnv in what is no test, and says where.
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
		t.Errorf("%s asks the environment for %q, which this test cannot follow: name it in foreign", path, text)
	}
	return names
}

// walkSources parses the packages' files, and gives with each the string constants of its package.
func walkSources(t *testing.T, visit func(path string, file *ast.File, constants map[string]string)) {
	t.Helper()
	folders := map[string]map[string]*ast.File{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && (base == "testdata" || base == "kerneltest" || path != ".." && strings.HasPrefix(base, ".")) {
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
						if lit, ok := spec.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
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

// flagBlock is a program's flags as README.md has them.
var flagBlock = regexp.MustCompile("(?s)<!-- flags of: ([a-z ]+) -->\n+```text\n(.*?)```")

// TestReadmeHasTheFlags: the blocks marked as a command's flags are what the command says of them,
// and no command is left out. go test ./notebooks -run Readme -update-readme writes them.
func TestReadmeHasTheFlags(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the programs")
	}
	dir := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", dir+"/", "gopets/kernelext/nb", "gopets/pets/worker").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text := readReadme(t)
	var told []string
	now := flagBlock.ReplaceAllStringFunc(text, func(block string) string {
		m := flagBlock.FindStringSubmatch(block)
		told = append(told, m[1])
		if flags := flagsOf(t, dir, m[1]); flags != m[2] {
			if !*updateReadme {
				t.Errorf("README.md has other flags of %s than the program, which says:\n%s", m[1], flags)
			}
			return strings.Replace(block, "```text\n"+m[2], "```text\n"+flags, 1)
		}
		return block
	})
	for _, command := range []string{"nb run", "nb test", "nb render", "nb install", "nb uninstall", "nb setup", "nb doctor", "worker serve"} {
		if !slices.Contains(told, command) {
			t.Errorf("README.md lacks the flags of %s", command)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+) `).FindAllStringSubmatch(help(t, dir, "nb"), -1) {
		if command := "nb " + m[1]; m[1] != "help" && m[1] != "nb" && m[1] != "version" && !slices.Contains(told, command) {
			t.Errorf("README.md lacks the flags of %s", command)
		}
	}
	if *updateReadme && now != text {
		if err := os.WriteFile(readme, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
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

// flagsOf is the part of a command's help that begins behind "Flags:".
func flagsOf(t *testing.T, dir, command string) string {
	t.Helper()
	m := regexp.MustCompile(`(?is)\nflags:\n(.*)`).FindStringSubmatch(help(t, dir, command))
	if m == nil {
		t.Fatalf("%s --help names no flags", command)
	}
	return m[1]
}

// TestReadmeCellsAreTheNotebooks: the Go side of the table that compares the lesson with the
// notebook is the notebook's own code.
func TestReadmeCellsAreTheNotebooks(t *testing.T) {
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
	rows := regexp.MustCompile(`(?m)^\|[^|]*\|([^|]*)\|$`).FindAllStringSubmatch(strings.ReplaceAll(section(t, readReadme(t), "The lesson, cell by cell"), `\|`, "¦"), -1)
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

// TestReadmeQuotesRealErrors: what the troubleshooting quotes is in the sources, up to what is
// filled in (…).
func TestReadmeQuotesRealErrors(t *testing.T) {
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
	quotes := regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(section(t, readReadme(t), "When something goes wrong"), -1)
	if len(quotes) < 10 {
		t.Errorf("only %d quotations found", len(quotes))
	}
	for _, q := range quotes {
		for piece := range strings.SplitSeq(q[1], "…") {
			if piece = strings.TrimSpace(piece); piece != "" && !strings.Contains(texts.String(), piece) {
				t.Errorf("no source says %q", piece)
			}
		}
	}
}

// TestReadmeLinks: files and headings that it points to are there.
func TestReadmeLinks(t *testing.T) {
	text := readReadme(t)
	anchors := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		anchors["#"+strings.ReplaceAll(regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-")] = true
	}
	for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
		switch link := m[1]; {
		case strings.HasPrefix(link, "https://"):
		case strings.HasPrefix(link, "#"):
			if !anchors[link] {
				t.Errorf("README.md has no heading %s", link)
			}
		default:
			if _, err := os.Stat(filepath.Join("..", link)); err != nil {
				t.Errorf("README.md points to %s: %v", link, err)
			}
		}
	}
}
