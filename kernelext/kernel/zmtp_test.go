package kernel

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"testing"
)

func TestFramesRoundTrip(t *testing.T) {
	for _, frames := range [][][]byte{{[]byte("a")}, {nil, []byte("b")}, {bytes.Repeat([]byte("x"), 255), bytes.Repeat([]byte("y"), 256), nil}} {
		got, err := readMessage(bufio.NewReader(bytes.NewReader(encode(frames))))
		if err != nil || len(got) != len(frames) {
			t.Fatalf("%d frames, error %v", len(got), err)
		}
		for i := range got {
			if !bytes.Equal(got[i], frames[i]) {
				t.Errorf("frame %d: %q", i, got[i])
			}
		}
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add(encode([][]byte{[]byte("a"), nil}))
	f.Add([]byte{2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		frames, err := readMessage(bufio.NewReader(bytes.NewReader(data)))
		if err == nil && len(encode(frames)) > len(data)+9*len(frames) {
			t.Errorf("%d frames out of %d bytes", len(frames), len(data))
		}
	})
}

func FuzzHandshake(f *testing.F) {
	good := append(make([]byte, 64), appendFrame(nil, flagCommand, property([]byte("\x05READY"), "Socket-Type", "DEALER"))...)
	good[0], good[9], good[10] = 0xff, 0x7f, 3
	copy(good[12:], "NULL")
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		here, there := net.Pipe()
		defer here.Close()
		go func() {
			defer there.Close()
			go io.Copy(io.Discard, there)
			there.Write(data)
		}()
		handshake(here, bufio.NewReader(here), "ROUTER") // must return
	})
}

func FuzzIsComplete(f *testing.F) {
	f.Add("func f() {")
	f.Add("x := `")
	f.Add("%%\n1 +")
	f.Fuzz(func(t *testing.T, code string) {
		switch isComplete(code)["status"] {
		case "complete", "incomplete", "invalid":
		default:
			t.Error("no status")
		}
	})
}
