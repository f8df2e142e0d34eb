package notebook

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"gopets/kernelext/internal/atomicfile"
)

// A Notebook is an nbformat 4 document.
type Notebook struct {
	doc     *object
	style   style
	cells   []*Cell
	shifted bool // cells were inserted, removed or replaced
	minor   int
	head    []byte // white space before the opening brace
	tail    []byte // after the closing brace, usually a line break

	warnings warnings
}

// New returns an empty notebook for a kernel.
func New(kernelName, displayName, language string) *Notebook {
	const empty = `{
 "cells": [],
 "metadata": {
  "kernelspec": {
   "display_name": %s,
   "language": %s,
   "name": %s
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`
	nb, err := Parse(fmt.Appendf(nil, empty, encode(displayName), encode(language),
		encode(kernelName)))
	if err != nil {
		panic(err) // the text above is a valid notebook
	}
	return nb
}

// ReadFile reads a notebook, with the cells that a [Saver] left in a journal.
func ReadFile(path string) (*Notebook, error) {
	nb, _, err := readWithJournal(path)
	return nb, err
}

// Parse reads a notebook and keeps references into data. nbformat 1, 2 and 3 become 4. What is
// invalid by nbformat's schema is repaired where nothing is lost; see [Notebook.Warnings].
func Parse(data []byte) (*Notebook, error) {
	nb := &Notebook{}
	data, err := clean(data, &nb.warnings)
	if err != nil {
		return nil, err
	}
	if err := nb.parse(data); err != nil {
		return nil, err
	}
	return nb, nil
}

func (n *Notebook) parse(data []byte) error {
	whole := data
	data = bytes.TrimLeft(data, " \n\t\r")
	doc, ok := parseObject(data)
	if !ok {
		return errors.New("not a notebook: a JSON object was expected")
	}
	end := len(bytes.TrimRight(data, " \n\t\r"))
	n.doc, n.style, n.head, n.tail = doc, detectStyle(
		data,
	), whole[:len(whole)-len(data)], data[end:]
	doc.raw = data[:end]

	version, ok := doc.get("nbformat")
	major, isNumber := wholeNumber(version)
	switch {
	case !ok:
		return fmt.Errorf(`not a notebook: it has no "nbformat"%s`, keysOf(doc))
	case !isNumber || major == 0:
		return fmt.Errorf(`"nbformat" is %.20s, not a version`, version)
	case major > 4:
		return fmt.Errorf("the notebook's format is %d: the newest known one is 4", major)
	case major < 4:
		upgraded, err := upgrade(doc, major)
		if err != nil {
			return err
		}
		n.warnings.add(0, "the notebook's format was %d and is now 4", major)
		return n.parse(upgraded)
	}
	raw, ok := doc.get("cells")
	if !ok {
		return errors.New(`not a notebook: it has no "cells"`)
	}
	texts, ok := parseArray(raw)
	if !ok {
		return errors.New(`not a notebook: "cells" is not a list`)
	}
	cells := make([]*object, len(texts))
	for i, text := range texts {
		if cells[i], ok = parseObject(text); !ok {
			return fmt.Errorf("cell %d: an object was expected", i+1)
		}
	}
	r := repairer{style: n.style, ids: map[string]bool{}, warn: &n.warnings}
	r.document(doc)
	r.format(doc, cells)
	n.minor = r.minor
	for i, o := range cells {
		r.cell(i+1, o)
		c, err := newCell(o, n)
		if err != nil {
			return fmt.Errorf("cell %d: %w", i+1, err)
		}
		n.cells = append(n.cells, c)
	}
	return nil
}

func keysOf(o *object) string {
	if len(o.members) == 0 {
		return ""
	}
	var keys []string
	for _, m := range o.members[:min(len(o.members), 5)] {
		keys = append(keys, fmt.Sprintf("%.30q", m.key))
	}
	return ", but " + strings.Join(keys, ", ")
}

// Warnings returns what was repaired in the file, and what is still invalid, a line each.
func (n *Notebook) Warnings() []string { return n.warnings.list() }

// Cells returns the cells in order. Change the slice with Insert and Remove.
func (n *Notebook) Cells() []*Cell { return n.cells }

