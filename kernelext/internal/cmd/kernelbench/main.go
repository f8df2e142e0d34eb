// Command kernelbench measures how long cells take on the kernels for Go, and on ipykernel where it
// is installed:
//
//	go run ./kernelext/internal/cmd/kernelbench            in a module whose cells may import gopets/pets
//	go run ./kernelext/internal/cmd/kernelbench -n 5 -kernels go,gonb
//
// No two cells of a kernel are the same: the go command's build cache would answer the second.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"gopets/kernelext/jupyter"
)

func main() {
	n := flag.Int("n", 20, "cells of each kind; the median counts")
	names := flag.String("kernels", "plain-gonb,gonb,go,python3", "the kernels")
	last := flag.Int("last", 200, "the number of the cell for the last row")
	flag.Parse()
	if err := run(*n, *last, strings.Split(*names, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "kernelbench:", err)
		os.Exit(1)
	}
}

// A kind is a kind of cell: k tells one from all others of the kernel.
type kind struct {
	name       string
	before     func(k int) []string // run first, and not measured
	cell       func(k int) string
	python     func(k int) string // nil: not for Python
	pythonFrom func(k int) []string
}

func kinds(last int) []kind {
	trivial := func(k int) string { return fmt.Sprintf("fmt.Println(%d)", 100_000+k) }
	python := func(k int) string { return fmt.Sprintf("print(%d)", 100_000+k) }
	none := func(int) []string { return nil }
	return []kind{
		{"trivial", none, trivial, python, none},
		{"a value", none, func(k int) string { return fmt.Sprintf("%d * 7", 200_000+k) },
			func(k int) string { return fmt.Sprintf("%d * 7", k) }, none},
		{"net/http", func(int) []string { return []string{"import \"net/http\""} },
			func(k int) string {
				return fmt.Sprintf("fmt.Println(http.StatusText(404), %d)", 300_000+k)
			}, func(k int) string {
				return fmt.Sprintf(
					"print(__import__('http').HTTPStatus(404).phrase, %d)", k)
			}, none},
		{"pets", func(int) []string { return []string{"import \"gopets/pets\""} },
			func(k int) string {
				return fmt.Sprintf("fmt.Println(pets.URLs.PetsSample, %d)", 400_000+k)
			}, nil, none},
		{"50 declarations before", func(int) []string {
			var cells []string
			for i := range 50 {
				cells = append(cells, fmt.Sprintf("func declared%d(x int) int { return x + %d }", i,
					i))
			}
			return []string{strings.Join(cells, "\n")}
		}, func(k int) string { return fmt.Sprintf("fmt.Println(declared7(%d))", 500_000+k) }, nil,
			none},
		{fmt.Sprintf("from cell %d on", last), func(k int) []string {
			var cells []string
			for i := k; i < last; i++ {
				cells = append(cells, trivial(600_000+i))
			}
			return cells
		}, func(k int) string { return trivial(700_000 + k) },
			func(k int) string { return python(700_000 + k) }, func(k int) []string {
				var cells []string
				for i := k; i < last; i++ {
					cells = append(cells, python(600_000+i))
				}
				return cells
			}},
	}
}

func run(n, last int, names []string) error {
	exe, cleanup, err := buildNB()
	if err != nil {
		return err
	}
	defer cleanup()
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(out, "median s\t")
	table := map[string][]string{}
	for _, name := range names {
		fmt.Fprint(out, name, "\t")
		column, err := measure(exe, name, n, last)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		}
		table[name] = column
	}
	fmt.Fprintln(out)
	rows := append(kinds(last), kind{name: "MB a cell"}, kind{name: "MB at the end"})
	for i, r := range rows {
		fmt.Fprint(out, r.name, "\t")
		for _, name := range names {
			text := "-"
			if i < len(table[name]) {
				text = table[name][i]
			}
			fmt.Fprint(out, text, "\t")
		}
		fmt.Fprintln(out)
	}
	return out.Flush()
}

// buildNB builds nb, which the kernels for Go are.
func buildNB() (path string, cleanup func(), err error) {
	dir, err := os.MkdirTemp("", "kernelbench-")
	if err != nil {
		return "", nil, err
	}
	cleanup = func() { os.RemoveAll(dir) }
	path = filepath.Join(dir, "nb")
	if text, err := exec.Command("go", "build", "-o", path,
		"gopets/kernelext/nb").CombinedOutput(); err != nil {
		cleanup()
		return "", nil, fmt.Errorf("building nb: %w\n%s", err, text)
	}
	return path, cleanup, nil
}

