package engine

import (
	"archive/zip"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gopets/pets/internal/atomicfile"
	"gopets/pets/internal/download"
)

// SetupOptions are options for [Setup]. With the zero value it may download into the default cache
// folder.
type SetupOptions struct {
	CacheDir string                               // "" means gopets in the user's cache folder
	Offline  bool                                 // download nothing
	Trial    []string                             // as in Options
	Log      func(string)                         // called with each step
	Progress func(what string, done, total int64) // bytes so far; total is 0 when unknown

	probeURL  string // "" means go-xla's installer's host
	trialTime time.Duration
	stallTime time.Duration // 0 means stallTime
}

// A Report says which plugin Setup found or downloaded.
type Report struct {
	Plugin  string // absolute path
	Version string // "PJRT 0.106 (go-xla was made for 0.104)"
	SHA256  string
	Source  string // "already here", "go-xla's installer", or the wheel's name and version
}

const noXLA = "this program was built without XLA: there was no C compiler (install gcc, then " +
	"`nb setup`), the tag noxla was set, or go-xla does not know " +
	runtime.GOOS + "/" + runtime.GOARCH

// String returns the report in one line.
func (r Report) String() string {
	return fmt.Sprintf("XLA for the CPU: %s, %s, SHA-256 %.12s… (%s)", r.Plugin, r.Version,
		r.SHA256, r.Source)
}

// Setup makes sure that a CPU plugin is here that Open accepts. It looks for one, then runs
// go-xla's installer (a GitHub release), then pip for the pinned wheel. A dead network is noticed
// within seconds. An error says what was tried and what to do by hand; Open still works, on the Go
// backend.
func Setup(ctx context.Context, o SetupOptions) (Report, error) {
	open := Options{CacheDir: o.CacheDir, Trial: o.Trial, Log: o.Log, trialTime: o.trialTime,
		again: true}
	cache := open.cacheDir()
	if !withXLA {
		return Report{}, errors.New("setting up XLA: " + noXLA)
	}
	var troubles []error
	for _, c := range cpuCandidates(cache, "") {
		v := check(c, open)
		if v.Refused == "" {
			return v.report("already here"), nil
		}
		troubles = append(troubles, fmt.Errorf("%s: %s", c.plugin, v.Refused))
	}
	if o.Offline {
		return Report{}, noPlugin(cache,
			append(troubles, errors.New("downloading is switched off")))
	}
	for _, way := range []struct {
		name  string
		bring func(context.Context, SetupOptions, string) (candidate, error)
	}{
		{"go-xla's installer", byInstaller},
		{wheelPackage + " " + wheelVersion, byPip},
	} {
		c, err := way.bring(ctx, o, cache)
		if err == nil {
			v := check(c, open)
			if v.Refused == "" {
				return v.report(way.name), nil
			}
			_ = os.Remove(c.plugin) // downloaded above
			err = errors.New(v.Refused)
		}
		if ctx.Err() != nil {
			return Report{}, fmt.Errorf("setting up XLA: %w", ctx.Err())
		}
		troubles = append(troubles, fmt.Errorf("%s: %w", way.name, err))
		open.log(way.name + ": " + err.Error())
	}
	return Report{}, noPlugin(cache, troubles)
}

func (v result) report(source string) Report {
	return Report{Plugin: v.Path, Version: versionLine(v.Major, v.Minor), SHA256: v.SHA256,
		Source: source}
}

func noPlugin(cache string, troubles []error) error {
	byHand := "set GOMLX_BACKEND=xla:/path/to/plugin.so to a PJRT CPU plugin"
	if wheelFits() {
		byHand = fmt.Sprintf(
			"where there is a network, `pip download --no-deps %s==%s`, unzip it, and put %s at "+
				"%s; or %s",
			wheelPackage, wheelVersion, wheelLibrary, wheelPath(cache), byHand)
	}
	return fmt.Errorf(
		"no XLA plugin for the CPU; everything works on the Go backend, slower. By hand: %s. "+
			"What was tried: %w", byHand, errors.Join(troubles...))
}

// byInstaller runs go-xla's installer in a child, because it has no time-outs and draws on the
// terminal.
func byInstaller(ctx context.Context, o SetupOptions, cache string) (candidate, error) {
	if err := reachable(ctx, o.probeURL); err != nil {
		return candidate{}, err
	}
	dir := installerDir(cache)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return candidate{}, err
	}
	scratch, err := os.MkdirTemp(filepath.Dir(dir), ".download-*")
	if err != nil {
		return candidate{}, err
	}
	defer os.RemoveAll(scratch)
	cmd, stop, err := watchedChild(ctx, o, "install "+dir)
	if err != nil {
		return candidate{}, err
	}
	defer stop()
	cmd.Env = append(cmd.Env, "TMPDIR="+scratch)
	if err := watch(cmd, stop, scratch, o, "XLA (go-xla)", 0); err != nil {
		return candidate{}, err
	}
	plugins := pluginFiles([]string{dir}, CPU)
	if len(plugins) == 0 {
		return candidate{}, errors.New("it succeeded but produced no plugin")
	}
	sum, err := download.SHA256(plugins[0])
	if err == nil {
		err = writeFile(plugins[0]+".sha256", []byte(sum+"\n"))
	}
	return candidate{name: CPU, spec: "xla:" + plugins[0], plugin: plugins[0], sha256: sum}, err
}

