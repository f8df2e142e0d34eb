package cell_test

import (
	"bytes"
	"encoding/gob"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"gopets/kernelext/cell"
)

// Outside of the kernel all calls are harmless.
func Example() {
	cell.ClearOutput(true)
	cell.Display("status", cell.Bundle{"text/plain": "working", "text/html": "<i>working</i>"})
	cell.Update("status", cell.Bundle{"text/html": "<b>done</b>"})
	cell.Page("a long text")
	// Output:
	// working
	// a long text
}

func TestRecordsRoundTrip(t *testing.T) {
	var b bytes.Buffer
	records := [][]string{{"display", "", "text/plain", "é\x00"}, {"x"}, {"", ""}}
	for _, r := range records {
		b.Write(cell.Encode(r))
	}
	for _, want := range records {
		if got, err := cell.Decode(&b); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q, %v", got, err)
		}
	}
	if _, err := cell.Decode(&b); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(cell.Encode([]string{"result", "", "text/plain", "1"}))
	f.Add([]byte{0, 0, 0, 8, 0, 0, 0, 200, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		fields, err := cell.Decode(bytes.NewReader(data))
		if err == nil && len(fields) > 0 && !bytes.HasPrefix(data, cell.Encode(fields)) {
			t.Errorf("%q does not encode to what it was decoded from", fields)
		}
	})
}

// What a plain GoNB gets is what gonbui would send.
func TestPlainGoNB(t *testing.T) {
	dir := t.TempDir()
	to, back := filepath.Join(dir, "to"), filepath.Join(dir, "back")
	for _, p := range []string{to, back} {
		if err := syscall.Mkfifo(p, 0o600); err != nil {
			t.Skip(err)
		}
	}
	t.Setenv("GONB_PIPE", to)
	t.Setenv("GONB_PIPE_BACK", back)
	long := strings.Repeat("é", 40_000)
	got := make(chan []protocol.DisplayData, 1)
	go func() {
		r, _ := os.Open(to)
		w, _ := os.OpenFile(back, os.O_WRONLY, 0)
		in, out := gob.NewDecoder(r), gob.NewEncoder(w)
		var all []protocol.DisplayData
		for syncs := 0; syncs < 2; {
			var d protocol.DisplayData
			if err := in.Decode(&d); err != nil {
				t.Error(err)
				break
			}
			if v, ok := d.Data[protocol.MIMECommValue].(protocol.CommValue); ok {
				syncs++
				if err := out.Encode(&protocol.CommValue{Address: protocol.GonbuiSyncAckAddress,
					Value: v.Value}); err != nil {
					t.Error(err)
				}
				continue
			}
			all = append(all, d)
		}
		got <- all
	}()
	if !cell.Notebook() {
		t.Error("no notebook")
	}
	for _, err := range []error{
		cell.Display("", cell.Bundle{"text/html": "<b>"}), cell.Flush(),
		cell.Display("id", cell.Bundle{"text/plain": long, "image/png": "\x89PNG"}),
		cell.Update("id", cell.Bundle{"text/html": ""}), cell.Flush(), cell.Flush(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []protocol.DisplayData{
		{Data: map[protocol.MIMEType]any{"text/html": "<b>"}},
		{Data: map[protocol.MIMEType]any{"text/plain": long, "image/png": []byte("\x89PNG")},
			DisplayID: "id"},
		{Data: map[protocol.MIMEType]any{"text/html": ""}, DisplayID: "id"},
	}
	if all := <-got; !reflect.DeepEqual(all, want) {
		t.Errorf("GoNB got %d displays that are not what was sent", len(all))
	}
}
