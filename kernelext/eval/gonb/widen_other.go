//go:build unix && !linux

package gonb

func widen(int) {}