const installerHost = "https://api.github.com/"

func reachable(ctx context.Context, url string) error {
	if url == "" {
		url = installerHost
	}
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("%s cannot be reached", url)
	}
	return response.Body.Close()
}

func wheelFits() bool { return runtime.GOOS == "linux" && runtime.GOARCH == "amd64" }

// byPip lets pip download the pinned wheel and extracts the library. Nothing is installed into any
// Python.
func byPip(ctx context.Context, o SetupOptions, cache string) (candidate, error) {
	if !wheelFits() {
		return candidate{}, fmt.Errorf("the wheel is for linux/amd64, this is %s/%s", runtime.GOOS,
			runtime.GOARCH)
	}
	pip := findPip()
	if pip == nil {
		return candidate{}, errors.New("no pip on PATH")
	}
	if err := os.MkdirAll(filepath.Join(cache, "pjrt"), 0o755); err != nil {
		return candidate{}, err
	}
	scratch, err := os.MkdirTemp(filepath.Join(cache, "pjrt"), ".download-*")
	if err != nil {
		return candidate{}, err
	}
	defer os.RemoveAll(scratch)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	args := append(pip[1:], "download", "--no-deps", "--only-binary=:all:", "--platform",
		"manylinux_2_27_x86_64",
		"--dest", scratch, "--timeout", "4", "--retries", "0", "--no-input", "--no-cache-dir",
		"--disable-pip-version-check",
		"--progress-bar", "off", wheelPackage+"=="+wheelVersion)
	cmd := exec.CommandContext(ctx, pip[0], args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+scratch)
	cmd.WaitDelay = 2 * time.Second
	const wheelSize = 63 << 20
	if err := watch(cmd, cancel, scratch, o, "XLA (wheel)", wheelSize); err != nil {
		return candidate{}, err
	}
	wheels, _ := filepath.Glob(filepath.Join(globQuote(scratch), "*.whl"))
	if len(wheels) != 1 {
		return candidate{}, fmt.Errorf("pip succeeded but produced %d wheels", len(wheels))
	}
	path := wheelPath(cache)
	if err := extract(wheels[0], wheelMember, path, wheelSHA256); err != nil {
		return candidate{}, err
	}
	return candidate{name: CPU, spec: "xla:" + path, plugin: path, sha256: wheelSHA256}, nil
}

func findPip() []string {
	for _, name := range []string{"pip3", "pip"} {
		if path, err := exec.LookPath(name); err == nil {
			return []string{path}
		}
	}
	if python, err := exec.LookPath("python3"); err == nil {
		if _, err := outputWithin(probeTime, python, "-m", "pip", "--version"); err == nil {
			return []string{python, "-m", "pip"}
		}
	}
	return nil
}

const maxLibrary = 512 << 20

// extract writes one member of a zip archive to path, atomically, if its SHA-256 is right.
func extract(archive, member, path, sum string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("the wheel is damaged: %w", err)
	}
	defer z.Close()
	in, err := z.Open(member)
	if err != nil {
		return fmt.Errorf("the wheel holds no %s", member)
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(path, 0o755, func(out *os.File) error {
		hash := sha256.New()
		n, err := io.Copy(io.MultiWriter(out, hash), io.LimitReader(in, maxLibrary+1))
		if err != nil {
			return fmt.Errorf("the wheel is damaged: %w", err)
		}
		if n > maxLibrary {
			return fmt.Errorf("%s is larger than %d MB", member, maxLibrary>>20)
		}
		if got := hex.EncodeToString(hash.Sum(nil)); got != sum {
			return fmt.Errorf("%s has SHA-256 %.12s…, wanted %.12s…: refused", member, got, sum)
		}
		return errors.Join(out.Chmod(0o755), out.Sync())
	})
}

func watchedChild(ctx context.Context, o SetupOptions, job string) (*exec.Cmd, context.CancelFunc,
	error) {
	ctx, cancel := context.WithCancel(ctx)
	cmd, err := childCommand(ctx, o.Trial, job)
	if err != nil {
		cancel()
	}
	return cmd, cancel, err
}

const stallTime = 12 * time.Second

// watch runs a downloading command and stops it when the folder that it writes to no longer grows.
func watch(cmd *exec.Cmd, stop func(), folder string, o SetupOptions, what string,
	total int64) error {
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	limit := cmp.Or(o.stallTime, stallTime)
	var most int64
	grown := time.Now()
	for {
		select {
		case err := <-done:
			if err != nil {
				return fmt.Errorf("%v%s", err, lastLine(output.String()))
			}
			return nil
		case now := <-ticker.C:
			if size := folderSize(folder); size > most {
				most, grown = size, now
				if o.Progress != nil {
					if total > 0 {
						// while pip moves the wheel out of its temporary folder there are two
						size = min(size, total)
					}
					o.Progress(what, size, total)
				}
			} else if now.Sub(grown) > limit {
				stop()
				<-done
				return fmt.Errorf("no data received for %v", limit)
			}
		}
	}
}

func folderSize(dir string) int64 {
	var size int64
	_ = filepath.WalkDir(dir, func(_ string, entry os.DirEntry, err error) error {
		if err != nil {
			return nil // a temporary file that was removed
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			size += info.Size()
		}
		return nil
	})
	return size
}
