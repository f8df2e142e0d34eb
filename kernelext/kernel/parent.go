package kernel

import (
	"context"
	"os"
	"strconv"
	"time"
)

// watchParent returns a channel that is closed when the front end's process (JPY_PARENT_PID, set by
// jupyter_client) is gone.
func watchParent(ctx context.Context) <-chan struct{} {
	gone := make(chan struct{})
	parent := os.Getppid()
	if os.Getenv("JPY_PARENT_PID") != strconv.Itoa(parent) {
		return gone // not the direct parent, or not set
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
