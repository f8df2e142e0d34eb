package download_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopets/pets/internal/download"
)

// A download goes on from what an earlier one kept, and begins anew where that was another file's.
func TestFetchResumes(t *testing.T) {
	const content = "the whole file, from its beginning to its end"
	ranges := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			ranges++
		}
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(content))
	}))
	defer server.Close()
	f := download.File{URL: server.URL, Check: func(file, _ string) error {
		text, err := os.ReadFile(file)
		if err == nil && string(text) != content {
			err = fmt.Errorf("it is %q", text)
		}
		return err
	}}
	for _, kept := range []string{"", content[:10], content, "something else"} {
		path := filepath.Join(t.TempDir(), "file")
		if kept != "" {
			if err := os.WriteFile(path+".part", []byte(kept), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := (download.Client{Pause: time.Millisecond}).Fetch(context.Background(), f,
			path); err != nil {
			t.Errorf("after %q: %v", kept, err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != content {
			t.Errorf("after %q: %q, %v", kept, text, err)
		}
	}
	if ranges != 3 {
		t.Errorf("%d requests for a range, want 3", ranges)
	}
	f.Limit = 10
	if err := (download.Client{}).Fetch(context.Background(), f,
		filepath.Join(t.TempDir(), "file")); err == nil {
		t.Error("a file above the limit passes")
	}
}

func Example() {
	server := httptest.NewServer(http.FileServer(http.Dir(".")))
	defer server.Close()
	dir, err := os.MkdirTemp("", "download-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "download.go")
	err = download.Client{}.Fetch(context.Background(),
		download.File{URL: server.URL + "/download.go"}, path)
	text, _ := os.ReadFile(path)
	fmt.Println(string(text[:19]), err)
	// Output: // Package download <nil>
}
