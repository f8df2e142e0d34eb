package serve

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path"
	"strings"
	"unicode"
)

const field = "photo"

type upload struct {
	data []byte
	name string // of the file, clean but not escaped; empty where none was given
}

const (
	envelope = 64 << 10 // bytes that a form may have around the photo
	maxParts = 16       // of a form
	maxDrain = 64 << 20 // bytes read and dropped, so that a browser reads the error
)

func (s *Server) receive(r *http.Request) (upload, error) {
	limit := s.o.MaxBytes
	tooLarge := refuse(http.StatusRequestEntityTooLarge, "too_large",
		"The photo has more than %s. Send a smaller one.", megabytes(limit))
	if r.ContentLength > limit+envelope {
		drain(r, r.ContentLength)
		return upload{}, tooLarge
	}
	up, err := parse(r.Header.Get("Content-Type"), &bounded{r.Body, limit + envelope}, limit)
	if errors.Is(err, errTooLarge) {
		drain(r, maxDrain)
		return up, tooLarge
	}
	var refused *refusal
	if err == nil || errors.As(err, &refused) {
		return up, err
	}
	var network net.Error
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return up, refuse(http.StatusRequestTimeout, "slow_upload",
			"The photo did not arrive within %v. Try again, or send a smaller one.", s.o.UploadTime)
	case r.Context().Err() != nil:
		return up, errGone
	}
	return up, refuse(http.StatusBadRequest, "bad_form",
		"The form is damaged or ends early. Send it again.")
}

// drain reads the rest of a body: browsers that cannot finish sending show no response.
func drain(r *http.Request, size int64) {
	if size <= maxDrain && r.Header.Get("Expect") == "" {
		io.CopyN(io.Discard, r.Body, size) // its error changes nothing
	}
}

var errTooLarge = errors.New("too large")

func parse(contentType string, body io.Reader, limit int64) (upload, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	switch {
	case err == nil && kind == "multipart/form-data":
		return parseForm(params["boundary"], body, limit)
	case err == nil && (strings.HasPrefix(kind, "image/") || kind == "application/octet-stream"):
		data, err := readAll(body, limit)
		if err == nil && len(data) == 0 {
			err = errNoPhoto
		}
		return upload{data: data}, err
	}
	return upload{}, refuse(http.StatusUnsupportedMediaType, "content_type",
		"Send a form (multipart/form-data) with the file field %q, or the bytes of an image with "+
			"a Content-Type of image/… or application/octet-stream.", field)
}

var errNoPhoto = refuse(http.StatusBadRequest, "no_photo", "There is no photo. Choose one first.")

func parseForm(boundary string, body io.Reader, limit int64) (up upload, err error) {
	if boundary == "" {
		return up, refuse(http.StatusBadRequest, "bad_form",
			"The form's Content-Type has no boundary.")
	}
	form := multipart.NewReader(body, boundary)
	found, others := false, 0
	for range maxParts {
		part, err := form.NextPart()
		switch {
		case err == io.EOF && !found && others > 0:
			return up, refuse(http.StatusBadRequest, "no_photo", "The form has no file field %q.",
				field)
		case err == io.EOF && len(up.data) == 0:
			return up, errNoPhoto
		case err == io.EOF:
			return up, nil
		case err != nil:
			return up, err
		}
		if part.FormName() != field {
			others++
			continue
		}
		if found {
			return up, refuse(http.StatusBadRequest, "bad_form",
				"The form has more than one photo. Send one at a time.")
		}
		found = true
		up.name = cleanName(part.FileName())
		if up.data, err = readAll(part, limit); err != nil {
			return up, err
		}
	}
	return up, refuse(http.StatusBadRequest, "bad_form", "The form has more than %d fields.",
		maxParts)
}

type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.left = 0
		return n - 1, errTooLarge
	}
	return n, err
}

func readAll(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		return nil, errTooLarge
	}
	return data, err
}

// cleanName is a file's last element, short, without control and direction characters.
func cleanName(name string) string {
	name = path.Base("/" + strings.ReplaceAll(strings.ToValidUTF8(name, "�"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.TrimPrefix(name, "/"))
	if runes := []rune(name); len(runes) > 60 {
		name = string(runes[:40]) + "…" + string(runes[len(runes)-19:])
	}
	return name
}

// enter admits an upload, or returns an error if there are too many. Call leave at its end.
func (s *Server) enter(r *http.Request) (leave func(), err error) {
	if err := s.isReady(); err != nil {
		return nil, err
	}
	client, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		client = r.RemoteAddr
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.o.PerClient > 0 && s.clients[client] >= s.o.PerClient {
		return nil, &refusal{http.StatusTooManyRequests, "too_many",
			"Too many photos of yours are on their way. Wait for an answer first.", 1}
	}
	select {
	case s.admit <- struct{}{}:
	default:
		return nil, busy("busy", "Too many photos are waiting already. Try again in a moment.", 1)
	}
	s.clients[client]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.clients[client]--; s.clients[client] == 0 {
			delete(s.clients, client)
		}
		<-s.admit
	}, nil
}

func (s *Server) reason(r *http.Request) error {
	if r.Context().Err() != nil && !errors.Is(context.Cause(r.Context()),
		context.DeadlineExceeded) {
		return errGone
	}
	return busy("timeout", "That took too long: the server is at its limit. Try again in a moment.",
		2)
}
