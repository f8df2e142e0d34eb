//go:build !(cgo && !noxla && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)))

package engine

import "errors"

const withXLA = false

var errNoXLA = errors.New(noXLA)

func headerVersion() (major, minor int) { return 0, 0 }

func pluginVersion(string) (major, minor int, err error) { return 0, 0, errNoXLA }

func installCPU(string) error { return errNoXLA }
