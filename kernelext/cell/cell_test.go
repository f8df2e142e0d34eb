package cell_test

import (
	"bytes"
	"io"
	"slices"
	"testing"

	"gopets/kernelext/cell"
)

// Outside of the kernel everything is harmless.
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
