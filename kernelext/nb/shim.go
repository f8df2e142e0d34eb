package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopets/kernelext/session"
)

// shimDir holds nb's stand-in for the go command, which comes first on a kernel's PATH.
func shimDir() string { return filepath.Join(session.CacheDir(), "shim") }

// shim is the stand-in. GoNB runs a bare `go get` before it compiles a cell; that looks for the newest version of modules which the workspace
// has long since chosen, over the network, in every cell: slow, and on a dead network it hangs. So it is first tried without network,
// which succeeds whenever nothing is missing; only a cell that imports a module which the workspace does not have goes to the network.
const shim = `#!/bin/sh
# Written by nb for the cells of its kernels: see kernelext/nb/shim.go.
case "$*" in
get | "get -t") GOPROXY=off %[1]s "$@" >/dev/null 2>&1 && exit 0 ;;
esac
exec %[1]s "$@"
`

func writeShim() error {
	tool, err := goTool()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(shimDir(), 0o755); err != nil {
		return err
	}
	path := filepath.Join(shimDir(), "go")
	text := fmt.Appendf(nil, shim, shellQuote(tool))
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	return writeFile(path, text, 0o755)
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
