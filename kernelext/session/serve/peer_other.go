//go:build !linux

package serve

import "net"

// sameUser relies on the folder's mode and the secret.
func sameUser(*net.UnixConn) bool { return true }
