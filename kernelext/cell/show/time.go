package show

import (
	"fmt"
	"os"
	"time"
)

func Timed() (done func()) {
	begun := time.Now()
	return func() { fmt.Fprintf(os.Stdout, "took %v\n", round(time.Since(begun))) }
}

// TimeIt runs f until a second has passed, and prints how long one run takes.
func TimeIt(f func()) {
	const enough = time.Second
	n := 0
	best := time.Duration(1<<63 - 1)
	begun := time.Now()
	for batch := 1; ; batch *= 2 {
		from := time.Now()
		for range batch {
			f()
		}
		n += batch
		best = min(best, time.Since(from)/time.Duration(batch))
		if total := time.Since(begun); total >= enough {
			fmt.Fprintf(os.Stdout, "%v a run (best of batches %v, %d runs)\n",
				round(total/time.Duration(n)), round(best), n)
			return
		}
	}
}

func round(d time.Duration) time.Duration {
	for unit := time.Second; unit >= time.Nanosecond; unit /= 1000 {
		if d >= unit {
			return d.Round(max(unit/100, 1))
		}
	}
	return d
}
