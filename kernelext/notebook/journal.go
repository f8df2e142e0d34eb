package notebook

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// JournalSuffix is added to the notebook's name.
const JournalSuffix = ".journal"

// maxRepeated bounds the outdated states of cells in a journal.
const maxRepeated = 64 << 20

// A Saver keeps a notebook's file up to date while its cells run. Save writes the whole file;
// SaveCells writes some cells into a journal beside it, out.ipynb.journal, which the next Save
// removes. [ReadFile] reads both files, and [Recover] merges them after the program was killed.
//
// The journal's first line identifies the state of its file. Each cell follows as a line with its
// index, length and checksum, and its text. An incomplete last cell does not count.
type Saver struct {
	nb   *Notebook
	path string
	base fileState

	file     *os.File // the journal; nil while nothing is in it
	index    map[*Cell]int
	written  map[*Cell]bool
	repeated int
}

// NewSaver returns a Saver for the file path. It writes nothing yet.
func NewSaver(nb *Notebook, path string) *Saver { return &Saver{nb: nb, path: path} }

type fileState struct {
	size int
	sum  uint32
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (f *fileState) Write(p []byte) (int, error) {
	f.size += len(p)
	f.sum = crc32.Update(f.sum, castagnoli, p)
	return len(p), nil
}

// Save writes the file, as [Notebook.WriteFile] does, and removes the journal.
func (s *Saver) Save() error {
	if s.index == nil { // an earlier run's journal may be being recovered
		unlock, err := lockJournal(s.path)
		if err != nil {
			return err
		}
		defer unlock()
	}
	base, err := s.nb.writeFile(s.path)
	if err != nil {
		return err
	}
	s.base, s.written, s.repeated = base, map[*Cell]bool{}, 0
	s.index = make(map[*Cell]int, len(s.nb.cells))
	for i, c := range s.nb.cells {
		s.index[c] = i
	}
	s.closeJournal()
	if err := os.Remove(s.path + JournalSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the notebook's journal: %w", err)
	}
	return nil
}

// SaveCells writes cells into the journal, else the whole file. A cell that has filled the journal
// by changing often is left to the next Save.
func (s *Saver) SaveCells(cells []*Cell) error {
	if s.index == nil {
		return s.Save()
	}
	var b bytes.Buffer
	for _, c := range cells {
		i, known := s.index[c]
		if !known {
			return s.Save()
		}
		t := c.text()
		if s.written[c] {
			if s.repeated += t.size(); s.repeated > maxRepeated {
				continue
			}
		}
		s.written[c] = true
		var state fileState
		_ = t.writeTo(&state) // does not fail
		fmt.Fprintf(&b, "cell %d %d %08x\n", i, state.size, state.sum)
		_ = t.writeTo(&b)
		b.WriteByte('\n')
	}
	if b.Len() == 0 {
		return nil
	}
	if err := s.append(b.Bytes()); err != nil {
		return s.Save() // which reports the error, if there is one
	}
	return nil
}

func (s *Saver) append(record []byte) error {
	if s.file == nil {
		info, err := os.Stat(s.path)
		if err != nil {
			return err
		}
		s.file, err = os.OpenFile(s.path+JournalSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC,
			info.Mode().Perm())
		if err != nil {
			return err
		}
		record = append(s.base.header(s.path), record...)
	}
	if _, err := s.file.Write(record); err != nil {
		return err
	}
	// A removed file keeps nothing.
	held, err := s.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(s.path + JournalSuffix)
	if err == nil && !os.SameFile(held, there) {
		err = fs.ErrNotExist
	}
	return err
}

func (s *Saver) closeJournal() {
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}

func (f fileState) header(path string) []byte {
	return fmt.Appendf(nil, "nb-journal 1 %d %08x: cells of %s that ended after it was saved; "+
		"nb reads both files, and nb run --resume makes one of them\n", f.size, f.sum,
		filepath.Base(path))
}

type journalCell struct {
	index int
	text  []byte
}

func readJournal(data []byte) (base fileState, cells []journalCell, err error) {
	r := bufio.NewReader(bytes.NewReader(data))
	line, _ := r.ReadString('\n')
	if n, _ := fmt.Sscanf(line, "nb-journal 1 %d %x:", &base.size, &base.sum); n != 2 {
		return base, nil, errors.New("not a notebook's journal")
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return base, cells, nil
		}
		var c journalCell
		var want, got fileState
		if n, _ := fmt.Sscanf(line, "cell %d %d %x", &c.index, &want.size, &want.sum); n != 3 ||
			want.size < 0 || want.size > len(data) {
			return base, cells, nil
		}
		c.text = make([]byte, want.size)
		if _, err := io.ReadFull(r, c.text); err != nil {
			return base, cells, nil
		}
		if got.Write(c.text); got != want {
			return base, cells, nil
		}
		if _, err := r.Discard(1); err != nil {
			return base, cells, nil
		}
		cells = append(cells, c)
	}
}

