package live_test

import (
	"fmt"
	"runtime"
	"strconv"
	"testing"

	"gopets/kernelext/eval/live"
)

// Memory of distinct cells, which the process keeps: a compiled one its code, one that is evaluated
// without a build almost nothing.
func TestMemoryOfCells(t *testing.T) {
	long(t)
	if runtime.GOOS != "linux" {
		t.Skip("the memory of a process is read from /proc")
	}
	for _, c := range []struct {
		name         string
		compile      bool
		cells, bound int // a bound in kB a cell
	}{{"compiled", true, 100, 6 << 10}, {"evaluated", false, 500, 64}} {
		t.Run(c.name, func(t *testing.T) {
			n := open(t, live.Options{Compile: c.compile})
			n.want("import \"fmt\"\nresident := func() int {\n"+
				"\tb, _ := os.ReadFile(\"/proc/self/statm\")\n\tvar all, pages int\n"+
				"\tfmt.Sscan(string(b), &all, &pages)\n\truntime.GC()\n"+
				"\treturn pages * os.Getpagesize() / 1024\n}", "")
			resident := func() int {
				value, _, err := n.run("resident()")
				kB, _ := strconv.Atoi(value)
				if err != nil || kB == 0 {
					t.Fatal(value, err)
				}
				return kB
			}
			run := func(i int) {
				code := fmt.Sprintf("v%d := %d\nfmt.Sprint(v%d, \"cell\")", i, i, i)
				if i%2 == 1 {
					code = fmt.Sprintf("fmt.Println(\"cell\", %d+len(\"x\"))", i)
				}
				if _, _, err := n.run(code); err != nil {
					t.Fatal(describe(err))
				}
			}
			for i := range 10 {
				run(i)
			}
			before := resident()
			for i := range c.cells {
				run(10 + i)
			}
			each := (resident() - before) / c.cells
			t.Logf("%d kB a cell", each)
			if each > c.bound {
				t.Errorf("a cell costs %d kB, want at most %d", each, c.bound)
			}
		})
	}
}
