package live_test

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"gopets/kernelext/eval/live"
)

// TestSpeed prints how long distinct cells take, and the memory that each costs. It runs where
// NB_LIVE_SPEED is set.
func TestSpeed(t *testing.T) {
	if os.Getenv("NB_LIVE_SPEED") == "" {
		t.Skip("NB_LIVE_SPEED is not set")
	}
	n := open(t, live.Options{})
	n.want("import \"fmt\"", "")
	n.want(
		"rss := func() int { b, _ := os.ReadFile(\"/proc/self/statm\"); var a, r int; "+
			"fmt.Sscan(string(b), &a, &r); return r * 4 }\nrss() > 0", "true")
	var times, cpus, tools []time.Duration
	cpu := func(who int) (d time.Duration) {
		var u syscall.Rusage
		_ = syscall.Getrusage(who, &u)
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	rss := func() string { v, _, _ := n.run("rss()"); return v }
	for i := 1; i <= 200; i++ {
		code := fmt.Sprintf("v%d := %d", i, i)
		switch i % 4 {
		case 1:
			code = fmt.Sprintf("func f%d(n int) int { return n + %d }\nf%d(1)", i, i, i)
		case 2:
			code = fmt.Sprintf("fmt.Println(\"cell\", %d)", i)
		case 3:
			code = fmt.Sprintf(
				"type T%d struct{ a int }\nfunc (t T%d) M() int { return t.a }\nt%d := T%d{%d}\n"+
					"t%d.M()", i, i, i, i, i, i)
		}
		began, self, children := time.Now(), cpu(syscall.RUSAGE_SELF), cpu(syscall.RUSAGE_CHILDREN)
		if _, _, err := n.run(code); err != nil {
			t.Fatal(describe(err))
		}
		times = append(times, time.Since(began))
		cpus = append(cpus, cpu(syscall.RUSAGE_SELF)-self)
		tools = append(tools, cpu(syscall.RUSAGE_CHILDREN)-children)
		if i%50 == 0 || i == 10 {
			median := func(all []time.Duration) time.Duration {
				last := slices.Sorted(slices.Values(all[max(0, len(all)-20):]))
				return last[len(last)/2].Round(time.Millisecond)
			}
			t.Logf(
				"cell %d: medians of the last cells: %v; processor time of the engine %v, of the "+
					"tools %v; the process "+
					"has %s kB", i, median(times), median(cpus), median(tools), rss())
		}
	}
}
