//go:build !linux

package serve

import "net"

// sameUser trusts the folder's mode and the secret.
func sameUser(*net.UnixConn) bool { return true }
