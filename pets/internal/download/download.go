// Package download fetches a file over HTTP, resuming where an earlier attempt stopped. A network
// that does not answer is an error within seconds.
package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	connectTime = 4 * time.Second  // to find and reach the server
	answerTime  = 10 * time.Second // for its answer to begin
	stallTime   = 30 * time.Second // without a single byte

	attempts        = 5 // in a row without a new byte
	attemptsUnheard = 2 // of a server that has sent nothing yet
)

// A Client fetches files. The zero value is right.
type Client struct {
	HTTP  *http.Client  // nil: a client with short time-outs
	Stall time.Duration // without a byte, after which a connection is dead; 0: 30 s
	Pause time.Duration // before the next attempt; 0: 300 ms
}

// A File is what is to be fetched.
type File struct {
	URL   string
	Size  int64 // in bytes; 0: unknown
	Limit int64 // of bytes; 0: Size, or none
	// Check inspects the file before it gets its name; sum is the announced SHA-256 or "".
	Check    func(file, sum string) error
	Progress func(done, total int64) // total is 0 when unknown; nil: not called
}

// ErrUnreachable reports that a server cannot be reached, for instance without a network.
var ErrUnreachable = errors.New("no connection")

type permanentError struct{ error }

func (e *permanentError) Unwrap() error { return e.error }

func permanent(format string, args ...any) error {
	return &permanentError{fmt.Errorf(format, args...)}
}

// Fetch downloads a file to path, through path.part, which a later call resumes.
func (c Client) Fetch(ctx context.Context, f File, path string) error {
	if c.HTTP == nil {
		c.HTTP = newHTTP()
		defer c.HTTP.CloseIdleConnections()
	}
	part := path + ".part"
	resumed := fileSize(part) > 0
	for {
		sum, err := c.complete(ctx, f, part)
		if err != nil {
			return err
		}
		if f.Check != nil {
			err = f.Check(part, sum)
		}
		if err == nil {
			return os.Rename(part, path)
		}
		// a part of another file stays wrong; it is our own temporary file
		_ = os.Remove(part)
		if !resumed {
			return err
		}
		resumed = false // once more from the start
	}
}

