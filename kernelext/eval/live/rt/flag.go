package rt

import "sync/atomic"

// A Flag asks the code of one version to stop. Each function and each loop begins with a check.
type Flag struct{ n atomic.Int32 }

// Check calls [Stopped] if the flag is set. It is small, to be inlined.
func (f *Flag) Check() {
	if f.n.Load() != 0 {
		Stopped(f)
	}
}

// Set sets the flag or clears it.
func (f *Flag) Set(on bool) {
	if on {
		f.n.Store(1)
	} else {
		f.n.Store(0)
	}
}
