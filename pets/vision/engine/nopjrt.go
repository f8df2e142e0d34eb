//go:build !(((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64)) && !noxla)

package engine

import "errors"

const withXLA = false

var errNoXLA = errors.New("this program was built without XLA")

func headerVersion() (major, minor int) { return 0, 0 }

func pluginVersion(string) (major, minor int, err error) { return 0, 0, errNoXLA }

func installCPU(string) error { return errNoXLA }
