//go:build !linux || !cgo || noxla

package engine

// ReturnMemory does nothing: what memory the C library keeps is not known here.
func ReturnMemory() {}
