package engine

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend" // registers "go"; pjrt.go registers "xla"

	"gopets/pets/internal/cachedir"
)

// Names of the engines, as in Engine.Name.
const (
	CUDA = "xla:cuda"
	CPU  = "xla:cpu"
	Go   = "go"
)

// goSpec opens the Go backend in the one schedule that does not deadlock.
const goSpec = "go:ops_sequential"

// An Engine is an open backend and how it came to be chosen.
type Engine struct {
	Backend     compute.Backend
	Name        string   // "xla:cuda", "xla:cpu", "go", or the head of a foreign spec
	Description string   // one line: plugin, version, devices
	Notes       []string // one line each: what was passed over and what would help

	gpus []gpu // of a CUDA engine, as they were when it was opened
}

// Options say what to open. The zero value lets Open choose.
type Options struct {
	// "" means $GOMLX_BACKEND, else choose. "go", "xla", "xla:cpu", "xla:cuda",
	// "xla:/path/to/plugin.so", each with ",option=value"…
	Spec     string
	CacheDir string // "" means gopets in the user's cache folder
	NoTrial  bool   // open plugins without a checksum or a trial in a child process
	// program (and arguments) to start for the trial; nil means this executable
	Trial []string
	Log   func(string) // called with each note and, last, the choice

	trialTime time.Duration // 0 means as long as an overloaded machine may need
	again     bool          // try again what was refused before
}

func (o Options) log(line string) {
	if o.Log != nil {
		o.Log(line)
	}
}

func (o Options) cacheDir() string { return cmp.Or(o.CacheDir, cachedir.Default()) }

func (o Options) spec() string { return cmp.Or(o.Spec, os.Getenv(compute.ConfigEnvVar)) }

// Open opens the best engine that really starts; see the package comment for the order. An explicit
// wish (o.Spec or $GOMLX_BACKEND) is obeyed or refused with an error, never silently replaced;
// without one there is always an engine, and Notes tell why it is not a better one.
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
		eng.Notes = notes
		o.log("computing on " + eng.String())
		return eng, nil
	}
	return nil,
		fmt.Errorf(
			"opening the engine %q: nothing that it names starts (%s); unset $%s to let the best "+
				"one be chosen, or say \"go\"",
			spec, cmp.Or(strings.Join(notes, "; "), "no plugin found"), compute.ConfigEnvVar)
}

// examine returns the flags that a candidate's plugin supports, and why it must not be used.
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

// lacksCUDA says why there is no CUDA plugin to try.
func lacksCUDA() string {
	if nvidiaGPU() {
		return "an NVIDIA GPU is here, but no CUDA plugin: " + cudaFix
	}
	return noDevice
}

const slowNote = "no XLA plugin: computing with the pure Go backend, right but tens of times " +
	"slower; `nb setup` (once, with a network) gets one, or name one with " +
	"GOMLX_BACKEND=xla:/path/to/plugin.so"

// describe says in one line what was opened: the library, the versions, the devices.
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

// versionLine names a plugin's PJRT version, and go-xla's where it differs.
func versionLine(major, minor int) string {
	line := fmt.Sprintf("PJRT %d.%d", major, minor)
	if ourMajor, ours := headerVersion(); minor != ours {
		line += fmt.Sprintf(" (go-xla was made for %d.%d)", ourMajor, ours)
	}
	return line
}

// open makes the backend, turning GoMLX's panics into errors.
func open(spec string) (backend compute.Backend, err error) {
	callErr := Call("opening "+spec, func() { backend, err = compute.NewWithConfig(spec) })
	if callErr != nil {
		return nil, callErr
	}
	return backend, err
}

// Close frees the device. The engine and all tensors on it are of no use afterwards. Closing
// twice is harmless.
func (e *Engine) Close() {
	if e == nil || e.Backend == nil {
		return
	}
	backend := e.Backend
	e.Backend = nil
	_ = Call("closing the engine", backend.Finalize)
}

// Title says in a few words what computes: "XLA on the CPU".
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

// String is the engine in one line, with library, versions and devices.
func (e *Engine) String() string { return e.Name + " (" + e.Description + ")" }
