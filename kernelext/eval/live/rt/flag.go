package rt

import "sync/atomic"

// A Flag asks the code of one version to stop. The code looks at it at the head of each function
// and each loop.
type Flag struct{ n atomic.Int32 }

// Check calls [Stopped] if the flag is set. It is small enough to be inlined.
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
