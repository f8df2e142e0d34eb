package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFlagsOfAPlugin(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) candidate {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return candidate{name: pluginEngine(path), plugin: path}
	}
	across := strings.Repeat("x", 1<<20-5) + cpuFlags[0].name + "\x00" // on the border of two reads
	for _, c := range []struct {
		candidate
		want bool
	}{
		{write("cpu_new.so", across), true},
		{write("cpu_old.so", strings.Repeat("x", 3<<20)), false},
		{write("cuda.so", across), false},
	} {
		known, err := flagsOf(c.candidate)
		if err != nil || !known.examined() || known[cpuFlags[0].name] != c.want {
			t.Errorf("%s: flags %v, %v; want the first %v", c.plugin, known, err, c.want)
		}
	}
	if _, err := flagsOf(candidate{name: CPU, plugin: filepath.Join(dir, "none")}); err == nil {
		t.Error("no error for a file that is not there")
	}
}

func TestFlagsKeepWhatTheUserChose(t *testing.T) {
	flag := cpuFlags[0]
	known := pluginFlags{flag.name: true, cpuFlags[1].name: false}
	t.Setenv(flagsVar, "--xla_dump_to=/x")
	value, differs := known.add()
	if want := "--xla_dump_to=/x --" + flag.name + "=" + flag.value; value != want || !differs {
		t.Errorf("got %q", value)
	}
	t.Setenv(flagsVar, value)
	if again, differs := known.add(); again != value || differs {
		t.Errorf("set twice: %q", again)
	}
	t.Setenv(flagsVar, "--"+flag.name+"=")
	if value, differs := known.add(); differs {
		t.Errorf("the user's value is replaced: %q", value)
	}
	known[cpuFlags[1].name] = true
	if value, _ := known.add(); !strings.Contains(value, " --"+cpuFlags[1].name+"=false") {
		t.Errorf("the second flag is missing: %q", value)
	}
}

// Results from before a flag was added to this package do not tell whether it is supported.
func TestFlagsNotLookedForAreNotExamined(t *testing.T) {
	if (pluginFlags{cpuFlags[0].name: true}).examined() || pluginFlags(nil).examined() {
		t.Error("a flag was never looked for")
	}
}
