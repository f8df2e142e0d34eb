package notebook

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// journalled makes a notebook of three cells, saved, and then a cell that is only in the journal.
func journalled(t testing.TB, path string) (*Notebook, *Saver) {
	t.Helper()
	nb := New("k", "K", "go")
	for i := range 3 {
		nb.Insert(i, NewCell(Code, fmt.Sprintf("cell %d\nsecond line", i)))
	}
	s := NewSaver(nb, path)
	if err := s.Save(); err != nil {
		t.Fatal(err)
	}
	show(t, s, nb.Cells()[1], "first")
	return nb, s
}

func show(t testing.TB, s *Saver, c *Cell, text string) {
	t.Helper()
	c.SetOutputs([]Output{Stream("stdout", text+"\n")})
	if err := s.SaveCells([]*Cell{c}); err != nil {
		t.Fatal(err)
	}
}

func shown(t testing.TB, path string) string {
	t.Helper()
	nb, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range nb.Cells() {
		text := ""
		for _, o := range c.Outputs() {
			text += strings.TrimSpace(o.Text)
		}
		all = append(all, text)
	}
	return strings.Join(all, "|")
}

func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	nb, s := journalled(t, path)
	file, err := os.ReadFile(path)
	if err != nil || bytes.Contains(file, []byte("first")) {
		t.Fatalf("the whole file was written: %v", err)
	}
	if got := shown(t, path); got != "|first|" {
		t.Errorf("with the journal: %q", got)
	}
	show(t, s, nb.Cells()[2], "second")
	show(t, s, nb.Cells()[1], "first again")
	if got := shown(t, path); got != "|first again|second" {
		t.Errorf("a later state: %q", got)
	}
	read, err := ReadFile(path)
	if err != nil || len(read.Warnings()) != 1 ||
		!strings.Contains(read.Warnings()[0], "2 cells come from the journal") {
		t.Errorf("%v, %q", err, read.Warnings())
	}
	if err := Recover(path); err != nil {
		t.Fatal(err)
	}
	file, err = os.ReadFile(path)
	if _, jerr := os.Stat(path + JournalSuffix); err != nil || jerr == nil ||
		!bytes.Equal(file, nb.Bytes()) {
		t.Errorf("recovered: %v, %v\n%s", err, jerr, file)
	}
	if err := Recover(path); err != nil {
		t.Errorf("without a journal: %v", err)
	}
}

func TestSaveRemovesTheJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	nb, s := journalled(t, path)
	if err := s.Save(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + JournalSuffix); err == nil {
		t.Error("the journal is left")
	}
	show(t, s, nb.Cells()[0], "more")
	if got := shown(t, path); got != "more|first|" {
		t.Errorf("after a save: %q", got)
	}
	// The next run of the notebook into the same file.
	if err := NewSaver(nb, path).Save(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + JournalSuffix); err == nil {
		t.Error("an earlier run's journal is left")
	}
}

func TestACellThatTheFileLacksIsSaved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	nb, s := journalled(t, path)
	nb.Insert(3, NewCell(Code, "new"))
	show(t, s, nb.Cells()[3], "fourth")
	if got := shown(t, path); got != "|first||fourth" {
		t.Errorf("%q", got)
	}
}

// A journal that is removed costs nothing: the whole file is written.
func TestAJournalThatIsRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	nb, s := journalled(t, path)
	if err := os.Remove(path + JournalSuffix); err != nil {
		t.Fatal(err)
	}
	show(t, s, nb.Cells()[0], "zeroth")
	if got := shown(t, path); got != "zeroth|first|" {
		t.Errorf("%q", got)
	}
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveCells(nb.Cells()); err == nil {
		t.Error("saved in a folder that is gone")
	}
}

// A line that a kill cut off, or that another program changed, does not count.
func TestDamagedJournals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	nb, s := journalled(t, path)
	show(t, s, nb.Cells()[2], "second")
	whole, err := os.ReadFile(path + JournalSuffix)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		journal []byte
		want    string
	}{
		"cut off": {whole[:len(whole)-9], "|first|"},
		"another byte": {slices.Concat(whole[:len(whole)-9], []byte("?"), whole[len(whole)-8:]),
			"|first|"},
		"its first line": {whole[:10], "||"},
		"foreign":        {[]byte("my journal\n"), "||"},
		"empty":          {nil, "||"},
		"huge":           {[]byte("nb-journal 1 0 0:\ncell 0 999999999999 0\n"), "||"},
		"no such cell": {bytes.Replace(whole, []byte("\ncell 2 "), []byte("\ncell 9 "), 1),
			"||"},
	} {
		if err := os.WriteFile(path+JournalSuffix, c.journal, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := shown(t, path); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if err := os.WriteFile(path+JournalSuffix, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(nb.Bytes(), '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := ReadFile(path)
	if err != nil || !strings.Contains(strings.Join(read.Warnings(), "\n"), "was changed since") {
		t.Errorf("of another state: %v, %v", err, read.Warnings())
	}
	if err := Recover(path); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path + JournalSuffix); err != nil {
		t.Error("a journal that was not used was removed")
	}
}

// A large cell that changes with every later one must not fill the disk.
func TestRepeatedCellsAreBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.ipynb")
	nb, s := journalled(t, path)
	s.repeated = maxRepeated
	show(t, s, nb.Cells()[1], "again")
	show(t, s, nb.Cells()[2], "second")
	if got := shown(t, path); got != "|first|second" {
		t.Errorf("%q", got)
	}
}

func FuzzJournal(f *testing.F) {
	dir := f.TempDir()
	_, _ = journalled(f, filepath.Join(dir, "a.ipynb"))
	data, err := os.ReadFile(filepath.Join(dir, "a.ipynb"))
	if err != nil {
		f.Fatal(err)
	}
	journal, err := os.ReadFile(filepath.Join(dir, "a.ipynb"+JournalSuffix))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(journal)
	f.Fuzz(func(t *testing.T, journal []byte) {
		nb, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		if ok, _ := nb.addJournal(journal, data); ok {
			for _, c := range nb.Cells() {
				c.Outputs()
			}
			if _, err := Parse(nb.Bytes()); err != nil {
				t.Error(err)
			}
		}
	})
}
