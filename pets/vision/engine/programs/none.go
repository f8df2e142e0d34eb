//go:build !(linux && cgo && !noxla)

package programs

// Keep does nothing here: programs are kept on Linux only.
func Keep(plugin, dir string) error { return nil }

// Forget does nothing here.
func Forget() {}
