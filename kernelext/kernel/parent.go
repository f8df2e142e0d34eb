package kernel

import (
	"context"
	"os"
	"strconv"
	"time"
)

// watchParent closes its channel when the front end that started the kernel, and said so in
// JPY_PARENT_PID as jupyter_client does, is gone: nothing would end the
// kernel.
func watchParent(ctx context.Context) <-chan struct{} {
	gone := make(chan struct{})
	parent := os.Getppid()
	if os.Getenv("JPY_PARENT_PID") != strconv.Itoa(parent) {
		return gone // somebody between, or one who does not want it
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
