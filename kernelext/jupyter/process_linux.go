package jupyter

import (
	"runtime"
	"syscall"
)

// ownGroup also asks the system to end the kernel when its parent dies, so that a killed runner
// leaves no kernel behind.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// startAndWait keeps the thread that starts the kernel: for Linux the "parent" whose death counts
// is the thread.
func startAndWait(k *Kernel) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := k.cmd.Start()
		started <- err
		if err == nil {
			k.exit = k.cmd.Wait()
			close(k.done)
		}
	}()
	return <-started
}
