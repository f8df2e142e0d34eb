package jupyter

import (
	"runtime"
	"syscall"
)

// ownGroup also makes the system end the kernel when its parent dies.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// startAndWait keeps the thread that starts the kernel alive, which is the "parent" for Linux.
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
