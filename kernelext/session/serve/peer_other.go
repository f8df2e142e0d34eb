//go:build !linux

package serve

import "net"

// sameUser trusts the folder's mode and the secret where the socket cannot be asked with the
// standard library.
func sameUser(*net.UnixConn) bool { return true }