// Insert inserts a cell at index at; len(Cells()) appends. The cell loses its id if the format has
// none.
func (n *Notebook) Insert(at int, c *Cell) {
	c.nb, c.laid = n, nil
	for i, m := range c.object.members {
		var compact bytes.Buffer
		if json.Compact(&compact, m.value.bytes()) == nil {
			c.object.members[i].value = text{n.style.lay(compact.Bytes(), cellDepth+1)}
		}
	}
	c.object.raw = nil
	if n.minor < 5 {
		c.object.remove("id")
	}
	n.shifted = true
	if at == len(n.cells) {
		n.cells = append(n.cells, c)
		return
	}
	n.cells = append(n.cells[:at:at], append([]*Cell{c}, n.cells[at:]...)...)
}

// Remove deletes the cell at an index.
func (n *Notebook) Remove(at int) {
	n.cells = append(n.cells[:at:at], n.cells[at+1:]...)
	n.shifted = true
}

// Metadata returns the JSON at a path of keys in the notebook's metadata.
func (n *Notebook) Metadata(path ...string) (json.RawMessage, bool) {
	return getPath(n.doc, append([]string{"metadata"}, path...))
}

// SetMetadata sets a value at a path of keys in the notebook's metadata.
func (n *Notebook) SetMetadata(value any, path ...string) error {
	return setPath(n.doc, n.style, 0, value, append([]string{"metadata"}, path...))
}

// A Kernelspec names the kernel of a notebook.
type Kernelspec struct{ Name, Display, Language string }

// Kernel returns the kernel of the notebook's metadata; fields may be empty.
func (n *Notebook) Kernel() Kernelspec {
	text := func(path ...string) string {
		raw, _ := n.Metadata(path...)
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return ""
		}
		return s
	}
	k := Kernelspec{
		text("kernelspec", "name"),
		text("kernelspec", "display_name"),
		text("kernelspec", "language"),
	}
	if k.Language == "" {
		k.Language = text("language_info", "name")
	}
	return k
}

func (n *Notebook) writeTo(to io.Writer) error {
	w := bufio.NewWriterSize(to, 1<<16) // Flush returns its first error
	w.Write(n.head)
	if !n.changed() && n.doc.raw != nil {
		w.Write(n.doc.raw)
	} else {
		n.writeMembers(w)
	}
	w.Write(n.tail)
	return w.Flush()
}

func (n *Notebook) changed() bool {
	return n.shifted ||
		slices.ContainsFunc(n.cells, func(c *Cell) bool { return c.object.raw == nil })
}

func (n *Notebook) writeMembers(w *bufio.Writer) {
	cells := -1 // of several the last counts
	if n.changed() {
		cells = n.doc.index("cells")
	}
	w.WriteByte('{')
	for i, m := range n.doc.members {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString(n.style.line(1))
		w.Write(m.rawKey)
		w.WriteString(n.style.colon)
		if i == cells {
			n.writeCells(w)
			continue
		}
		_ = m.value.writeTo(w)
	}
	w.WriteString(n.style.line(0))
	w.WriteByte('}')
}

func (n *Notebook) writeCells(w *bufio.Writer) {
	if len(n.cells) == 0 {
		w.WriteString("[]")
		return
	}
	w.WriteByte('[')
	line := n.style.line(cellDepth)
	for i, c := range n.cells {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString(line)
		_ = c.text().writeTo(w)
	}
	w.WriteString(n.style.line(1))
	w.WriteByte(']')
}

// Bytes returns the text of the file.
func (n *Notebook) Bytes() []byte {
	var b bytes.Buffer
	_ = n.writeTo(&b)
	return b.Bytes()
}

// WriteFile writes the notebook atomically, the whole file; while cells run, a [Saver] writes less.
func (n *Notebook) WriteFile(path string) error {
	_, err := n.writeFile(path)
	return err
}

func (n *Notebook) writeFile(path string) (written fileState, err error) {
	// The user's mask applies to a new file; an old one keeps its mode.
	err = atomicfile.Write(path, 0o666, func(f *os.File) error {
		err := n.writeTo(io.MultiWriter(f, &written))
		if old, serr := os.Stat(path); serr == nil && err == nil && old.Mode().IsRegular() {
			err = f.Chmod(old.Mode().Perm())
		}
		return err
	})
	if err != nil {
		return written, fmt.Errorf("saving the notebook as %s: %w", path, err)
	}
	return written, nil
}