// addJournal applies a journal's cells to a notebook whose file is data, unless the journal is of
// another state.
func (n *Notebook) addJournal(journal, data []byte) (bool, error) {
	base, cells, err := readJournal(journal)
	if err != nil {
		return false, err
	}
	var state fileState
	if state.Write(data); state != base {
		return false, nil
	}
	added := map[int]bool{}
	for _, c := range cells {
		if c.index < 0 || c.index >= len(n.cells) {
			return false, fmt.Errorf("the journal has cell %d, the notebook %d cells", c.index+1,
				len(n.cells))
		}
		if err := n.replace(c.index, c.text); err != nil {
			return false, fmt.Errorf("cell %d of the journal: %w", c.index+1, err)
		}
		added[c.index] = true
	}
	if len(added) > 0 {
		n.warnings.add(0, "%d cells come from the journal beside it, as its run was killed",
			len(added))
	}
	return true, nil
}

func (n *Notebook) replace(at int, text []byte) error {
	if !json.Valid(text) {
		return errors.New("it is not JSON")
	}
	o, ok := parseObject(text)
	if !ok {
		return errors.New("an object was expected")
	}
	c, err := newCell(o, n)
	if err != nil {
		return err
	}
	n.cells[at], n.shifted = c, true
	return nil
}

func readWithJournal(path string) (nb *Notebook, journalled bool, err error) {
	for try := 0; ; try++ {
		// The journal first: whoever removes it has written the file before.
		journal, jerr := os.ReadFile(path + JournalSuffix)
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, false, fmt.Errorf("reading a notebook: %w", err)
		}
		if nb, err = Parse(data); err != nil {
			return nil, false, fmt.Errorf("%s: %w", path, err)
		}
		if jerr != nil {
			return nb, false, nil
		}
		ok, err := nb.addJournal(journal, data)
		switch {
		case ok:
			return nb, true, nil
		case try < 2 && err == nil: // it may have been saved in between
			continue
		case err == nil:
			err = errors.New("the notebook was changed since")
		}
		if nb, perr := Parse(data); perr == nil {
			nb.warnings.add(0, "%s is left out: %v", filepath.Base(path)+JournalSuffix, err)
			return nb, false, nil
		}
		return nil, false, fmt.Errorf("%s: %w", path, err)
	}
}

// Recover merges a notebook and its journal, if there is one. A journal of another state of the
// file stays.
func Recover(path string) error {
	unlock, err := lockJournal(path)
	if err != nil {
		return err
	}
	defer unlock()
	nb, journalled, err := readWithJournal(path)
	if err != nil || !journalled {
		return err
	}
	if err := nb.WriteFile(path); err != nil {
		return err
	}
	return os.Remove(path + JournalSuffix)
}

func lockJournal(path string) (unlock func(), err error) {
	lock := flock.New(path+JournalSuffix, flock.SetFlag(os.O_RDONLY))
	if err := lock.Lock(); errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	} else if err != nil {
		return nil, fmt.Errorf("the notebook's journal: %w", err)
	}
	return func() { _ = lock.Unlock() }, nil
}
