package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

type testedBook struct {
	path    string
	dir     string             // the kernel's working directory
	text    []byte             // of the file
	nb      *notebook.Notebook // is run
	kernel  kernelChoice
	cells   []*testedCell // the code cells that are not empty
	report  *runner.Report
	problem error    // why it could not be tested
	keepAt  string   // where the executed notebook goes
	kept    error    // error of writing the results
	updated int      // cells whose outputs were accepted
	failed  []string // errors of tries before the last

	flags    testFlags
	settings []runner.Setting
	given    func(flag string) bool
	warnings []string
}

func openBook(path string) *testedBook {
	b := &testedBook{path: path, report: &runner.Report{}}
	var err error
	if b.text, err = os.ReadFile(path); err != nil {
		b.problem = fmt.Errorf("reading a notebook: %w", err)
		return b
	}
	if b.nb, err = notebook.Parse(b.text); err != nil {
		b.problem = fmt.Errorf("%s: %w", path, err)
	}
	return b
}

func (b *testedBook) prepare(ctx context.Context, kernels kernelChoices, log io.Writer) error {
	var err error
	if b.kernel, err = kernels.choose(ctx, b, log); err != nil {
		return fmt.Errorf("%s: %w", b.path, err)
	}
	return b.plan()
}

// kernelChoices caches kernels by name and folder, so that each is set up once.
type kernelChoices map[[2]string]kernelChoice

func (k kernelChoices) choose(ctx context.Context, b *testedBook, log io.Writer) (kernelChoice,
	error) {
	dir, err := workingDir(b.path, b.flags.cwd)
	if err != nil {
		return kernelChoice{}, err
	}
	b.dir = dir
	wants := b.nb.Kernel()
	key := [2]string{folderOf(b.path), wants.Name + " " + wants.Language}
	if c, ok := k[key]; ok {
		return c, nil
	}
	c, err := findKernel(b.nb, b.flags.kernel)
	if err == nil {
		err = c.prepare(ctx, b.flags.offline, log, folderOf(b.path), dir)
	}
	if err == nil {
		k[key] = c
	}
	return c, err
}

func (b *testedBook) test(ctx context.Context, v *testView) {
	if b.problem != nil || ctx.Err() != nil {
		return
	}
	for try := 0; ; try++ {
		b.try(ctx, v)
		if try == b.flags.retries || ctx.Err() != nil || b.problem == nil && !b.bad() {
			break
		}
		b.failed = append(b.failed, b.summary())
		nb, err := notebook.Parse(b.text)
		if err != nil {
			b.problem = err // it was read before
			return
		}
		b.nb, b.cells, b.problem = nb, nil, nil
		if b.problem = b.plan(); b.problem != nil {
			return
		}
	}
	if b.problem == nil && b.flags.update && ctx.Err() == nil {
		b.problem = b.accept()
	}
	if b.flags.out != "" {
		b.kept = b.keep()
	}
}

func (b *testedBook) try(ctx context.Context, v *testView) {
	var err error
	b.report, err = runner.Run(ctx, b.nb, runner.Options{
		Spec:         b.kernel.spec,
		StartOptions: b.kernel.startOptions(b.dir),
		CellTimeout:  b.flags.cellTimeout,
		Timeout:      b.flags.timeout,
		StartTimeout: b.flags.startTimeout,
		MaxOutput:    int64(b.flags.maxOutput),
		AllowErrors:  true,
		Events:       func(e runner.Event) { v.event(b, e) },
	})
	b.check(err)
}

func (b *testedBook) summary() string {
	if b.problem != nil {
		return b.problem.Error()
	}
	for _, c := range b.cells {
		switch {
		case c.result == failed:
			return c.name() + ": " + c.reason()
		case c.result == differs:
			return c.name() + ": " + c.differences[0].String()
		}
	}
	return b.counts()
}
