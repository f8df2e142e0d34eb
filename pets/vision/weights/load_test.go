package weights

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// alone keeps a test from the machine's own caches and gives it ours.
func alone(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"TORCH_HOME", "HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT",
		"XDG_CACHE_HOME"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	cache := t.TempDir()
	t.Setenv("GOPETS_CACHE", cache)
	return cache
}

// content is a readable safetensors file of some size, and its SHA-256.
func content(t *testing.T) ([]byte, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.safetensors")
	values := make([]float32, 100_000)
	for i := range values {
		values[i] = float32(i)
	}
	if err := WriteSafetensors(path,
		&File{Tensors: []Tensor{{Name: "conv1.weight", Shape: []int{len(values)}, DType: "F32",
			Data: values}}}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	return raw, hex.EncodeToString(sum[:])
}

func put(t *testing.T, path string, raw []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}

// known makes the running test's file torchvision's resnet34, by putting its hash into the name.
func known(t *testing.T, sum string) string {
	t.Helper()
	name := "resnet34-" + sum[:8] + ".pth"
	before := origins["resnet34"]
	after := before
	after.files = []string{name}
	origins["resnet34"] = after
	t.Cleanup(func() { origins["resnet34"] = before })
	return name
}

func TestLoadSearchesFolders(t *testing.T) {
	raw, sum := content(t)
	hub := filepath.Join("huggingface", "hub", "models--timm--resnet34.tv_in1k", "snapshots", "abc",
		"model.safetensors")
	name := known(t, sum)
	for kind, where := range map[string]func(home, cache string) string{
		"torch's cache": func(home, cache string) string {
			return filepath.Join(home, ".cache", "torch", "hub", "checkpoints", name)
		},
		"Hugging Face's cache": func(home, cache string) string {
			return filepath.Join(home,
				".cache", hub)
		},
		"gopets' cache": func(home, cache string) string {
			return filepath.Join(cache, "weights", "timm--resnet34.tv_in1k.safetensors")
		},
	} {
		t.Run(kind, func(t *testing.T) {
			cache := alone(t)
			path := where(os.Getenv("HOME"), cache)
			put(t, path, raw)
			file, source, err := Load(context.Background(), "resnet34", Options{Offline: true})
			if err != nil {
				t.Fatal(err)
			}
			if len(file.Tensors) != 1 || source.Kind != kind || source.Path != path {
				t.Errorf("%+v", source)
			}
		})
	}
	t.Run("PyTorch 1.0's cache, damaged", func(t *testing.T) {
		alone(t)
		path := filepath.Join(os.Getenv("HOME"), ".torch", "models", name)
		put(t, path, raw[:len(raw)-1])
		_, _, err := Load(context.Background(), "resnet34", Options{Offline: true})
		if err == nil || !strings.Contains(err.Error(), path+" is damaged") {
			t.Errorf("got %v", err)
		}
	})
}

func TestLoadByPath(t *testing.T) {
	raw, _ := content(t)
	path := filepath.Join(t.TempDir(), "mine.bin")
	put(t, path, raw)
	if _, source, err := Load(context.Background(), "anything", Options{Path: path}); err != nil ||
		source.Kind != "file" {
		t.Errorf("%+v, %v", source, err)
	}
	if _, _, err := Load(context.Background(), "resnet34",
		Options{Path: path + ".no"}); err == nil {
		t.Error("a file that is not there was read")
	}
}

func TestLoadErrorsSayWhatToDo(t *testing.T) {
	cache := alone(t)
	_, _, err := Load(context.Background(), "resnet50", Options{Offline: true})
	for _, want := range []string{"resnet50",
		"https://download.pytorch.org/models/resnet50-0676ba61.pth",
		filepath.Join(cache, "weights"), "petnet18"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if _, _, err := Load(context.Background(), "resnet35", Options{}); err == nil ||
		!strings.Contains(err.Error(), "resnet34") {
		t.Errorf("unknown name: %v", err)
	}
}

func TestEmbedded(t *testing.T) {
	for _, arch := range embeddedNames {
		file, source, err := Load(context.Background(), arch, Options{Offline: true})
		if _, statErr := embedded.Open("embedded/" + arch + ".safetensors"); statErr != nil {
			if err == nil || !strings.Contains(err.Error(), "not embedded in this build") {
				t.Errorf("%s: %v", arch, err)
			}
			continue
		}
		if err != nil || source.Kind != "embedded" || len(file.Tensors) == 0 {
			t.Errorf("%s: %+v, %v", arch, source, err)
		}
	}
}

// A site plays the Hub and torchvision's server.
type site struct {
	raw     []byte
	sum     string // as the Hub does; "": not sent
	cutting atomic.Int32
	ranged  atomic.Int32
	asked   atomic.Int32
	noRange bool
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	if strings.HasPrefix(r.URL.Path, "/timm/") {
		if s.sum != "" {
			w.Header().Set("X-Linked-Etag", `"`+s.sum+`"`)
		}
		http.Redirect(w, r, "/blob", http.StatusFound)
		return
	}
	if r.Header.Get("Range") != "" {
		s.ranged.Add(1)
		if s.noRange {
			r.Header.Del("Range")
		}
	}
	if s.cutting.Add(-1) >= 0 {
		w.Header().Set("Content-Length", fmt.Sprint(len(s.raw)))
		_, _ = w.Write(s.raw[:len(s.raw)/2])
		panic(http.ErrAbortHandler)
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(s.raw)))
}

func serve(t *testing.T, s *site) Options {
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return Options{HubURL: server.URL, TorchURL: server.URL + "/models"}
}

func TestDownload(t *testing.T) {
	raw, sum := content(t)
	known(t, sum)
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	for name, test := range map[string]struct {
		cuts       int32
		noRange    bool
		hubDead    bool
		hubSilent  bool
		wantRanged int32
	}{
		"plainly":               {},
		"torchvision's instead": {hubDead: true},
		"no sum sent":           {hubSilent: true},
		"cut once":              {cuts: 1, wantRanged: 1},
		"cut, cannot resume":    {cuts: 1, noRange: true, wantRanged: 1},
	} {
		t.Run(name, func(t *testing.T) {
			cache := alone(t)
			s := &site{raw: raw, sum: sum, noRange: test.noRange}
			if test.hubSilent {
				s.sum = ""
			}
			s.cutting.Store(test.cuts)
			o := serve(t, s)
			if test.hubDead {
				o.HubURL = dead.URL
			}
			var done, total int64
			o.Progress = func(_ string, d, n int64) { done, total = d, n }
			file, source, err := Load(context.Background(), "resnet34", o)
			if err != nil {
				t.Fatal(err)
			}
			if source.Kind != "download" || len(file.Tensors) != 1 ||
				!strings.HasPrefix(source.Path, cache) {
				t.Errorf("%+v", source)
			}
			if done != int64(len(raw)) || total != done {
				t.Errorf("progress ended at %d of %d, want %d", done, total, len(raw))
			}
			if got := s.ranged.Load(); got != test.wantRanged {
				t.Errorf("%d resumed requests, want %d", got, test.wantRanged)
			}
			before := s.asked.Load()
			if _, again, err := Load(context.Background(), "resnet34", o); err != nil ||
				again.Kind != "gopets' cache" || s.asked.Load() != before {
				t.Errorf("second time: %+v, %v", again, err)
			}
		})
	}
}

func TestDownloadResumes(t *testing.T) {
	cache := alone(t)
	raw, sum := content(t)
	part := filepath.Join(cache, "weights", "timm--resnet34.tv_in1k.safetensors.part")
	t.Run("from a good part", func(t *testing.T) {
		put(t, part, raw[:1000])
		s := &site{raw: raw, sum: sum}
		if _, _, err := Load(context.Background(), "resnet34", serve(t, s)); err != nil ||
			s.ranged.Load() != 1 {
			t.Errorf("%d resumed requests, %v", s.ranged.Load(), err)
		}
	})
	_ = os.RemoveAll(filepath.Join(cache, "weights"))
	t.Run("from a complete part", func(t *testing.T) {
		put(t, part, raw)
		if _, _, err := Load(context.Background(), "resnet34",
			serve(t, &site{raw: raw, sum: sum})); err != nil {
			t.Error(err)
		}
	})
	_ = os.RemoveAll(filepath.Join(cache, "weights"))
	t.Run("from another file's part", func(t *testing.T) {
		put(t, part, []byte("something else altogether"))
		if _, _, err := Load(context.Background(), "resnet34",
			serve(t, &site{raw: raw, sum: sum})); err != nil {
			t.Error(err)
		}
	})
}

func TestDownloadRefuses(t *testing.T) {
	raw, sum := content(t)
	wrong := strings.Repeat("ab", 32)
	for name, test := range map[string]struct {
		handler http.Handler
		want    string
	}{
		"wrong sum": {&site{raw: raw, sum: wrong}, "not the expected one"},
		"cut each time": {func() *site {
			s := &site{raw: raw,
				sum: sum}
			s.cutting.Store(1000)
			return s
		}(), "go"},
		"not found": {http.NotFoundHandler(), "404"},
		"too large": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(maxDownload+1))
			w.WriteHeader(http.StatusOK)
		}), "the limit is"},
		"a web page": {&site{raw: []byte("<html>please log in</html>")}, "a web page"},
	} {
		t.Run(name, func(t *testing.T) {
			cache := alone(t)
			server := httptest.NewServer(test.handler)
			defer server.Close()
			_, _, err := Load(context.Background(), "resnet34",
				Options{HubURL: server.URL, TorchURL: server.URL})
			if err == nil || !strings.Contains(err.Error(), test.want) ||
				!strings.Contains(err.Error(), "By hand") {
				t.Errorf("error %v does not say %q", err, test.want)
			}
			for _, left := range []string{"*.safetensors", "*.pth"} {
				if files, _ := filepath.Glob(filepath.Join(cache, "weights",
					left)); len(files) > 0 {
					t.Errorf("left behind as if right: %v", files)
				}
			}
		})
	}
}

func TestDownloadCancelled(t *testing.T) {
	alone(t)
	ctx, cancel := context.WithCancel(context.Background())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	_, _, err := Load(ctx, "resnet34", Options{HubURL: server.URL, TorchURL: server.URL})
	if err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v", err)
	}
}

func ExampleLoad() {
	file, source, err := Load(context.Background(), "petnet10", Options{Offline: true})
	if err != nil {
		fmt.Println(err) // says what to do
		return
	}
	kernel, _ := file.Get("conv1.weight")
	fmt.Println(source, kernel.Shape)
}
