// Package release says what a program was built from, in the few lines that a report of a fault
// should hold.
//
// The go command notes the commit in what `go build` and `go install` make within a checkout, and
// nothing in what `go run` makes (`go run -buildvcs=true` does). Who packages a release gives it a
// name of its own:
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

// Version is the name of the release, set by the linker; empty in any other build.
var Version string

// String is this program's version: "v1.2.3", or "devel", and the commit that it was built from, if
// the build knows it.
func String() string { return describe(Version, build()) }

// Write prints a program's version, its Go, and the versions of those of the modules that are
// linked into it, a line each.
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

// describe is the release's name, else the module's version, and the commit with its date as far as
// the build knows it.
func describe(release string, info *debug.BuildInfo) string {
	noted := map[string]string{}
	for _, s := range info.Settings {
		noted[s.Key] = s.Value
	}
	version := info.Main.Version
	// Between releases the go command makes up a version, which says no more than the commit.
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
