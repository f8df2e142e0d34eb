package engine

import (
	"archive/zip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gopets/pets/internal/download"
)

// deadURL refuses connections at once.
func deadURL(t *testing.T) string {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	return server.URL
}

// fakePip puts a program named pip3 on an otherwise bare PATH.
func fakePip(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if script != "" {
		head := "#!/bin/sh\nPATH=/usr/bin:/bin\nwhile [ $# -gt 0 ]; do [ \"$1\" = --dest ] && " +
			"dest=$2; last=$1; shift; done\n"
		if err := os.WriteFile(filepath.Join(dir, "pip3"), []byte(head+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func wheel(t *testing.T, member string, content io.Reader) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fake-1-py3-none-any.whl")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	w, err := z.CreateHeader(&zip.FileHeader{Name: member, Method: zip.Store})
	if err == nil {
		_, err = io.Copy(w, content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSetupOfflineOrAlone(t *testing.T) {
	needXLA(t)
	cache := alone(t)
	fakePip(t, "")
	for name, o := range map[string]SetupOptions{
		"offline": {Offline: true},
		"no pip":  {probeURL: deadURL(t)},
	} {
		_, err := Setup(context.Background(), o)
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		for _, want := range []string{"Go backend", "By hand", "GOMLX_BACKEND"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not speak of %q", name, err, want)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(cache, "pjrt")); err == nil {
		t.Error("a folder is left where nothing was brought")
	}
}

func TestSetupRefusesWheels(t *testing.T) {
	needXLA(t)
	if !wheelFits() {
		t.Skip("the wheel is for linux/amd64")
	}
	for name, test := range map[string]struct{ script, want string }{
		"another library": {"cp '" + wheel(t, wheelMember, strings.NewReader("not it")) +
			"' $dest/", "SHA-256"},
		"another package": {"cp '" + wheel(t, "else.so", strings.NewReader("not it")) + "' $dest/",
			"holds no"},
		"no zip":  {"echo hello >$dest/a.whl", "damaged"},
		"nothing": {"exit 0", "0 wheels"},
		"pip fails": {"echo Looking >&2; echo 'ERROR: no route' >&2; exit 1",
			"ERROR: no route"},
		"pip hangs": {"exec sleep 600", "no data received for 300ms"},
	} {
		t.Run(name, func(t *testing.T) {
			cache := alone(t)
			fakePip(t, test.script)
			o := SetupOptions{probeURL: deadURL(t)}
			if name == "pip hangs" {
				o.stallTime = 300 * time.Millisecond
			}
			_, err := Setup(context.Background(), o)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v does not say %q", err, test.want)
			}
			left, _ := filepath.Glob(filepath.Join(cache, "pjrt", ".*"))
			more, _ := filepath.Glob(filepath.Join(cache, "pjrt", "*", "*"))
			if len(left)+len(more) > 0 {
				t.Errorf("left behind: %v %v", left, more)
			}
		})
	}
}

func TestSetupByInstaller(t *testing.T) {
	needXLA(t)
	cache := alone(t)
	fakePip(t, "")
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	// The child's two jobs, played by a script.
	child := []string{"/bin/sh", "-c", `PATH=/usr/bin:/bin
set -- $` + childVar + `
case $1 in
install) echo library >"$2/pjrt_c_api_cpu_v0.0.1_plugin.so" && ln -s pjrt_c_api_cpu_v0.0.1_plugin.so "$2/pjrt_c_api_cpu_plugin.so" ;;
trial) echo '` + goodAnswer + `' ;;
esac`}
	r, err := Setup(context.Background(), SetupOptions{probeURL: server.URL, Trial: child})
	if err != nil {
		t.Fatal(err)
	}
	if r.Source != "go-xla's installer" ||
		filepath.Base(r.Plugin) != "pjrt_c_api_cpu_v0.0.1_plugin.so" || r.Version != "PJRT 0.104" {
		t.Errorf("%+v", r)
	}
	again, err := Setup(context.Background(), SetupOptions{Offline: true, Trial: child})
	if err != nil || again.Source != "already here" || again.SHA256 != r.SHA256 {
		t.Errorf("%+v, %v", again, err)
	}
	// Somebody replaces the library: the recorded checksum refuses it.
	if err := os.WriteFile(r.Plugin, []byte("another\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Setup(context.Background(), SetupOptions{Offline: true,
		Trial: child}); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("a replaced library: %v", err)
	}
	eng, err := Open(Options{CacheDir: cache, Trial: child})
	if err != nil || eng.Name != Go {
		t.Errorf("opened %v, %v", eng, err)
	}
}

// Two copies of a file that pip moves count as one.
func TestProgressEndsAtTheTotal(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("sh", "-c", `head -c 3000 /dev/zero >"$0/a"; cp "$0/a" "$0/b"; sleep 1`,
		dir)
	var reported []int64
	o := SetupOptions{Progress: func(_ string, done, _ int64) { reported = append(reported, done) }}
	if err := watch(cmd, func() {}, dir, o, "XLA", 4000); err != nil {
		t.Fatal(err)
	}
	if len(reported) == 0 || slices.Max(reported) != 4000 {
		t.Errorf("reported %v of 4000 bytes", reported)
	}
}

func TestSetupCancelled(t *testing.T) {
	needXLA(t)
	alone(t)
	fakePip(t, "exec sleep 600")
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := Setup(ctx, SetupOptions{probeURL: deadURL(t)}); err == nil ||
		!strings.Contains(err.Error(), "deadline") {
		t.Errorf("got %v", err)
	}
}

// TestSetupWithTheRealWheel packs the plugin that tests are given into a wheel as PyPI's and takes
// it through all of it.
func TestSetupWithTheRealWheel(t *testing.T) {
	needXLA(t)
	plugin := os.Getenv("GOPETS_TEST_PLUGIN")
	if plugin == "" || testing.Short() {
		t.Skip("needs $GOPETS_TEST_PLUGIN, and 600 MB for a moment")
	}
	if sum, err := download.SHA256(plugin); err != nil || sum != wheelSHA256 {
		t.Skipf("$GOPETS_TEST_PLUGIN is another library (%v)", err)
	}
	cache := alone(t)
	f, err := os.Open(plugin)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	path := wheel(t, wheelMember, f)
	ln, err := exec.LookPath("ln")
	if err != nil {
		t.Skip("no ln")
	}
	fakePip(t, "'"+ln+"' '"+path+"' $dest/")
	r, err := Setup(context.Background(), SetupOptions{probeURL: deadURL(t)})
	if err != nil {
		t.Fatal(err)
	}
	if r.SHA256 != wheelSHA256 || !strings.HasPrefix(r.Version, "PJRT 0.106") ||
		r.Plugin != wheelPath(cache) {
		t.Errorf("%+v", r)
	}
	eng, err := Open(Options{})
	if err != nil || eng.Name != CPU || len(eng.Notes) > 0 {
		t.Fatalf("opened %v, %v", eng, err)
	}
	eng.Close()
}
