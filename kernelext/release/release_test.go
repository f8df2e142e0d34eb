package release

import (
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

func TestDescribe(t *testing.T) {
	commit := []debug.BuildSetting{{Key: "vcs.revision", Value: "2cac34d41315aa00"},
		{Key: "vcs.time", Value: "2026-11-24T13:38:09Z"}}
	changed := append(commit[:2:2], debug.BuildSetting{Key: "vcs.modified", Value: "true"})
	for _, c := range []struct {
		release, module string
		settings        []debug.BuildSetting
		want            string
	}{
		{"", "", nil, "devel"},
		{"", "(devel)", nil, "devel"},
		{"", "v1.2.3", nil, "v1.2.3"},
		{"v1.2.3", "(devel)", nil, "v1.2.3"},
		{"", "v0.0.0-20261124133809-2cac34d41315+dirty", changed,
			"devel, commit 2cac34d41315 of 2026-11-24T13:38:09Z, changed since"},
		{"", "v1.2.3", commit, "v1.2.3, commit 2cac34d41315 of 2026-11-24T13:38:09Z"},
		{"v1.2.3", "v1.2.3+dirty", changed,
			"v1.2.3, commit 2cac34d41315 of 2026-11-24T13:38:09Z, changed since"},
	} {
		info := &debug.BuildInfo{Main: debug.Module{Version: c.module}, Settings: c.settings}
		if got := describe(c.release, info); got != c.want {
			t.Errorf("describe(%q, %q, %v) = %q, want %q", c.release, c.module, c.settings, got,
				c.want)
		}
	}
}

// The linker says nothing about a variable that it does not find, so the flag in the package
// comment is tried.
func TestTheLinkerSetsIt(t *testing.T) {
	if testing.Short() {
		t.Skip("links a program")
	}
	program := filepath.Join(t.TempDir(), "nb")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags",
		"-X gopets/kernelext/release.Version=v1.2.3", "-o", program,
		"gopets/kernelext/nb").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(program, "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "nb v1.2.3\ngo1.") ||
		!strings.Contains(string(out), "\ngithub.com/go-zeromq/zmq4 v") {
		t.Errorf("nb version says %q, %v", out, err)
	}
}
