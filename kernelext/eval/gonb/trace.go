package gonb

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// tracer finds the cells' lines in stack traces by the text of declarations, which GoNB's main.go
// has as written. (GoNB's own marks miss positions that its reads cut in two.)
type tracer struct {
	dir string
	// a test names its lines on the standard output
	test  bool
	cells func(each func(s sent) bool) // what GoNB was sent, the latest first
	files map[string]*traceFile
}

type traceFile struct {
	lines  []string
	decls  []span
	places map[int]place
}

type span struct {
	from, to int
	main     bool
	name     string // of a variable
	init     bool
}

var mainFile = regexp.MustCompile(`(\S*/)(main(?:_test)?\.go):(\d+)`)

func (t *tracer) annotate(text string) string {
	return mainFile.ReplaceAllStringFunc(text, func(match string) string {
		m := mainFile.FindStringSubmatch(match)
		line, _ := strconv.Atoi(m[3])
		if filepath.Clean(m[1]) != t.dir {
			return match
		}
		if p, ok := t.place(m[2], line); ok {
			return fmt.Sprintf(" \x1b[7m[[ Cell [%d] Line %d ]]\x1b[0m %s", p.cell, p.line, match)
		}
		return match
	})
}

var testLine = regexp.MustCompile(`(?m)^(\s+)main_test\.go:(\d+): `)

func (t *tracer) annotateTest(text string) string {
	return testLine.ReplaceAllStringFunc(text, func(match string) string {
		m := testLine.FindStringSubmatch(match)
		line, _ := strconv.Atoi(m[2])
		if p, ok := t.place("main_test.go", line); ok {
			return fmt.Sprintf("%sCell[%d]: Line %d: ", m[1], p.cell, p.line)
		}
		return match
	})
}

func (t *tracer) place(name string, line int) (place, bool) {
	f := t.files[name]
	if f == nil {
		f = readTraceFile(filepath.Join(t.dir, name))
		t.files[name] = f
	}
	if p, ok := f.places[line]; ok {
		return p, p.line > 0
	}
	f.places[line] = place{}
	for _, d := range f.decls {
		if line < d.from || line > d.to {
			continue
		}
		t.cells(func(s sent) bool {
			if i := d.find(f.lines, s.golang); i >= 0 && i+line-d.from < len(s.golang) {
				f.places[line] = place{s.count, s.golang[i+line-d.from].line + 1}
				return false
			}
			return true
		})
		break
	}
	p := f.places[line]
	return p, p.line > 0
}

func readTraceFile(path string) *traceFile {
	f := &traceFile{places: map[int]place{}}
	text, err := os.ReadFile(path)
	if err != nil {
		return f
	}
	f.lines = strings.Split(string(text), "\n")
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return f
	}
	at := func(n ast.Node) span {
		return span{from: fset.Position(n.Pos()).Line, to: fset.Position(n.End()).Line}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			s := at(d)
			s.init = d.Name.Name == "init"
			if s.main = d.Recv == nil && d.Name.Name == "main"; s.main && s.from+1 < len(f.lines) &&
				strings.TrimSpace(f.lines[s.from]) == "flag.Parse()" {
				s.from += 2 // the head that GoNB adds
				s.to--
				for s.to > s.from && f.lines[s.to-1] == "" {
					s.to--
				}
			} else {
				s.main = false
			}
			f.decls = append(f.decls, s)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && len(v.Values) > 0 {
					s := at(v)
					s.from = fset.Position(v.Values[0].Pos()).Line
					s.name = v.Names[0].Name
					f.decls = append(f.decls, s)
				}
			}
		}
	}
	return f
}

type goLine struct {
	text string
	line int // from 0; -1: added by the kernel
}

func (d span) find(file []string, golang []goLine) int {
	wanted := file[d.from-1 : min(d.to, len(file))]
	n := len(wanted)
	for i := 0; i+n <= len(golang); i++ {
		found := true
		for j, w := range wanted {
			have := golang[i+j].text
			switch {
			case have == w:
			case d.main:
				found = false
			case j == 0 && d.init:
				found = strings.Contains(have, "func init")
			case j == 0 && d.name != "":
				_, value, _ := strings.Cut(w, "= ")
				found = value != "" && strings.Contains(have, value) &&
					strings.Contains(have, d.name)
			case j == 0 && n == 1:
				found = strings.Contains(have, w)
			case j == 0:
				found = strings.HasSuffix(have, w)
			case j == n-1:
				found = strings.HasPrefix(have, w)
			default:
				found = false
			}
			if !found {
				break
			}
		}
		if found {
			return i
		}
	}
	return -1
}
