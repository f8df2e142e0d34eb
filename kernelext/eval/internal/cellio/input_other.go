//go:build !linux

package cellio

// ReadsInput is supported on Linux only; elsewhere gonbui asks.
func ReadsInput(int) bool { return false }
