package live_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/eval/live"
	"gopets/kernelext/internal/kerneltest"
)

func TestGet(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the process anew")
	}
	kerneltest.UseProxy(t)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "beside"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go.mod": "module example.com/beside\n",
		"beside.go": "package beside\n\nconst Name = \"beside\"\n"} {
		if err := os.WriteFile(filepath.Join(dir, "beside", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n := open(t, live.Options{Dir: dir, Cache: t.TempDir()})
	n.want("import \"example.com/top\"\ntop.Hello()", "top with dep v1.0.0")
	n.want("import \"example.com/dep\"\ndep.Version", "v1.0.0")
	n.want("import \"example.com/top/sub\"\nsub.Hello()", "sub with other")
	n.want("import \"example.com/beside\"\nbeside.Name", "beside")
	n.run("!*go get example.com/dep@v1.1.0")
	if !strings.Contains(n.front.err.String(), "restart") {
		t.Errorf("another version of a package that is loaded: %q", n.front.err.String())
	}
	n.want("dep.Version", "v1.0.0")
	n.want("%restart", "")
	n.want("top.Hello()", "top with dep v1.1.0")
	n.wantError("import \"example.com/absent\"\nabsent.X", "example.com/absent")
	n.want("dep.Version", "v1.1.0")
	n.run("%noautoget")
	n.wantError("import \"example.com/late\"\nlate.X",
		"no required module provides package example.com/late")
	n.run("%autoget")
	n.want("import \"example.com/late\"\nlate.X", "late")
}
