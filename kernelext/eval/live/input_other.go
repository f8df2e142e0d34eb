//go:build !linux

package live

// readsInput is known on Linux only; elsewhere gonbui asks.
func readsInput(int) bool { return false }
