// Package engine chooses and opens the machine that computes: a GoMLX backend.
//
// # Which engine
//
// [Open] takes the best that really starts: what $GOMLX_BACKEND says; else XLA on an NVIDIA GPU;
// else XLA on the CPU; else GoMLX's pure Go backend, which is always there, right, and tens of
// times slower. XLA is a shared library (a "PJRT plugin") that [Setup] obtains once; Open never
// downloads, never panics and never waits for a network.
//
//	eng, err := engine.Open(engine.Options{})
//	if err != nil { … }
//	defer eng.Close()
//	err = engine.Call("summing the batch", func() { … graph code that may panic … })
//
// # What is trusted
//
// A plugin is machine code that runs inside the process. Before it is opened, its SHA-256 is
// compared (pinned for the wheel, recorded when go-xla's installer brought it), its PJRT major
// version is looked at, and a child process computes a small convolution with its gradient, so that
// a plugin that crashes or hangs takes only the child with it. What passed is remembered in the
// cache by path, size and time.
//
// # The environment
//
// The C library, XLA and CUDA read their settings when the process starts. [Environ] returns the
// environment that a process should have had; a worker starts itself anew with it.
//
// XLA's flags are read later, with the first graph. Open adds two to $XLA_FLAGS, for XLA on the CPU
// and a plugin that supports them.
//
//   - YNNPACK keeps matrix products and sums and leaves convolutions to Eigen, which computes a
//     kernel's gradient two to three times as fast. A full training step of ResNet-34 (16 images,
//     224) takes 3.0 s with it and 5.0 s without, on two cores of an EPYC with AVX2. Prediction is
//     as fast with it, or a little faster. Without YNNPACK's sums MobileNetV2 is four times slower.
//   - Operations run in the order that needs the least memory: the same step needs 1.9 GB instead
//     of 2.1.
//
// XLA's compiler uses up to a gigabyte, which the C library keeps when it is freed: [ReturnMemory]
// returns it to the system after each compilation.
//
// # Compiled programs
//
// Compiling a network's step takes ten seconds and more. XLA on the CPU loads what it compiled in
// an earlier process from the folder programs in the cache (package programs; Linux).
//
// # A first contact with a GPU
//
// CUDA's plugin is that of the Python on PATH (pip's jax-cuda13-pjrt), with CUDA's libraries beside
// it or in another environment there. What is known to go wrong has a message with its remedy
// (obstacle.go): a plugin with a newer interface, cuDNN missing or old, a driver too old, memory
// taken, no device, a file for another processor. Plugins made for the tests say each of these.
//
// No GPU has run a plugin opened by this package yet. jax-cuda13-pjrt 0.11.2 was loaded on a
// machine without one: it speaks PJRT 0.115, accepts the sizes of all structures that go-xla v0.4.3
// (0.104) passes, and says "No visible GPU devices". The names of the flags in [Environ] are in it.
//
// # Tried, and why it is not so
//
//   - compute.New alone: it never falls back from XLA to Go, and panics on an unknown name.
//   - go-xla's own plugin search: it dlopens whatever matches, and dereferences nil when that
//     fails. Plugins are opened by absolute path, which also keeps go-xla's automatic download
//     away.
//   - A hidden subcommand for the child: every program would have to offer it. The child is the
//     same executable with $GOPETS_ENGINE_CHILD set, seen by this package's init.
//   - The Go backend's default schedule deadlocks on many large products: "go:ops_sequential".
//   - Other XLA flags for the CPU (vector width, fusion emitters, oneDNN, presets for fast
//     compiling and fast running): nothing gained; fast math halves the speed.
package engine
