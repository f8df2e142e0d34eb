package weights

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Times after which a network counts as dead.
const (
	connectTime = 3 * time.Second  // to look a name up and connect, all addresses together
	answerTime  = 8 * time.Second  // to the first byte of an answer
	stallTime   = 15 * time.Second // without a byte in the middle of a file
)

// maxDownload is more than any network of ours; larger files are refused.
const maxDownload = 1 << 30

// A download is one file that may be fetched.
type download struct {
	url    string
	name   string // in our cache
	prefix string // what the file's SHA-256 must start with, "" when only the server can tell
}

// downloads lists what to try, the Hub first: its files need no pickle.
func downloads(from origin, o Options) []download {
	var list []download
	if from.hub != "" {
		hub := strings.TrimRight(cmp.Or(o.HubURL, os.Getenv("HF_ENDPOINT"), "https://huggingface.co"), "/")
		list = append(list, download{url: hub + "/" + from.hub + "/resolve/main/" + hubFile, name: hubName(from.hub)})
	}
	torch := strings.TrimRight(cmp.Or(o.TorchURL, "https://download.pytorch.org/models"), "/")
	name := from.files[0]
	return append(list, download{url: torch + "/" + name, name: name, prefix: hashInName.FindStringSubmatch(name)[1]})
}

// fetch brings the file to path: through path.part, which a later call goes on from, checked, then
// renamed.
func (d download) fetch(ctx context.Context, path string, o Options) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("downloading %s: %w", d.url, err)
	}
	lock := flock.New(path + ".lock")
	if _, err := lock.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return fmt.Errorf("downloading %s: waiting for another download of it: %w", d.url, err)
	}
	defer lock.Unlock()
	if _, err := os.Stat(path); err == nil {
		return nil // the other one has brought it
	}
	part := path + ".part"
	client := o.client()
	const attempts = 4
	var err error
	for range attempts {
		before := fileSize(part)
		var sum string
		sum, err = d.attempt(ctx, client, part, o)
		if err == nil {
			if err = d.verify(part, sum); err == nil {
				err = os.Rename(part, path)
				break
			}
			// A part begun by another version of the file: once more from the start.
			_ = os.Remove(part)
			if before == 0 {
				break
			}
			continue
		}
		var final *finalError
		if ctx.Err() != nil || errors.As(err, &final) || fileSize(part) <= before {
			break
		}
	}
	if err != nil {
		if kept := fileSize(part); kept > 0 {
			return fmt.Errorf("downloading %s: %w (%d bytes are kept; the next call goes on from there)", d.url, err, kept)
		}
		return fmt.Errorf("downloading %s: %w", d.url, err)
	}
	return nil
}

// A finalError is one that another attempt will not change.
type finalError struct{ error }

// attempt asks for the rest of the file and appends it to part. It gives the whole file's SHA-256
// where the server told it.
func (d download) attempt(ctx context.Context, client *http.Client, part string, o Options) (sum string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return "", &finalError{err}
	}
	request.Header.Set("User-Agent", "gopets")
	request.Header.Set("Accept-Encoding", "identity")
	have := fileSize(part)
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	response, err := client.Do(request)
	if err != nil {
		return "", shortNetError(err)
	}
	defer response.Body.Close()
	sum = linkedSum(response)

	flags := os.O_CREATE | os.O_WRONLY
	switch response.StatusCode {
	case http.StatusOK: // the whole file, whatever was asked for
		have = 0
		flags |= os.O_TRUNC
	case http.StatusPartialContent:
		if !strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)) {
			_ = os.Remove(part)
			return "", fmt.Errorf("the server resumed at another place (%.40q)", response.Header.Get("Content-Range"))
		}
	// nothing is left to send, or the part is of another file
	case http.StatusRequestedRangeNotSatisfiable:
		if total, ok := strings.CutPrefix(response.Header.Get("Content-Range"), "bytes */"); ok && total == strconv.FormatInt(have, 10) {
			return sum, nil
		}
		_ = os.Remove(part)
		return "", &finalError{errors.New("the part kept from an earlier download does not belong to this file; it was removed, try again")}
	default:
		return "", &finalError{fmt.Errorf("the server answers %s", response.Status)}
	}
	total := int64(0)
	if response.ContentLength >= 0 {
		total = have + response.ContentLength
	}
	if total > maxDownload {
		return "", &finalError{fmt.Errorf("the server wants to send %d MB; at most %d MB are taken", total>>20, maxDownload>>20)}
	}
	f, err := os.OpenFile(part, flags, 0o644)
	if err != nil {
		return "", &finalError{err}
	}
	defer f.Close()
	if _, err := f.Seek(have, io.SeekStart); err != nil {
		return "", &finalError{err}
	}
	watchdog := time.AfterFunc(stallTime, func() { cancel(fmt.Errorf("nothing came for %v", stallTime)) })
	defer watchdog.Stop()
	buffer := make([]byte, 256<<10)
	for {
		n, readErr := response.Body.Read(buffer)
		watchdog.Reset(stallTime)
		if _, err := f.Write(buffer[:n]); err != nil {
			return "", &finalError{err}
		}
		if have += int64(n); have > maxDownload {
			return "", &finalError{fmt.Errorf("the server sends more than %d MB", maxDownload>>20)}
		}
		if n > 0 && o.Progress != nil {
			o.Progress(d.name, have, total)
		}
		if errors.Is(readErr, io.EOF) {
			return sum, f.Close()
		}
		if readErr != nil {
			if cause := context.Cause(ctx); cause != nil {
				readErr = cause
			}
			return "", fmt.Errorf("broken off after %d bytes: %w", have, readErr)
		}
	}
}

// verify holds a complete file against what is known of its SHA-256: the digits in its name, or
// what the server said.
func (d download) verify(path, told string) error {
	want := cmp.Or(d.prefix, told)
	if want == "" {
		return nil // reading it is the check that is left
	}
	sum, err := fileSHA256(path)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(sum, want) {
		return fmt.Errorf("the file that came is not the right one: its SHA-256 starts with %.8s, wanted %.8s; it was thrown away", sum, want)
	}
	return nil
}

// linkedSum finds the SHA-256 that the Hub sends for large files, on the answer or on the redirect
// before it.
func linkedSum(response *http.Response) string {
	for ; response != nil; response = response.Request.Response {
		etag := strings.Trim(response.Header.Get("X-Linked-Etag"), `"`)
		if len(etag) == 64 && strings.Trim(etag, "0123456789abcdef") == "" {
			return etag
		}
	}
	return ""
}

// client gives up on a dead network within seconds.
func (o Options) client() *http.Client {
	if o.Client != nil {
		return o.Client
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: connectTime}).DialContext
	transport.TLSHandshakeTimeout = connectTime
	transport.ResponseHeaderTimeout = answerTime
	transport.DisableKeepAlives = true
	return &http.Client{Transport: transport}
}

// shortNetError drops the address that http repeats before the cause.
func shortNetError(err error) error {
	for {
		inner := errors.Unwrap(err)
		if _, isOp := err.(*net.OpError); inner == nil || isOp {
			return err
		}
		err = inner
	}
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
