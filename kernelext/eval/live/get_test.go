package live_test

import (
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
	dir := module(t, map[string]string{"beside/go.mod": "module example.com/beside\n",
		"beside/beside.go": "package beside\n\nconst Name = \"beside\"\n"})
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
	n.wantError("import \"example.com/absent\"\nabsent.X", "go get example.com/absent: module ",
		"check the path and the network, then run the cell again")
	n.want("dep.Version", "v1.1.0")
	n.run("%noautoget")
	n.wantError("import \"example.com/late\"\nlate.X",
		"no required module provides package example.com/late")
	n.run("%autoget")
	n.want("import \"example.com/late\"\nlate.X", "late")
}
