package notebook_test

import (
	"bytes"
	"encoding/json"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"gopets/kernelext/notebook"
)

// A log that grew piece by piece is the stream output of its whole text, in every layout of a file.
func TestLogIsAStream(t *testing.T) {
	text := "plain\n\nquoted \"\\ \x1b[31mred\x1b[0m\r\n<é> 🐈\u2028\n" + strings.Repeat(
		"x",
		5000,
	) + "\nno end"
	for _, file := range []string{odd, strings.ReplaceAll(odd, "\n", "\r\n"),
		`{"cells":[{"cell_type":"code","source":"x"}],"nbformat":4}`} {
		for _, size := range []int{1, 7, 4096, len(text)} {
			nb, whole := parse(t, file), parse(t, file)
			log := nb.Cells()[0].NewLog("stdout")
			rest := text
			for rest != "" {
				n := min(size, len(rest))
				for n < len(rest) && !utf8.RuneStart(rest[n]) {
					n++ // a kernel never cuts a character
				}
				log.Append(rest[:n])
				// an early look must not disturb what follows
				nb.Cells()[0].SetOutputs([]notebook.Output{log.Output()})
				rest = rest[n:]
			}
			whole.Cells()[0].SetOutputs([]notebook.Output{notebook.Stream("stdout", text)})
			if got := nb.Cells()[0].Outputs(); len(got) != 1 || got[0].Name != "stdout" ||
				got[0].Text != text {
				t.Fatalf("pieces of %d: read back %+v", size, got)
			}
			if !bytes.Equal(nb.Bytes(), whole.Bytes()) {
				t.Errorf(
					"pieces of %d: the file is\n%s\nwanted\n%s",
					size,
					nb.Bytes(),
					whole.Bytes(),
				)
			}
			if !json.Valid(nb.Bytes()) {
				t.Errorf("not JSON: %s", nb.Bytes())
			}
		}
	}
}

func TestEmptyLog(t *testing.T) {
	nb := parse(t, odd)
	nb.Cells()[0].SetOutputs([]notebook.Output{nb.Cells()[0].NewLog("stderr").Output()})
	if got := nb.Cells()[0].Outputs(); got[0].Name != "stderr" || got[0].Text != "" ||
		!json.Valid(nb.Bytes()) {
		t.Errorf("%+v in\n%s", got, nb.Bytes())
	}
}

// Saving again after a small cell must not cost what a large one printed, except for writing the
// file.
func TestSavingCopiesNothingLarge(t *testing.T) {
	nb := parse(t, odd)
	log := nb.Cells()[0].NewLog("stdout")
	log.Append(strings.Repeat(strings.Repeat("x", 99)+"\n", 100_000))
	nb.Cells()[0].SetOutputs([]notebook.Output{log.Output()})
	path := t.TempDir() + "/a.ipynb"
	save := func() {
		nb.Cells()[1].SetSource(nb.Cells()[1].Source() + "x")
		if err := nb.WriteFile(path); err != nil {
			t.Fatal(err)
		}
	}
	save()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	save()
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 100_000 {
		t.Errorf("a save takes %d bytes of memory for a notebook of %d", got, len(nb.Bytes()))
	}
}
