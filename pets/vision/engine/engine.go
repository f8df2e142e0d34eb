package engine

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers "go"; pjrt.go registers "xla"

	"gopets/pets/internal/cachedir"
	"gopets/pets/vision/engine/programs"
)

// Values of Engine.Name.
const (
	CUDA = "xla:cuda"
	CPU  = "xla:cpu"
	Go   = "go"
)

// goSpec opens the Go backend in the only schedule that does not deadlock.
const goSpec = "go:ops_sequential"

// An Engine is an open backend.
type Engine struct {
	Backend     compute.Backend
	Name        string   // "xla:cuda", "xla:cpu", "go", or the head of a foreign spec
	Description string   // one line: plugin, version, devices
	Notes       []string // one line each: why better engines were not chosen, and what to do

	gpus []gpu // of a CUDA engine, as they were when it was opened
}

// Options are options for [Open] and [Doctor], among others. With the zero value Open chooses.
type Options struct {
	// "" means $GOMLX_BACKEND, else choose. "go", "xla", "xla:cpu", "xla:cuda",
	// "xla:/path/to/plugin.so", each with ",option=value"…
	Spec     string
	CacheDir string // "" means gopets in the user's cache folder
	NoTrial  bool   // accept plugins without a checksum and a trial in a child process
	Programs string // folder of compiled graphs; "" means programs in the cache folder
	// program (and arguments) to start for the trial; nil means this executable
	Trial []string
	Log   func(string) // called with each note and, last, the engine

	trialTime time.Duration // 0 means cpuTrialTime or cudaTrialTime
	again     bool          // try plugins again that were refused before
}

func (o Options) log(line string) {
	if o.Log != nil {
		o.Log(line)
	}
}

func (o Options) cacheDir() string { return cmp.Or(o.CacheDir, cachedir.Default()) }

func (o Options) spec() string { return cmp.Or(o.Spec, os.Getenv(compute.ConfigEnvVar)) }

// Open opens the best engine that starts; see the package comment for the order. An explicit spec
// (o.Spec or $GOMLX_BACKEND) is opened or an error; without one there is always an engine, and
// Notes say why it is not a better one.
func Open(o Options) (*Engine, error) {
	spec := o.spec()
	options, err := candidates(spec, o.cacheDir())
	if err != nil {
		return nil, err
	}
	var notes []string
	note := func(format string, args ...any) {
		line := fmt.Sprintf(format, args...)
		notes = append(notes, line)
		o.log(line)
	}
	wantsCUDA := spec == "" && nvidiaGPU() || strings.HasPrefix(spec, "xla:cuda")
	if withXLA && wantsCUDA && (len(options) == 0 || options[0].name != CUDA) {
		note("%s", lacksCUDA())
	}
	for _, c := range options {
		if c.plugin != "" {
			known, refused := examine(c, o)
			if refused != "" {
				note("%s is not used: %s", c.plugin, refused)
				continue
			}
			if value, differs := known.add(); differs {
				os.Setenv(flagsVar, value)
			}
		}
		backend, err := open(c.spec)
		if err != nil {
			note("%s does not start: %s", c.spec, explain(err.Error(), ""))
			continue
		}
		eng := &Engine{Backend: backend, Name: c.name, Description: describe(c, backend)}
		if c.name == Go && spec == "" {
			note("%s", slowNote)
		}
		if c.name == CUDA {
			eng.gpus = gpus()
		}
		if c.name == CPU {
			if err := keepPrograms(c, o); err != nil {
				note("%v", err)
			}
		}
		eng.Notes = notes
		o.log("computing on " + eng.String())
		return eng, nil
	}
	return nil,
		fmt.Errorf(
			"opening the engine %q: not available (%s): unset $%s for the best available one, or "+
				"use \"go\"",
			spec, cmp.Or(strings.Join(notes, "; "), "no plugin found"), compute.ConfigEnvVar)
}

// keepPrograms lets a CPU plugin load what another process compiled.
func keepPrograms(c candidate, o Options) error {
	if strings.Contains(os.Getenv(flagsVar), "xla_dump") { // a loaded graph dumps nothing
		programs.Forget()
		return nil
	}
	return programs.Keep(c.plugin, cmp.Or(o.Programs, filepath.Join(o.cacheDir(), "programs")))
}

// examine returns the flags that a candidate's plugin supports, or why it must not be used.
func examine(c candidate, o Options) (known pluginFlags, refused string) {
	if !o.NoTrial {
		v := check(c, o)
		return v.Flags, v.Refused
	}
	known, err := flagsOf(c)
	if err != nil {
		return nil, "it cannot be read: " + err.Error()
	}
	return known, ""
}

const cudaFix = `pip install "jax[cuda13]" in a Python environment on PATH, or ` +
	"GOMLX_BACKEND=xla:/path/to/xla_cuda_plugin.so"

func lacksCUDA() string {
	if nvidiaGPU() {
		return "an NVIDIA GPU is here, but no CUDA plugin: " + cudaFix
	}
	return noDevice
}

const slowNote = "no XLA plugin: computing with the pure Go backend, right but tens of times " +
	"slower; `nb setup` (once, with a network) gets one, or name one with " +
	"GOMLX_BACKEND=xla:/path/to/plugin.so"

func describe(c candidate, backend compute.Backend) string {
	if c.plugin == "" {
		return backend.Description()
	}
	line := c.plugin
	if major, minor, err := pluginVersion(c.plugin); err == nil {
		line += ", " + versionLine(major, minor)
	}
	return fmt.Sprintf("%s, %d device(s)", line, backend.NumDevices())
}

func versionLine(major, minor int) string {
	line := fmt.Sprintf("PJRT %d.%d", major, minor)
	if ourMajor, ours := headerVersion(); minor != ours {
		line += fmt.Sprintf(" (go-xla was made for %d.%d)", ourMajor, ours)
	}
	return line
}

func open(spec string) (backend compute.Backend, err error) {
	callErr := Call("opening "+spec, func() { backend, err = compute.NewWithConfig(spec) })
	if callErr != nil {
		return nil, callErr
	}
	return backend, err
}

// Close frees the device. The engine and its tensors cannot be used afterwards. Closing twice is
// allowed.
func (e *Engine) Close() {
	if e == nil || e.Backend == nil {
		return
	}
	backend := e.Backend
	e.Backend = nil
	_ = Call("closing the engine", backend.Finalize)
}

// Title returns what computes in a few words: "XLA on the CPU".
func (e *Engine) Title() string {
	switch e.Name {
	case CUDA:
		return "XLA on the GPU"
	case CPU:
		return "XLA on the CPU"
	case Go:
		return "the pure Go backend"
	}
	return e.Name
}

// String returns the engine in one line, with library, versions and devices.
func (e *Engine) String() string { return e.Name + " (" + e.Description + ")" }