// specOf returns a kernel of the name: the one that nb installs into a folder of this run.
func specOf(nb, name string) (jupyter.Spec, error) {
	if name == "python3" {
		return jupyter.FindSpec(name)
	}
	prefix := filepath.Join(filepath.Dir(nb), "prefix")
	if text, err := exec.Command(nb, "install", "--prefix", prefix).CombinedOutput(); err != nil {
		return jupyter.Spec{}, fmt.Errorf("nb install: %w\n%s", err, text)
	}
	installed := name
	if name == "plain-gonb" {
		installed = "gonb"
	}
	spec, err := jupyter.ReadSpec(filepath.Join(prefix, "share", "jupyter", "kernels", installed))
	if err != nil || name != "plain-gonb" {
		return spec, err
	}
	module, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return spec, fmt.Errorf("go list -m: %w", err)
	}
	spec.Argv = []string{filepath.Join(filepath.Dir(spec.Argv[0]), "gonb"), "-kernel",
		"{connection_file}", "-raw_error", "-go_work=" + strings.TrimSpace(string(module))}
	return spec, nil
}

// A session is a kernel and how many cells it has run.
type session struct {
	ctx    context.Context
	kernel *jupyter.Kernel
	client *jupyter.Client
	python bool
	plain  bool
	cells  int
}

// measure runs all kinds of cells on a kernel of a name.
func measure(nb, name string, n, last int) (column []string, err error) {
	spec, err := specOf(nb, name)
	if err != nil {
		return nil, err
	}
	k, err := jupyter.Start(spec, jupyter.StartOptions{IPC: true,
		Env: []string{"GOWORK=", "NB_HISTORY=" + filepath.Join(filepath.Dir(nb), "history")}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	client, _, err := k.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	s := &session{ctx: ctx, kernel: k, client: client, python: name == "python3",
		plain: name == "plain-gonb"}
	at10 := 0
	for _, kind := range kinds(last) {
		before, cell := kind.before, kind.cell
		if s.python {
			before, cell = kind.pythonFrom, kind.python
		}
		if cell == nil || s.plain && kind.name == "a value" {
			column = append(column, "-")
			continue
		}
		for _, code := range before(s.cells) {
			if _, err := s.execute(code); err != nil {
				return column, err
			}
		}
		var times []time.Duration
		for range n {
			took, err := s.execute(cell(s.cells))
			if err != nil {
				return column, err
			}
			times = append(times, took)
			if s.cells == 10 {
				at10 = memory(k.Pid())
			}
		}
		slices.Sort(times)
		column = append(column, fmt.Sprintf("%.3f", times[len(times)/2].Seconds()))
	}
	end := memory(k.Pid())
	perCell := "-"
	if s.cells > 10 && at10 > 0 {
		perCell = fmt.Sprintf("%.2f", float64(end-at10)/float64(s.cells-10)/(1<<20))
	}
	return append(column, perCell, strconv.Itoa(end>>20)), nil
}

// execute runs a cell and returns how long its reply took.
func (s *session) execute(code string) (time.Duration, error) {
	s.cells++
	if s.plain && !strings.HasPrefix(code, "import") && !strings.HasPrefix(code, "func ") {
		code = "%%\n" + code
	}
	begun := time.Now()
	id, err := s.client.Send(jupyter.Shell, "execute_request", jupyter.ExecuteRequest{Code: code,
		StoreHistory: true})
	if err != nil {
		return 0, err
	}
	var took time.Duration
	for replied, idle := false, false; !replied || !idle; {
		m, err := s.client.Recv(s.ctx)
		if err != nil {
			return 0, err
		}
		if m.Parent.ID != id {
			continue
		}
		switch m.Header.Type {
		case "execute_reply":
			took = time.Since(begun)
			var reply jupyter.ExecuteReply
			if err := m.Decode(&reply); err != nil {
				return 0, err
			}
			if reply.Status != "ok" {
				return 0, fmt.Errorf("cell %d, %q: %s: %s", s.cells, code, reply.EName,
					reply.EValue)
			}
			replied = true
		case "status":
			var status jupyter.StatusContent
			idle = idle || m.Decode(&status) == nil && status.ExecutionState == "idle"
		}
	}
	return took, nil
}

// memory is what a process and all below it have in memory that is theirs alone, in bytes; 0 where
// /proc does not say.
func memory(pid int) int {
	sum := 0
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) > 1 && f[0] == "Pss:" {
			kb, _ := strconv.Atoi(f[1])
			sum += kb << 10
		}
	}
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		for _, child := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(child); err == nil {
				sum += memory(n)
			}
		}
	}
	return sum
}
