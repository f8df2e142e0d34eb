// Command kernelbench measures how long cells take on the kernels for Go, and on ipykernel where a
// Python has it:
//
//	go run ./kernelext/internal/cmd/kernelbench            in a module whose cells may import gopets/pets
//	go run ./kernelext/internal/cmd/kernelbench -n 5 -kernels go,gonb -rows 'trivial|pets'
//	go run ./kernelext/internal/cmd/kernelbench -last 500 -rows from   memory after 500 cells
//
// Each row has a kernel of its own, whose first cell does not count. No two cells are the same, not
// even those of two runs: the go command's build cache would answer the second. What is in a loop
// the live kernel compiles; it evaluates the other cells without.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// bench is what the flags say.
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
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "\t"+strings.Join(names, "\t")+"\t")
	var memory []string // rows for the end of the table
	for _, k := range kinds(b.last) {
		if !wanted.MatchString(k.name) {
			continue
		}
		times, perCell := k.name+"\t", k.name+", MB a cell (at the end)\t"
		for _, name := range names {
			r, err := b.measure(name, k)
			if err != nil {
				fmt.Fprintf(os.Stderr, "kernelbench: %s, %s: %v\n", name, k.name, err)
			}
			times += r.median() + "\t"
			perCell += r.memory() + "\t"
		}
		fmt.Fprintln(out, times)
		if strings.HasPrefix(k.name, "from") {
			memory = append(memory, perCell)
		}
	}
	for _, row := range memory {
		fmt.Fprintln(out, row)
	}
	return out.Flush()
}

// buildNB builds nb, which the kernels for Go are.
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
