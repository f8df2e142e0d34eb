// Package release returns the version of a program.
//
// The go command records the commit in what `go build` and `go install` make within a checkout, and
// nothing in what `go run` makes (`go run -buildvcs=true` does). A packager names a release by
//
//	go build -ldflags "-X gopets/kernelext/release.Version=v1.2.3" ./kernelext/nb
package release

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// Version is the release, set by the linker; empty in other builds.
var Version string

// String returns the program's version: "v1.2.3" or "devel", and its commit if known.
func String() string { return describe(Version, build()) }

// Write prints the version of a program, its Go, and linked modules, a line each.
func Write(w io.Writer, program string, modules ...string) {
	fmt.Fprintf(w, "%s %s\n%s %s/%s\n", program, String(), runtime.Version(), runtime.GOOS,
		runtime.GOARCH)
	for _, d := range build().Deps {
		if slices.Contains(modules, d.Path) {
			fmt.Fprintf(w, "%s %s\n", d.Path, d.Version)
		}
	}
}

func build() *debug.BuildInfo {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info
	}
	return &debug.BuildInfo{}
}

func describe(release string, info *debug.BuildInfo) string {
	noted := map[string]string{}
	for _, s := range info.Settings {
		noted[s.Key] = s.Value
	}
	version := info.Main.Version
	// Between releases the go command's version says no more than the commit.
	if version == "(devel)" || strings.HasPrefix(version, "v0.0.0-") ||
		strings.HasSuffix(version, "+dirty") {
		version = ""
	}
	text := cmp.Or(release, version, "devel")
	commit := noted["vcs.revision"]
	if commit == "" {
		return text
	}
	text += ", commit " + commit[:min(12, len(commit))]
	if at := noted["vcs.time"]; at != "" {
		text += " of " + at
	}
	if noted["vcs.modified"] == "true" {
		text += ", changed since"
	}
	return text
}
