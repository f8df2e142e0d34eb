package archive

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gopets/pets/internal/download"
	"gopets/pets/vision/dataset"
)

func md5Hex(data []byte) string {
	sum := md5.Sum(data)
	return hex.EncodeToString(sum[:])
}

// petsArchive is a small archive of the right form, a little more than a MiB.
func petsArchive(t *testing.T) []byte {
	noise := make([]byte, 1_200_000)
	fill(dataset.NewRandom(1), noise)
	return gzipped(tarOf(t, file("pets/images/a_1.jpg", string(noise)),
		file("pets/annotations/list.txt", "a_1 1 1 1")))
}

func fill(r *dataset.Random, b []byte) {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
}

func petsURL(server string, archive []byte) dataset.URL {
	return dataset.URL{Name: "pets", URL: server + "/pets",
		Archive: dataset.Archive{URL: server + "/pets.tgz", File: "pets.tgz",
			Size: int64(len(archive)), MD5Head: md5Hex(archive[:min(len(archive), 1<<20)])}}
}

// impatient is a downloader with short waits.
func impatient() download.Client {
	return download.Client{Stall: 200 * time.Millisecond, Pause: time.Millisecond}
}

// serve starts a server with ranges, as S3 has them.
func serve(t *testing.T, files map[string][]byte, wrap func(http.ResponseWriter, *http.Request,
	http.Handler)) *httptest.Server {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "archive.tgz", time.Time{}, strings.NewReader(string(data)))
	})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wrap != nil {
			wrap(w, r, h)
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestUntar(t *testing.T) {
	archive, dest := petsArchive(t), t.TempDir()
	var requests atomic.Int32
	server := serve(t, map[string][]byte{"/pets.tgz": archive},
		func(w http.ResponseWriter, r *http.Request, h http.Handler) {
			requests.Add(1)
			h.ServeHTTP(w, r)
		})
	u := petsURL(server.URL, archive)
	var group sync.WaitGroup
	for range 4 { // several callers at once: one download
		group.Go(func() {
			var last, full int64
			dir, err := untar(context.Background(), impatient(), u, dest,
				func(done, total int64) { last, full = done, total })
			if err != nil || dir != filepath.Join(dest, "pets") {
				t.Errorf("%q, %v", dir, err)
			}
			if last != full || full != 0 && full != int64(len(archive)) {
				t.Errorf("progress ended at %d of %d", last, full)
			}
		})
	}
	group.Wait()
	if requests.Load() != 1 {
		t.Errorf("%d requests, want 1", requests.Load())
	}
	got := contents(t, dest)
	if len(got["pets/images/a_1.jpg"]) != 1_200_000 || got["pets/annotations/list.txt"] == "" ||
		got["pets.tgz"] != string(archive) || len(got) != 4 {
		for name := range got {
			t.Log(name)
		}
		t.Error("wrong files")
	}
	server.Close() // what is there needs no network
	if _, err := Untar(context.Background(), u, dest, nil); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(filepath.Join(dest, "pets")); err != nil {
		t.Fatal(err)
	}
	// from the archive that lies there
	if _, err := Untar(context.Background(), u, dest, nil); err != nil {
		t.Error(err)
	}
}

// The connection breaks again and again; each request asks for the rest only.
func TestDownloadResumes(t *testing.T) {
	archive, dest := petsArchive(t), t.TempDir()
	var ranges []string
	server := serve(t, map[string][]byte{"/pets.tgz": archive},
		func(w http.ResponseWriter, r *http.Request, h http.Handler) {
			ranges = append(ranges, r.Header.Get("Range"))
			if len(ranges) < 5 {
				w = &breaking{w, 200_000}
				defer func() { panic(http.ErrAbortHandler) }()
			}
			h.ServeHTTP(w, r)
		})
	if _, err := untar(context.Background(), impatient(), petsURL(server.URL, archive), dest,
		nil); err != nil {
		t.Fatal(err)
	}
	if len(ranges) != 5 || ranges[0] != "" || ranges[4] == "" || ranges[4] == ranges[3] {
		t.Errorf("ranges %q", ranges)
	}
}

// breaking ends after some bytes.
type breaking struct {
	http.ResponseWriter
	left int
}

func (b *breaking) Write(p []byte) (int, error) {
	if len(p) > b.left {
		b.ResponseWriter.Write(p[:b.left])
		b.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	b.left -= len(p)
	return b.ResponseWriter.Write(p)
}

func TestDownloadOfServersWithoutRanges(t *testing.T) {
	archive, dest := petsArchive(t), t.TempDir()
	server := serve(t, nil, func(w http.ResponseWriter, r *http.Request,
		_ http.Handler) {
		w.Write(archive)
	})
	if err := os.WriteFile(filepath.Join(dest, "pets.tgz.part"), archive[:1000],
		0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := untar(context.Background(), impatient(), petsURL(server.URL, archive), dest,
		nil); err != nil {
		t.Error(err)
	}
}

func TestDownloadFailures(t *testing.T) {
	archive := petsArchive(t)
	other := append([]byte{}, archive...)
	other[100] ^= 1
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"not found": {http.NotFound, "404"},
		"other size": {func(w http.ResponseWriter, r *http.Request) { w.Write(archive[:5000]) },
			"5000 bytes"},
		"other bytes": {func(w http.ResponseWriter, r *http.Request) { w.Write(other) },
			"MD5 of its first MiB"},
		"ill": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }, "503"},
		"stalls": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(archive)))
			w.Write(archive[:10])
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "no data received for"},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(archive); err != nil {
					return
				}
			}
		}, "more than"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.serve)
			defer server.Close()
			dest := t.TempDir()
			_, err := untar(context.Background(), impatient(), petsURL(server.URL, archive), dest,
				nil)
			says(t, name, err, c.want, server.URL+"/pets.tgz", "by hand", "wget -c",
				filepath.Join(dest, "pets.tgz"), "PetsSample")
			if isDir(filepath.Join(dest, "pets")) {
				t.Error("a folder was made")
			}
		})
	}
}

