//go:build unix && !linux

package jupyter

import "syscall"

func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func startAndWait(k *Kernel) error {
	if err := k.cmd.Start(); err != nil {
		return err
	}
	go func() {
		k.exit = k.cmd.Wait()
		close(k.done)
	}()
	return nil
}
