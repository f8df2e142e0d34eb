package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
	"gopets/kernelext/session"
)

const startedEnv = "NB_BENCH_STARTED"

type kernel struct {
	name, language string
	title          string
	first          string                    // the source of a first cell
	small          func(i int) string        // the i-th small cell, which prints i
	large          func(i, lines int) string // one that prints lines of 100 bytes
	env            []string
	compiles       bool
}

type job struct {
	kernel string // the title
	title  string
	path   string
	env    []string
	cells  int // that must have run
	bytes  int // that they must have printed
}

func (j job) String() string { return j.kernel + ", " + j.title }

// A size is a first cell, small cells, and large ones that print lines of 100 bytes.
type size struct {
	title        string
	small, large int
	lines        int  // of each large cell
	quick        bool // not for a kernel that compiles
}

var (
	sizes = []size{{"3 cells", 2, 0, 0, false}, {"100 cells", 99, 0, 0, false},
		{"50 MB", 0, 10, 50_000, false}}
	largeSizes = []size{{"1 000 cells", 999, 0, 0, true}, {"10 000 cells", 9999, 0, 0, true},
		{"30 MB", 0, 10, 30_000, true}, {"300 MB", 0, 10, 300_000, true}}
)

func anyWanted(kernel string, wanted *regexp.Regexp) bool {
	return slices.ContainsFunc(sizes,
		func(n size) bool {
			return wanted.MatchString(job{kernel: kernel,
				title: n.title}.String())
		})
}

// findKernels prepares ipykernel, if installed, and GoNB, which the other runners start as nb run
// does.
func findKernels(root, dir, nb string, wanted *regexp.Regexp) (kernels []kernel, lacking []string,
	err error) {
	if _, err := jupyter.FindSpec("python3"); err != nil {
		lacking = append(lacking, "ipykernel: not installed, left out")
	} else {
		kernels = append(kernels, kernel{
			name: "python3", language: "python", title: "ipykernel",
			first: "import os, time\nwith open(os.environ['" + startedEnv +
				"'], 'w') as f: f.write(str(time.time_ns()))",
			small: func(i int) string { return fmt.Sprintf("print(%d)", i) },
			large: func(i, lines int) string {
				return fmt.Sprintf("line = '%d' * 99\nfor _ in range(%d): print(line)", i, lines)
			},
		})
	}
	if !anyWanted("GoNB", wanted) {
		return kernels, lacking, nil
	}
	if err := setUp(root, nb); err != nil {
		return nil, nil, err
	}
	bin := filepath.Join(session.CacheDir(), "bin")
	spec := jupyter.Spec{
		Argv: []string{filepath.Join(bin, "gonb"), "-kernel", "{connection_file}",
			"-raw_error", "-go_work=" + root},
		DisplayName: "GoNB", Language: "go",
		Env: map[string]string{"PATH": bin + string(os.PathListSeparator) + "${PATH}",
			"GOFLAGS": "'-ldflags=-s -w'"},
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, nil, err
	}
	share := filepath.Join(dir, "share")
	if err := os.MkdirAll(filepath.Join(share, "kernels", "gonb"), 0o755); err != nil {
		return nil, nil, err
	}
	if err := os.WriteFile(filepath.Join(share, "kernels", "gonb", "kernel.json"), text,
		0o644); err != nil {
		return nil, nil, err
	}
	return append(kernels, kernel{
		name: "gonb", language: "go", title: "GoNB", compiles: true,
		first: "import (\n\t\"fmt\"\n\t\"os\"\n\t\"time\"\n)\n%%\n_ = os.WriteFile(os.Getenv(\"" +
			startedEnv + "\"), fmt.Append(nil, time.Now().UnixNano()), 0o644)",
		small: func(i int) string {
			return fmt.Sprintf("import \"fmt\"\n%%%%\nfmt.Println(%d)",
				i)
		},
		large: func(i, lines int) string {
			return fmt.Sprintf(
				"import (\n\t\"bufio\"\n\t\"os\"\n\t\"strings\"\n)\n%%%%\n"+
					"w := bufio.NewWriter(os.Stdout)\nline := strings.Repeat(\"%d\", 99) + "+
					"\"\\n\"\n"+
					"for range %d {\n\tw.WriteString(line)\n}\nw.Flush()", i, lines)
		},
		env: []string{"NB_WORKSPACE=" + root, "JUPYTER_PATH=" + share +
			string(os.PathListSeparator) + os.Getenv("JUPYTER_PATH")},
	}), lacking, nil
}

func makeJobs(kernels []kernel, sizes []size, dir string, wanted *regexp.Regexp) ([]job, error) {
	var jobs []job
	for _, k := range kernels {
		for _, n := range sizes {
			j := job{kernel: k.title, title: n.title, env: k.env, cells: 1 + n.small + n.large,
				bytes: n.large * n.lines * 100}
			if !wanted.MatchString(j.String()) || n.quick && k.compiles {
				continue
			}
			nb := notebook.New(k.name, k.title, k.language)
			add := func(source string) {
				nb.Insert(len(nb.Cells()), notebook.NewCell(notebook.Code,
					source))
			}
			add(k.first)
			for i := range n.small {
				add(k.small(i))
				j.bytes += len(fmt.Sprintln(i))
			}
			for i := range n.large {
				add(k.large(i, n.lines))
			}
			j.path = filepath.Join(dir, strings.ReplaceAll(j.String(), " ", "")+".ipynb")
			if err := nb.WriteFile(j.path); err != nil {
				return nil, err
			}
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

func (j job) check(path string) error {
	nb, err := notebook.ReadFile(path)
	if err != nil {
		return err
	}
	ran, printed := 0, 0
	for _, c := range nb.Cells() {
		if c.ExecutionCount() > 0 {
			ran++
		}
		for _, o := range c.Outputs() {
			printed += len(o.Text)
		}
	}
	if ran != j.cells || printed != j.bytes {
		return fmt.Errorf("%d of %d cells ran, and %d of %d bytes are in the notebook", ran,
			j.cells, printed, j.bytes)
	}
	return nil
}
