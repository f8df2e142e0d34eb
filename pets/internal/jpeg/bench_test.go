package jpeg

import (
	"archive/tar"
	"bytes"
	stdjpeg "image/jpeg"
	"io"
	"os"
	"syscall"
	"testing"
	"time"
)

// photos are real ones, if they are beside a developer's checkout.
func photos(t testing.TB, file string, most int) (list [][]byte) {
	t.Helper()
	f, err := os.Open("../../../../shared/data/" + file)
	if err != nil {
		t.Skipf("the real photos are not here: %v", err)
	}
	defer f.Close()
	for r := tar.NewReader(f); len(list) < most; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg && bytes.HasPrefix(data, []byte("\xff\xd8")) {
			list = append(list, data)
		}
	}
	return list
}

// cpuTime is this process's processor time: other work on the machine does not count.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkDecode(b *testing.B) {
	list := photos(b, "oxford-iiit-pet-320.part1.tar", 200)
	for _, v := range []struct {
		name   string
		decode func(data []byte) error
	}{
		{"ours", func(data []byte) error { _, err := Decode(data, 1); return err }},
		{"image/jpeg", func(data []byte) error {
			_,
				err := stdjpeg.Decode(bytes.NewReader(data))
			return err
		}},
	} {
		b.Run(v.name, func(b *testing.B) {
			i, begun := 0, cpuTime()
			for b.Loop() {
				if err := v.decode(list[i%len(list)]); err != nil {
					b.Fatal(err)
				}
				i++
			}
			b.ReportMetric(float64(b.N)/(cpuTime()-begun).Seconds(), "images/cpu-s")
		})
	}
}
