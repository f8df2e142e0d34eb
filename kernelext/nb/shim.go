package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopets/kernelext/internal/atomicfile"
	"gopets/kernelext/session"
)

// shimDir holds nb's script in place of the go command, first on a kernel's PATH.
func shimDir() string { return filepath.Join(session.CacheDir(), "shim") }

// shim keeps two commands off the network if nothing is missing:
//
//   - a bare `go get`, which GoNB runs before each cell and which looks for newer versions of the
//     workspace's modules;
//   - `go doc PACKAGE.SYMBOL`, which first lists every module of the graph. Where that fails, the
//     package's own folder is asked.
const shim = `#!/bin/sh
# Written by nb for the cells of its kernels: see kernelext/nb/shim.go.
go=%s
case "$*" in
get | "get -t")
  GOPROXY=off "$go" "$@" >/dev/null 2>&1 && exit 0
  ;;
"doc "*/*)
  GOPROXY=off "$go" "$@" 2>/dev/null && exit 0
  last=${2##*/}
  case $last in
  *.*) symbol=${last#*.} package=${2%%".${last#*.}"} ;;
  *) symbol= package=$2 ;;
  esac
  dir=$(GOPROXY=off "$go" list -find -f '{{.Dir}}' "$package" 2>/dev/null) && cd "$dir" &&
    text=$(GO111MODULE=off "$go" doc $symbol) && printf '%%s\n' "$text" | sed "1s|import \"[.]\"|import \"$package\"|" && exit 0
  ;;
esac
exec "$go" "$@"
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
	return atomicfile.Bytes(path, text, 0o755)
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