func (c Client) complete(ctx context.Context, f File, part string) (sum string, err error) {
	most := attemptsUnheard
	for failed := 0; ; {
		before := fileSize(part)
		sum, err := c.attempt(ctx, f, part)
		if err == nil {
			return sum, nil
		}
		kept := fmt.Sprintf("%d bytes are kept in %s and the next call goes on from there",
			fileSize(part), part)
		if ctx.Err() != nil {
			return "", fmt.Errorf("%w; %s", ctx.Err(), kept)
		}
		var final *permanentError
		if errors.As(err, &final) || errors.Is(err, ErrUnreachable) && most == attemptsUnheard {
			return "", err
		}
		if failed++; fileSize(part) > before {
			failed, most = 0, attempts
		}
		if failed >= most {
			return "", fmt.Errorf("%w; gave up after %d attempts, %s", err, failed, kept)
		}
		pause := c.Pause
		if pause == 0 {
			pause = 300 * time.Millisecond
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

func (c Client) attempt(ctx context.Context, f File, part string) (sum string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return "", &permanentError{err}
	}
	request.Header.Set("User-Agent", "gopets")
	request.Header.Set("Accept-Encoding", "identity")
	have := fileSize(part)
	switch {
	case f.Size > 0 && have == f.Size:
		return "", nil
	case f.Size > 0 && have > f.Size:
		have = 0
	case have > 0:
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return "", networkError(err)
	}
	defer response.Body.Close()
	sum = announcedSum(response)
	total := f.Size
	switch response.StatusCode {
	case http.StatusOK:
		have = 0 // a server without ranges sends everything again
		if total == 0 {
			total = max(0, response.ContentLength)
		}
	case http.StatusPartialContent:
		var first, last, size int64
		if n, _ := fmt.Sscanf(response.Header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last,
			&size); n < 2 || first != have {
			return "", permanent("asked for bytes from %d, the server answered with %q", have,
				response.Header.Get("Content-Range"))
		}
		if total == 0 {
			total = size
		}
	case http.StatusRequestedRangeNotSatisfiable:
		if f.Size == 0 && strings.HasSuffix(response.Header.Get("Content-Range"),
			fmt.Sprintf("/%d", have)) {
			return sum, nil // complete already
		}
		_ = os.Remove(part) // longer than the server's file: begin anew
		return "", errors.New("the partial download does not match the server's file")
	default:
		err := fmt.Errorf("the server answered %s", response.Status)
		if response.StatusCode >= 500 || response.StatusCode == http.StatusTooManyRequests {
			return "", err
		}
		return "", &permanentError{err}
	}
	if n := response.ContentLength; f.Size > 0 && n >= 0 && have+n != f.Size {
		return "", permanent("the server's file has %d bytes, want %d: it is another file", have+n,
			f.Size)
	}
	if f.Limit > 0 && total > f.Limit {
		return "", permanent("the server's file has %d MB, the limit is %d MB", total>>20,
			f.Limit>>20)
	}
	p := partial{path: part, have: have, total: total}
	return sum, c.receive(ctx, cancel, f, response.Body, p)
}

type partial struct {
	path        string
	have, total int64
}

func (c Client) receive(ctx context.Context, cancel context.CancelCauseFunc, f File, body io.Reader,
	p partial) error {
	file, err := os.OpenFile(p.path, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return &permanentError{err}
	}
	defer file.Close()
	if err := file.Truncate(p.have); err != nil {
		return &permanentError{err}
	}
	if _, err := file.Seek(p.have, io.SeekStart); err != nil {
		return &permanentError{err}
	}
	stall := c.Stall
	if stall == 0 {
		stall = stallTime
	}
	watchdog := time.AfterFunc(stall, func() { cancel(fmt.Errorf("no data received for %v", stall)) })
	defer watchdog.Stop()
	most := f.Limit
	if f.Size > 0 {
		most = f.Size
	}
	buffer := make([]byte, 1<<18)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			watchdog.Reset(stall)
			if most > 0 && p.have+int64(n) > most {
				return permanent("received more than the file's %d bytes", most)
			}
			if _, err := file.Write(buffer[:n]); err != nil {
				return permanent("writing: %w", err)
			}
			p.have += int64(n)
			if f.Progress != nil {
				f.Progress(p.have, p.total)
			}
		}
		if err == io.EOF {
			if p.total > 0 && p.have < p.total {
				return fmt.Errorf("the connection ended after %d of %d bytes", p.have, p.total)
			}
			return file.Close()
		}
		if err != nil {
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return err
		}
	}
}

func newHTTP() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: connectTime}).DialContext
	transport.TLSHandshakeTimeout = connectTime
	transport.ResponseHeaderTimeout = answerTime
	transport.DisableCompression = true
	return &http.Client{Transport: transport}
}

// networkError drops the address that http repeats, and marks unreachable servers.
func networkError(err error) error {
	var op *net.OpError
	var dns *net.DNSError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &dns) {
		return fmt.Errorf("%w: %w", ErrUnreachable, errors.Unwrap(err))
	}
	return err
}

// announcedSum returns the SHA-256 that Hugging Face's Hub sends with the answer or the redirect.
func announcedSum(response *http.Response) string {
	for ; response != nil; response = response.Request.Response {
		etag := strings.Trim(response.Header.Get("X-Linked-Etag"), `"`)
		if len(etag) == 64 && strings.Trim(etag, "0123456789abcdef") == "" {
			return etag
		}
	}
	return ""
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func SHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Megabytes returns a text like "12 of 87 MB"; total is 0 when unknown.
func Megabytes(done, total int64) string {
	if total <= 0 {
		return fmt.Sprintf("%d MB", done>>20)
	}
	return fmt.Sprintf("%d of %d MB", done>>20, total>>20)
}
