package archive

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"gopets/pets/vision/dataset"
)

// Waiting times: a dead network must be told within seconds, a slow one may take its time.
const (
	connectWait = 4 * time.Second  // to find and reach the server
	answerWait  = 10 * time.Second // for its answer to begin
	stallWait   = 30 * time.Second // without a single byte

	attempts        = 5 // in a row that bring nothing new
	attemptsUnheard = 2 // of a server that has not sent anything yet
)

// downloader fetches archives. Its waits are fields for the tests.
type downloader struct {
	client *http.Client
	stall  time.Duration
	pause  time.Duration // before the next attempt
}

func newDownloader() *downloader {
	dialer := &net.Dialer{Timeout: connectWait}
	return &downloader{
		client: &http.Client{Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           dialer.DialContext,
			TLSHandshakeTimeout:   connectWait,
			ResponseHeaderTimeout: answerWait,
			DisableCompression:    true,
			ForceAttemptHTTP2:     true,
		}},
		stall: stallWait,
		pause: time.Second,
	}
}

// errUnreachable is a server that could not be reached at all, as without a network.
var errUnreachable = errors.New("no connection")

// fetch downloads an archive to file, by way of file.part, which a later call goes on with. The
// finished file has the archive's size and checksums.
func (d *downloader) fetch(ctx context.Context, a dataset.Archive, file string, progress func(done, total int64)) error {
	part := file + ".part"
	most := attemptsUnheard
	for failed := 0; ; {
		before := sizeOf(part)
		err := d.attempt(ctx, a, part, progress)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%w; %d bytes are kept in %s and the next call goes on from there", ctx.Err(), sizeOf(part), part)
		}
		var fatal *fatalError
		if errors.As(err, &fatal) || errors.Is(err, errUnreachable) && most == attemptsUnheard {
			return err
		}
		if failed++; sizeOf(part) > before {
			failed, most = 0, attempts
		}
		if failed >= most {
			return fmt.Errorf("%w; gave up after %d attempts, %d bytes are kept in %s and the next call goes on from there", err, failed, sizeOf(part), part)
		}
		select {
		case <-time.After(d.pause):
		case <-ctx.Done():
		}
	}
	if err := check(a, part); err != nil {
		// What came is not the archive, and going on from it would never make it so. It is our own
		// temporary file.
		os.Remove(part)
		return fmt.Errorf("what came from %s is not the expected archive: %w", a.URL, err)
	}
	return os.Rename(part, file)
}

// fatalError is one that another attempt would not change.
type fatalError struct{ error }

func (e *fatalError) Unwrap() error { return e.error }

// attempt makes one request and appends to part what it brings.
func (d *downloader) attempt(ctx context.Context, a dataset.Archive, part string, progress func(done, total int64)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL, nil)
	if err != nil {
		return &fatalError{err}
	}
	have := sizeOf(part)
	if a.Size > 0 && have == a.Size {
		return nil
	}
	if a.Size > 0 && have > a.Size {
		have = 0
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	resp, err := d.client.Do(req)
	if err != nil {
		var op *net.OpError
		var dns *net.DNSError
		if errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &dns) {
			return fmt.Errorf("%w: %w", errUnreachable, errors.Unwrap(err))
		}
		return err
	}
	defer resp.Body.Close()
	total := a.Size
	switch resp.StatusCode {
	case http.StatusOK:
		have = 0 // a server without ranges sends everything again
		if total == 0 {
			total = max(0, resp.ContentLength)
		}
	case http.StatusPartialContent:
		var first, last, size int64
		if n, _ := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &size); n < 2 || first != have {
			return &fatalError{fmt.Errorf("asked for bytes from %d, the server answered with %q", have, resp.Header.Get("Content-Range"))}
		}
		if total == 0 {
			total = size
		}
	case http.StatusRequestedRangeNotSatisfiable:
		if a.Size == 0 && strings.HasSuffix(resp.Header.Get("Content-Range"), fmt.Sprintf("/%d", have)) {
			return nil // complete already
		}
		os.Remove(part) // longer than what the server has: begin anew
		return errors.New("what was kept of an earlier download does not fit the server's file")
	default:
		err := fmt.Errorf("the server answered %s", resp.Status)
		if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
			return err
		}
		return &fatalError{err}
	}
	if length := resp.ContentLength; a.Size > 0 && length >= 0 && have+length != a.Size {
		return &fatalError{fmt.Errorf("the server's file has %d bytes, the archive %d: it is another file", have+length, a.Size)}
	}
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return &fatalError{err}
	}
	defer f.Close()
	if err := f.Truncate(have); err != nil {
		return &fatalError{err}
	}
	if _, err := f.Seek(have, io.SeekStart); err != nil {
		return &fatalError{err}
	}
	watchdog := time.AfterFunc(d.stall, func() { cancel(fmt.Errorf("no data came for %v", d.stall)) })
	defer watchdog.Stop()
	buf := make([]byte, 1<<18)
	for {
		n, err := resp.Body.Read(buf)
		if n > 0 {
			watchdog.Reset(d.stall)
			if a.Size > 0 && have+int64(n) > a.Size {
				return &fatalError{fmt.Errorf("the server sends more than the archive's %d bytes", a.Size)}
			}
			if _, err := f.Write(buf[:n]); err != nil {
				return &fatalError{fmt.Errorf("writing: %w", err)}
			}
			have += int64(n)
			if progress != nil {
				progress(have, total)
			}
		}
		if err == io.EOF {
			if total > 0 && have < total {
				return fmt.Errorf("the connection ended after %d of %d bytes", have, total)
			}
			return f.Close()
		}
		if err != nil {
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return err
		}
	}
}

// check compares a file with what is known about the archive.
func check(a dataset.Archive, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if size := sizeOf(file); a.Size > 0 && size != a.Size {
		return fmt.Errorf("it has %d bytes, wanted %d", size, a.Size)
	}
	if a.MD5Head != "" {
		if sum, err := md5Of(io.LimitReader(f, 1<<20)); err != nil || sum != a.MD5Head {
			return errors.Join(fmt.Errorf("the MD5 of its first MiB is %s, wanted %s", sum, a.MD5Head), err)
		}
	}
	if a.MD5 != "" {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if sum, err := md5Of(f); err != nil || sum != a.MD5 {
			return errors.Join(fmt.Errorf("its MD5 is %s, wanted %s", sum, a.MD5), err)
		}
	}
	return nil
}

func md5Of(r io.Reader) (string, error) {
	h := md5.New()
	_, err := io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), err
}

// sizeOf is a file's size, 0 if there is none.
func sizeOf(file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.Size()
}
