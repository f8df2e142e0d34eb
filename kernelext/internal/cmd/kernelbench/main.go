// Command kernelbench measures how long cells take on the kernels for Go and on ipykernel:
//
//	go run ./kernelext/internal/cmd/kernelbench       in a module whose cells may import gopets/pets
//	go run ./kernelext/internal/cmd/kernelbench -n 5 -kernels go,gonb -rows 'trivial|pets'
//	go run ./kernelext/internal/cmd/kernelbench -last 500 -rows from   memory after 500 cells
//
// A cell's time ends with its output and its reply. Each row has its own kernel; the kernel's start
// and first cells are in a line of their own, with the caches of earlier kernels. All cells differ,
// in all runs, because of the go command's build cache. The live kernel compiles what is in a loop,
// and interprets the other cells.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

type bench struct {
	nb      string // its program
	python  string
	n, last int
	next    int // a number that no cell has had yet
}

func main() {
	b := &bench{next: int(time.Now().UnixMilli()) * 1000}
	flag.IntVar(&b.n, "n", 20, "cells of each kind; the median counts")
	flag.IntVar(&b.last, "last", 200, "the number of the cell for the last rows")
	flag.StringVar(&b.python, "python", "",
		"a Python that has ipykernel (default: one that is found)")
	names := flag.String("kernels", "plain-gonb,gonb,go,ipykernel", "the kernels")
	rows := flag.String("rows", "", "a regular expression for the rows' names")
	flag.Parse()
	wanted, err := regexp.Compile(*rows)
	if err == nil {
		err = b.run(strings.Split(*names, ","), wanted)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "kernelbench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(names []string, wanted *regexp.Regexp) error {
	cleanup, err := b.buildNB()
	if err != nil {
		return err
	}
	defer cleanup()
	fmt.Printf("%s, %d CPUs, %s; medians of %d cells, in seconds\n", processor(), runtime.NumCPU(),
		runtime.Version(), b.n)
	all := slices.DeleteFunc(kinds(b.last), func(k kind) bool {
		return !wanted.MatchString(k.name)
	})
	width := len(memoryRow)
	for _, k := range all {
		width = max(width, len(k.name))
	}
	fmt.Printf("%*s", width, "")
	for _, name := range names {
		fmt.Printf("%14s", name)
	}
	fmt.Println()
	for _, k := range all {
		b.row(k, names, width)
	}
	return nil
}

// The lines under a kind's own.
const (
	memoryRow = "  MB a cell (at the end)"
	coldRow   = "  kernel and first cells"
)

func (b *bench) row(k kind, names []string, width int) {
	fmt.Printf("%-*s", width, k.name)
	var cold, memory string
	var failures error
	for _, name := range names {
		r, err := b.measure(name, k)
		if err != nil {
			failures = errors.Join(failures, fmt.Errorf("%s, %s: %w", name, k.name, err))
		}
		fmt.Printf("%14s", r.median())
		cold += fmt.Sprintf("%14s", r.cold())
		memory += fmt.Sprintf("%14s", r.memory())
	}
	fmt.Println()
	if strings.Trim(cold, "- ") != "" {
		fmt.Printf("%-*s%s\n", width, coldRow, cold)
	}
	if strings.HasPrefix(k.name, "from") {
		fmt.Printf("%-*s%s\n", width, memoryRow, memory)
	}
	if failures != nil {
		fmt.Fprintln(os.Stderr, "kernelbench:", failures)
	}
}

func (b *bench) buildNB() (cleanup func(), err error) {
	dir, err := os.MkdirTemp("", "kernelbench-")
	if err != nil {
		return nil, err
	}
	b.nb = filepath.Join(dir, "nb")
	if text, err := exec.Command("go", "build", "-o", b.nb,
		"gopets/kernelext/nb").CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("building nb: %w\n%s", err, text)
	}
	return func() { os.RemoveAll(dir) }, nil
}
