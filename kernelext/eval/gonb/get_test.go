package gonb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/internal/kerneltest"
)

func TestGet(t *testing.T) {
	o := realGoNB(t)
	kerneltest.UseProxy(t)
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.MkdirAll(filepath.Join(dir, "beside"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": "module example.com/beside\n",
		"beside.go": "package beside\n\nconst Name = \"beside\"\n"} {
		if err := os.WriteFile(filepath.Join(dir, "beside", name), []byte(text),
			0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newSession(t, o)
	s.expect("= top with dep v1.0.0", "import \"example.com/top\"\ntop.Hello()")
	// of a module that is required, but not by the cells themselves
	s.expect("= v1.0.0", "import \"example.com/dep\"\ndep.Version")
	s.expect("= sub with other", "import \"example.com/top/sub\"\nsub.Hello()")
	s.expect("= beside", "import \"example.com/beside\"\nbeside.Name")
	s.run("!*go get example.com/dep@v1.1.0")
	s.expect("= v1.1.0", "dep.Version")
	s.expect("= top with dep v1.1.0", "top.Hello()")
	if got := s.run("import \"example.com/absent\"\nabsent.X"); !strings.Contains(got,
		"example.com/absent") || !strings.Contains(got, "error: ") {
		t.Errorf("%q", got)
	}
	s.expect("= v1.1.0", "dep.Version") // it poisons nothing
	s.run("%noautoget")
	if got := s.run("import \"example.com/late\"\nlate.X"); !strings.Contains(got,
		"no required module provides package example.com/late") {
		t.Errorf("%q", got)
	}
	s.run("%autoget")
	s.expect("= late", "import \"example.com/late\"\nlate.X")
}
