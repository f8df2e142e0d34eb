package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopets/kernelext/internal/atomicfile"
	"gopets/kernelext/notebook"
)

// accept writes the new outputs of cells that differ or never ran into the notebook's file, unless
// a cell failed.
func (b *testedBook) accept() error {
	var changed []*testedCell
	for _, c := range b.cells {
		switch {
		case c.result == failed || c.result == notReached:
			return nil // the test has failed anyway
		case c.result == differs, c.unrun && c.result == unchecked && c.marks.check:
			changed = append(changed, c)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	path, err := filepath.EvalSymlinks(b.path)
	if err != nil {
		return fmt.Errorf("updating the notebook: %w", err)
	}
	now, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("updating the notebook: %w", err)
	}
	if !bytes.Equal(now, b.text) {
		return fmt.Errorf(
			"%s was changed while it was tested: it is not updated, run the test again", b.path)
	}
	nb, err := b.with(changed)
	if err == nil {
		err = nb.WriteFile(path)
	}
	if err != nil {
		return err
	}
	for _, c := range changed {
		c.result = accepted
	}
	b.updated = len(changed)
	return nil
}

func (b *testedBook) with(cells []*testedCell) (*notebook.Notebook, error) {
	nb, err := notebook.Parse(b.text)
	if err != nil {
		return nil, err
	}
	for _, c := range cells {
		cell := nb.Cells()[c.index]
		outputs := c.cell.Outputs()
		if c.count == 0 {
			cell.SetExecutionCount(c.cell.ExecutionCount())
		}
		for i, o := range outputs {
			if o.Type == notebook.ResultOutput {
				outputs[i] = notebook.Display(o.Data, o.Metadata)
				outputs[i].Type, outputs[i].ExecutionCount = notebook.ResultOutput,
					cell.ExecutionCount()
			}
		}
		cell.SetOutputs(outputs)
	}
	return nb, nil
}

// planKeeping decides where the executed notebooks go. A notebook under test is never overwritten,
// anything else only with overwrite.
func planKeeping(books []*testedBook, dir string, overwrite bool) error {
	var paths []string
	for _, b := range books {
		paths = append(paths, b.path)
	}
	to, err := pathsUnder(paths, dir)
	if err != nil {
		return err
	}
	for i, b := range books {
		b.keepAt = to[i]
		for _, other := range books {
			if sameFile(b.keepAt, other.path) {
				return fmt.Errorf(
					"%s is a notebook under test: it is never overwritten, name another folder "+
						"with -o", other.path)
			}
		}
		if exists(b.keepAt) && !overwrite {
			return fmt.Errorf("%s exists: name another folder, or allow it with --overwrite",
				b.keepAt)
		}
	}
	return writable(dir)
}

func (b *testedBook) keep() error {
	path := b.keepAt
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("the output folder: %w", err)
	}
	for _, c := range b.cells {
		if c.tags != nil {
			if err := c.cell.SetMetadata(c.tags, "tags"); err != nil {
				return err
			}
		}
	}
	errs := []error{b.nb.WriteFile(path)}
	for _, c := range b.cells {
		for i, d := range c.differences {
			if d.Image == nil {
				continue
			}
			name := fmt.Sprintf("%s-cell%d-%d", strings.TrimSuffix(path, ".ipynb"), c.number, i+1)
			marked, err := d.Image.Marked()
			errs = append(errs, err, atomicfile.Bytes(name+"-saved"+extension(d.Image.Want),
				d.Image.Want, 0o644),
				atomicfile.Bytes(name+"-now"+extension(d.Image.Got), d.Image.Got, 0o644))
			if marked != nil {
				errs = append(errs, atomicfile.Bytes(name+"-difference.png", marked, 0o644))
			}
		}
	}
	return errors.Join(errs...)
}

func extension(image []byte) string {
	switch {
	case bytes.HasPrefix(image, []byte("\x89PNG")):
		return ".png"
	case bytes.HasPrefix(image, []byte("\xff\xd8")):
		return ".jpg"
	case bytes.HasPrefix(image, []byte("GIF8")):
		return ".gif"
	}
	return ".image"
}
