package kernel

import (
	"context"
	"os"
	"strconv"
	"time"
)

// watchParent closes its channel when the front end is gone whose process jupyter_client names in
// JPY_PARENT_PID.
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
