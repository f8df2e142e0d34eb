package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

type exchange struct {
	r      *http.Request
	w      http.ResponseWriter
	status int // 0: not written yet

	bytes   int    // of the image
	format  string // of the image
	batch   int    // images predicted together with this one
	trouble error  // for the log only
}

// Header, Write and WriteHeader implement http.ResponseWriter and note the status.
func (x *exchange) Header() http.Header { return x.w.Header() }

func (x *exchange) WriteHeader(status int) {
	x.status = status
	x.w.WriteHeader(status)
}

func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	return x.w.Write(p)
}

type refusal struct {
	status  int
	code    string // for programs
	message string // what is wrong and what to do
	retry   int    // seconds; 0: do not say
}

func (r *refusal) Error() string { return r.message }

func refuse(status int, code, format string, args ...any) error {
	return &refusal{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func busy(code, message string, retry int) error {
	return &refusal{status: http.StatusServiceUnavailable, code: code, message: message,
		retry: retry}
}

// errGone ends a request whose client has closed the connection; the log says statusGone.
var errGone = errors.New("the client has gone")

const statusGone = 499

const securityPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' " +
	"data: blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", securityPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	s.mux.ServeHTTP(w, r)
}

func (s *Server) route(path string, serve func(*exchange) error, methods ...string) {
	s.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		x := &exchange{r: r}
		x.w = w
		err := func() (err error) {
			defer func() {
				if thrown := recover(); thrown != nil {
					err = fmt.Errorf("panic: %v", thrown)
				}
			}()
			if len(methods) > 0 && !slices.Contains(methods, r.Method) {
				w.Header().Set("Allow", strings.Join(methods, ", "))
				return refuse(http.StatusMethodNotAllowed, "method", "This path takes %s.",
					strings.Join(methods, ", "))
			}
			if err := s.origin.Check(r); err != nil {
				return refuse(http.StatusForbidden, "cross_origin",
					"Pages of other sites cannot send photos here.")
			}
			return serve(x)
		}()
		if err != nil {
			s.refuseWith(x, err)
		}
		s.log(x, path, time.Since(begun))
	})
}

func (s *Server) refuseWith(x *exchange, err error) {
	if errors.Is(err, errGone) || x.status != 0 {
		x.status, x.trouble = statusGone, errGone
		return
	}
	var r *refusal
	if !errors.As(err, &r) {
		x.trouble = err
		r = &refusal{status: http.StatusInternalServerError, code: "failed",
			message: "That did not work, and it is not the photo's fault. The server's log " +
				"says why."}
	}
	if r.retry > 0 {
		x.Header().Set("Retry-After", strconv.Itoa(r.retry))
	}
	if wantsJSON(x.r) {
		err = x.json(r.status, map[string]any{"error": map[string]string{"code": r.code,
			"message": r.message}})
	} else {
		err = s.page(x, r.status, view{Error: r.message})
	}
	if err != nil {
		x.status, x.trouble = statusGone, errGone
	}
}

// wantsJSON distinguishes programs from browsers, which accept text/html.
func wantsJSON(r *http.Request) bool {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	switch r.URL.Path {
	case "/predict", "/model":
		return true
	case "/":
		return strings.Contains(accept, "application/json") &&
			!strings.Contains(accept, "text/html")
	}
	return !strings.Contains(accept, "text/html")
}

func (x *exchange) json(status int, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return x.write(status, "application/json", append(text, '\n'))
}

// write writes the response. A closed connection is not an error.
func (x *exchange) write(status int, kind string, body []byte) error {
	x.Header().Set("Content-Type", kind)
	x.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.WriteHeader(status)
	if x.r.Method == http.MethodHead {
		return nil
	}
	if _, err := x.Write(body); err != nil {
		return errGone
	}
	return nil
}

// log writes the request's line, without text from the client.
func (s *Server) log(x *exchange, path string, took time.Duration) {
	method := x.r.Method
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost}, method) {
		method = "other"
	}
	level := slog.LevelInfo
	attributes := []slog.Attr{slog.String("method", method),
		slog.String("path", strings.TrimSuffix(path, "{$}")), slog.Int("status", x.status),
		slog.Float64("ms", float64(took.Microseconds())/1000)}
	if x.bytes > 0 {
		attributes = append(attributes, slog.Int("bytes", x.bytes), slog.String("format", x.format),
			slog.Int("together", x.batch))
	}
	if x.trouble != nil {
		if x.status == http.StatusInternalServerError {
			level = slog.LevelError
		}
		attributes = append(attributes, slog.String("trouble", x.trouble.Error()))
	}
	s.o.Log.LogAttrs(x.r.Context(), level, "request", attributes...)
}