func TestMirror(t *testing.T) {
	images, notes := gzipped(tarOf(t, file("images/a_1.jpg", "A"))),
		gzipped(tarOf(t, file("annotations/list.txt", "L")))
	server := serve(t, map[string][]byte{"/images": images, "/notes": notes}, nil)
	u := petsURL(server.URL, images)
	u.Mirror = []dataset.Archive{{URL: server.URL + "/images", File: "i.tgz", MD5: md5Hex(images)},
		{URL: server.URL + "/notes", File: "n.tgz", MD5: md5Hex(notes)}}
	dest := t.TempDir()
	dir, err := untar(context.Background(), impatient(), u, dest, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := contents(t, dir); len(got) != 2 || got["images/a_1.jpg"] != "A" ||
		got["annotations/list.txt"] != "L" {
		t.Errorf("%v", got)
	}
	u.Mirror[1].MD5 = md5Hex(images)
	_, err = untar(context.Background(), impatient(), u, t.TempDir(), nil)
	says(t, "wrong mirror", err, "404", "its MD5 is")
}

// A wrong archive of the user's is named and left alone.
func TestWrongArchiveIsKept(t *testing.T) {
	dest := t.TempDir()
	mine := filepath.Join(dest, "pets.tgz")
	if err := os.WriteFile(mine, []byte("half of it"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := untar(context.Background(), impatient(), petsURL("http://unused.invalid",
		petsArchive(t)), dest, nil)
	says(t, "wrong archive", err, mine, "10 bytes", "move it away")
	if sizeOf(mine) != 10 {
		t.Error("the user's file is gone")
	}
}

// An archive that turns bad while it is unpacked leaves no folder, and no temporary one.
func TestUnpackingFailureLeavesNothing(t *testing.T) {
	archive := gzipped(tarOf(t, file("pets/ok", "x"), file("../evil", "x")))
	server := serve(t, map[string][]byte{"/pets.tgz": archive}, nil)
	dest := t.TempDir()
	_, err := untar(context.Background(), impatient(), petsURL(server.URL, archive), dest, nil)
	says(t, "evil", err, "unpacking", "leads outside")
	for name := range contents(t, dest) {
		if name != "pets.tgz" && name != ".pets.lock" {
			t.Errorf("left behind: %s", name)
		}
	}
}

func TestUntarCancelled(t *testing.T) {
	archive, dest := petsArchive(t), t.TempDir()
	server := serve(t, map[string][]byte{"/pets.tgz": archive}, nil)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := untar(ctx, impatient(), petsURL(server.URL, archive), dest, func(done, total int64) {
		if done > 300_000 {
			cancel()
		}
	})
	if ctx.Err() == nil || err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Fatal(err)
	}
	if sizeOf(filepath.Join(dest, "pets.tgz.part")) == 0 &&
		sizeOf(filepath.Join(dest, "pets.tgz")) == 0 {
		t.Error("nothing kept")
	}
	if _, err := untar(context.Background(), impatient(), petsURL(server.URL, archive), dest,
		nil); err != nil {
		t.Error(err)
	}
}

// With no network the message comes at once, says what to do, and names the sample.
func TestNoNetwork(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close() // nobody listens there
	u := petsURL("http://"+address, petsArchive(t))
	u.Mirror = []dataset.Archive{{URL: "http://" + address + "/images", File: "i.tgz"}}
	_, err = untar(context.Background(), impatient(), u, t.TempDir(), nil)
	says(t, "refused", err, "no connection", "by hand", "wget -c", "PetsSample", address)

	d := impatient() // a network that swallows everything
	d.HTTP = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network,
		_ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: 50 * time.Millisecond}).DialContext(ctx, network,
			"192.0.2.1:80")
	}}}
	_, err = untar(context.Background(), d, u, t.TempDir(), nil)
	says(t, "swallowed", err, "no connection", "by hand")
}
