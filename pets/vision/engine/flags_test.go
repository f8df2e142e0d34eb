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
	across := strings.Repeat("x", 1<<20-5) + cpuFlag + "\x00" // on the border of two reads
	for _, c := range []struct {
		candidate
		want int
	}{
		{write("cpu_new.so", across), 1},
		{write("cpu_old.so", strings.Repeat("x", 3<<20)), 0},
		{write("cuda.so", across), 0},
	} {
		known, err := flagsOf(c.candidate)
		if err != nil || known == nil || len(known) != c.want {
			t.Errorf("%s: flags %q, %v; want %d", c.plugin, known, err, c.want)
		}
	}
	if _, err := flagsOf(candidate{name: CPU, plugin: filepath.Join(dir, "none")}); err == nil {
		t.Error("no error for a file that is not there")
	}
}

func TestFlagsKeepWhatTheUserChose(t *testing.T) {
	t.Setenv(flagsVar, "--xla_dump_to=/x")
	value, differs := withFlags([]string{cpuFlag})
	if want := "--xla_dump_to=/x --" + cpuFlag + "=" + cpuFlagValue; value != want || !differs {
		t.Errorf("got %q", value)
	}
	t.Setenv(flagsVar, value)
	if again, differs := withFlags([]string{cpuFlag}); again != value || differs {
		t.Errorf("set twice: %q", again)
	}
	t.Setenv(flagsVar, "--"+cpuFlag+"=")
	if value, differs := withFlags([]string{cpuFlag}); differs {
		t.Errorf("the user's value is replaced: %q", value)
	}
}
