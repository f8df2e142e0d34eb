package kernel

import (
	"context"
	"os"
	"strconv"
	"time"
)

// watchParent's channel is closed when the front end's process, which jupyter_client names in
// JPY_PARENT_PID, is gone.
func watchParent(ctx context.Context) <-chan struct{} {
	gone := make(chan struct{})
	parent := os.Getppid()
	if os.Getenv("JPY_PARENT_PID") != strconv.Itoa(parent) {
		return gone // a process between, or not asked for
	}
	go func() {
		for os.Getppid() == parent {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			}
		}
		close(gone)
	}()
	return gone
}
