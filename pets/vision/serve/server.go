package serve

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"gopets/pets/vision/dataset/images"
)

// A Predictor returns the class probabilities of images, a row for each: *train.Learner. It is
// called from one goroutine at a time.
type Predictor interface {
	Predict(ctx context.Context, batch []*images.RGB) ([][]float32, error)
}

// Options are a server's limits. The zero value is right for a service on one machine.
type Options struct {
	Model      string         // what the network is called: "petnet10 after fit 2, epoch 4"
	Decode     images.Options // the learner's; MaxPixels is set from the one below
	MaxBytes   int64          // of an upload; 0: 40 MB
	MaxPixels  int            // of an image in memory: larger JPEGs are read smaller; 0: 25 million
	Timeout    time.Duration  // from the end of the upload to the answer; 0: 10 s
	UploadTime time.Duration  // for the request to arrive, in Run; 0: 60 s
	Grace      time.Duration  // for running requests when Run's context ends; 0: 20 s
	// images decoded and predicted at once; 0: two for each processor, 8 at most
	Concurrency int
	Queue       int          // further uploads that may wait; 0: 32; negative: none
	PerClient   int          // uploads at once from one address; 0: 16; negative: no limit
	Batch       int          // images predicted together; 0: 8
	Log         *slog.Logger // a line for each request; nil: none
}

// Flags defines the limits as flags of a command.
func (o *Options) Flags(flags *flag.FlagSet) {
	o.fill()
	flags.Int64Var(&o.MaxBytes, "max-bytes", o.MaxBytes, "of an upload")
	flags.IntVar(&o.MaxPixels, "max-pixels", o.MaxPixels, "of an image in memory")
	flags.DurationVar(&o.Timeout, "timeout", o.Timeout, "from the end of an upload to its answer")
	flags.DurationVar(&o.UploadTime, "upload-time", o.UploadTime, "for a request to arrive")
	flags.DurationVar(&o.Grace, "grace", o.Grace, "for running requests at the end")
	flags.IntVar(&o.Concurrency, "concurrency", o.Concurrency,
		"images decoded and predicted at once")
	flags.IntVar(&o.Queue, "queue", o.Queue, "further uploads that may wait; negative: none")
	flags.IntVar(&o.PerClient, "per-client", o.PerClient,
		"uploads at once from one address; negative: no limit, for behind a proxy")
	flags.IntVar(&o.Batch, "batch", o.Batch, "images predicted together, of those that wait")
}

func (o *Options) fill() {
	o.MaxBytes = cmp.Or(o.MaxBytes, 40<<20)
	o.MaxPixels = cmp.Or(o.MaxPixels, 25_000_000)
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	o.UploadTime = cmp.Or(o.UploadTime, 60*time.Second)
	o.Grace = cmp.Or(o.Grace, 20*time.Second)
	o.Concurrency = cmp.Or(o.Concurrency, min(8, 2*runtime.GOMAXPROCS(0)))
	o.Queue = cmp.Or(o.Queue, 32)
	o.PerClient = cmp.Or(o.PerClient, 16)
	o.Batch = cmp.Or(o.Batch, 8)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

func (o Options) withDefaults() (Options, error) {
	o.fill()
	o.Queue = max(o.Queue, 0)
	o.Decode.MaxPixels = o.MaxPixels
	switch {
	case o.MaxBytes < 1<<10 || o.MaxBytes > 1<<30:
		return o, fmt.Errorf("serve: MaxBytes is %d: want 1 kB to 1 GB, as 40 MB", o.MaxBytes)
	case o.MaxPixels < 1 || o.MaxPixels > 1<<30:
		return o, fmt.Errorf("serve: MaxPixels is %d: want 1 to 1 billion, as 25 million",
			o.MaxPixels)
	case o.Concurrency < 1 || o.Concurrency > 1<<10 || o.Queue > 1<<16:
		return o, fmt.Errorf("serve: Concurrency is %d and Queue %d: "+
			"want 1 to 1024 and up to 65536, as 4 and 32", o.Concurrency, o.Queue)
	case o.Batch < 1 || o.Batch > 256:
		return o, fmt.Errorf("serve: Batch is %d: want 1 to 256, as 8", o.Batch)
	case o.Timeout < 0 || o.UploadTime < 0 || o.Grace < 0:
		return o, fmt.Errorf("serve: a negative time (Timeout %v, UploadTime %v, Grace %v): "+
			"want positive ones, as 10s", o.Timeout, o.UploadTime, o.Grace)
	}
	return o, nil
}

// Server is an http.Handler. Make it with [New].
type Server struct {
	o          Options
	classes    []string
	predicting sync.Mutex // held while the predictor is called
	predictor  Predictor
	mux        *http.ServeMux
	origin     *http.CrossOriginProtection

	state  atomic.Int32  // starting, ready or stopping
	admit  chan struct{} // held by every upload, from before it is read
	slots  chan struct{} // held by images that are decoded and predicted
	queue  chan *job     // of decoded images
	closed chan struct{}
	once   sync.Once
	ended  sync.WaitGroup

	mu      sync.Mutex
	clients map[string]int // uploads on their way, by address
}

const (
	ready int32 = iota
	starting
	stopping
)

// New returns a server; the predictor's rows are in the order of classes. Close it after its last
// request.
func New(p Predictor, classes []string, o Options) (*Server, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if p == nil || len(classes) == 0 {
		return nil, fmt.Errorf("serve: want a predictor and its classes, got %d classes",
			len(classes))
	}
	s := &Server{o: o, classes: classes, predictor: p, mux: http.NewServeMux(),
		origin: http.NewCrossOriginProtection(),
		admit:  make(chan struct{}, o.Concurrency+o.Queue),
		slots:  make(chan struct{}, o.Concurrency), queue: make(chan *job, o.Concurrency),
		closed: make(chan struct{}), clients: map[string]int{}}
	s.route("/{$}", s.home, http.MethodGet, http.MethodHead, http.MethodPost)
	s.route("/predict", s.answer, http.MethodPost)
	s.route("/model", s.model, http.MethodGet, http.MethodHead)
	s.route("/healthz", s.health, http.MethodGet, http.MethodHead)
	s.route("/readyz", s.health, http.MethodGet, http.MethodHead)
	s.route("/page.css", asset, http.MethodGet, http.MethodHead)
	s.route("/page.js", asset, http.MethodGet, http.MethodHead)
	s.route("/", func(*exchange) error {
		return refuse(http.StatusNotFound, "not_found", "There is nothing here. The form is at /.")
	})
	s.ended.Add(1)
	go s.predictQueued()
	return s, nil
}

// Close ends queued requests with an error. The predictor is not called after it.
func (s *Server) Close() {
	s.state.Store(stopping)
	s.once.Do(func() { close(s.closed) })
	s.ended.Wait()
}

func (s *Server) health(x *exchange) error {
	if x.r.URL.Path == "/readyz" {
		if err := s.isReady(); err != nil {
			return err
		}
	}
	return x.write(http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
}

func (s *Server) isReady() error {
	switch s.state.Load() {
	case starting:
		return busy("starting", "The network is being compiled. Try again in a few seconds.", 3)
	case stopping:
		return busy("stopping", "The server is being stopped. Try again in a little while.", 5)
	}
	return nil
}

func (s *Server) model(x *exchange) error {
	return x.json(http.StatusOK, map[string]any{"model": s.o.Model, "classes": s.classes})
}
