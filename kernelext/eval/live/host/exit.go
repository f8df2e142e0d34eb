package host

import (
	"runtime"
	_ "unsafe" // for linkname
)

// The runtime calls hooks before os.Exit ends the process. A hook that ends its goroutine keeps the
// process alive, so os.Exit costs a cell and not all variables. It needs -checklinkname=0.

type hook struct {
	f            func()
	runOnFailure bool
}

//go:linkname addExitHook internal/runtime/exithook.Add
func addExitHook(h hook)

// catchExit calls f instead of ending the process at os.Exit; the goroutine that calls os.Exit
// ends.
func catchExit(f func(failed bool)) {
	var add func()
	add = func() {
		failed := true
		addExitHook(hook{func() {
			go add() // it waits until this hook has ended
			f(failed)
			runtime.Goexit()
		}, true})
		// Hooks run last first. This one runs only when the status is 0.
		addExitHook(hook{func() { failed = false }, false})
	}
	add()
}
