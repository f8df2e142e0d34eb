//go:build !linux || !cgo || noxla

package engine

// ReturnMemory does nothing on this system.
func ReturnMemory() {}
