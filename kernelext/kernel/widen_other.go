//go:build unix && !linux

package kernel

func widen(int) {}
