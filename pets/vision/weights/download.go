package weights

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"gopets/pets/internal/download"
)

const maxDownload = 1 << 30

type remote struct {
	url    string
	name   string // in our cache
	prefix string // what the file's SHA-256 must start with, "" when only the server sends it
}

// downloads returns what to try, the Hub first: its files need no pickle.
func downloads(from origin, o Options) []remote {
	var list []remote
	if from.hub != "" {
		hub := strings.TrimRight(cmp.Or(o.HubURL, os.Getenv("HF_ENDPOINT"),
			"https://huggingface.co"), "/")
		list = append(list, remote{url: hub + "/" + from.hub + "/resolve/main/" + hubFile,
			name: hubName(from.hub)})
	}
	torch := strings.TrimRight(cmp.Or(o.TorchURL, "https://download.pytorch.org/models"), "/")
	name := from.files[0]
	return append(list, remote{url: torch + "/" + name, name: name,
		prefix: hashInName.FindStringSubmatch(name)[1]})
}

func (r remote) fetch(ctx context.Context, path string, o Options) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("downloading %s: %w", r.url, err)
	}
	lock := flock.New(path + ".lock")
	if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return fmt.Errorf("downloading %s: waiting for another download of it: %w", r.url, err)
	}
	defer lock.Unlock()
	if _, err := os.Stat(path); err == nil {
		return nil // another process fetched it
	}
	f := download.File{URL: r.url, Limit: maxDownload, Check: r.check}
	if o.Progress != nil {
		f.Progress = func(done, total int64) { o.Progress(r.name, done, total) }
	}
	if err := (download.Client{HTTP: o.Client}).Fetch(ctx, f, path); err != nil {
		return fmt.Errorf("downloading %s: %w", r.url, err)
	}
	return nil
}

// check compares a file's SHA-256 with the digits in its name, or with what the server announced.
func (r remote) check(path, announced string) error {
	want := cmp.Or(r.prefix, announced)
	if want == "" {
		return nil // reading the file is the only check
	}
	sum, err := download.SHA256(path)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(sum, want) {
		return fmt.Errorf("the downloaded file is not the expected one: its SHA-256 starts with "+
			"%.8s, want %.8s", sum, want)
	}
	return nil
}
