package engine

import "strings"

// OutOfMemory reports whether an error says that the device has no memory left. The backends have
// no error value for it; only this function reads their messages.
func OutOfMemory(err error) bool {
	if err == nil {
		return false
	}
	text := strings.ToLower(err.Error())
	for _, words := range []string{
		"resource_exhausted", "resource exhausted", "out of memory", "failed to allocate", // XLA
		"bad_alloc",                                             // XLA's host code
		"makeslice: len out of range", "cannot allocate memory", // the pure Go backend
	} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}
