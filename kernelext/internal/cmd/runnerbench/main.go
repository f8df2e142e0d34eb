// Command runnerbench measures headless runners of notebooks: nb run, jupyter nbconvert --execute,
// nbclient (jupyter execute) and papermill, on ipykernel and on GoNB.
//
//	go run ./kernelext/internal/cmd/runnerbench             three rounds of everything
//	go run ./kernelext/internal/cmd/runnerbench -only ipykernel -rounds 5
//	go run ./kernelext/internal/cmd/runnerbench -large -only '000 cells|[03]0 MB' -rounds 1
//
// Each round runs every runner on every notebook, so that the machine's load is shared; the table
// has the medians. A run counts only if its notebook holds all that its cells printed.
//
//   - wall: from the start of the command to its end;
//   - start-up: to the start of the first cell (on GoNB with its compilation);
//   - runner: the peak of the resident memory of the command's own process;
//   - all: the peak of the sum over it and all its descendants.
//
// It needs a quiet machine: nice counts only within a process session, and Jupyter's runners start
// kernels in sessions of their own. The exit status is 1 unless nb run is fastest in wall time and
// start-up everywhere. Linux only (/proc).
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 3, "how often each runner runs each notebook")
	only := flag.String("only", "",
		"a regular expression for the rows wanted, as 'ipykernel' or 'GoNB, 3 '")
	large := flag.Bool("large", false,
		"also 1 000 and 10 000 cells, and 30 and 300 MB of output, on ipykernel")
	nb := flag.String("nb", "", "the nb program (default: built from this module)")
	flag.Parse()
	ahead, err := bench(*nb, *only, *rounds, *large)
	if err != nil {
		fmt.Fprintln(os.Stderr, "runnerbench:", err)
		os.Exit(2)
	}
	if !ahead {
		os.Exit(1)
	}
}

type row struct {
	job
	runs map[string][]measure // by the runner's name
	fail map[string]error
}

func bench(nb, only string, rounds int, large bool) (ahead bool, err error) {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return false, fmt.Errorf("-only: %w", err)
	}
	dir, err := os.MkdirTemp("", "nb-bench-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	root, err := moduleRoot()
	if err != nil {
		return false, err
	}
	if nb == "" {
		nb = filepath.Join(dir, "nb")
		build := exec.Command("go", "build", "-o", nb, "./kernelext/nb")
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			return false, fmt.Errorf("building nb: %w\n%s", err, out)
		}
	} else if nb, err = filepath.Abs(nb); err != nil {
		return false, err
	}
	runners, missing := findRunners(nb)
	kernels, lacking, err := findKernels(root, dir, nb, wanted)
	if err != nil {
		return false, err
	}
	all := sizes
	if large {
		all = slices.Concat(sizes, largeSizes)
	}
	jobs, err := makeJobs(kernels, all, dir, wanted)
	if err != nil {
		return false, err
	}
	fmt.Printf("%d cores, %s/%s, %s\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, load())
	for _, r := range runners {
		fmt.Printf("%s: %s\n", r.name, r.version)
	}
	for _, m := range slices.Concat(missing, lacking) {
		fmt.Println(m)
	}
	if len(jobs) == 0 {
		return false, errors.New("-only leaves nothing to run")
	}
	rows, err := measureAll(jobs, runners, dir, rounds)
	if err != nil {
		return false, err
	}
	fmt.Println()
	printTable(rows, runners)
	fmt.Printf("\nMedians of %d interleaved rounds; load at the end: %s.\n", rounds, load())
	return compareRows(rows, runners), nil
}

// measureAll runs everything in every round, after one unmeasured run of each runner.
func measureAll(jobs []job, runners []runnerCommand, dir string, rounds int) ([]*row, error) {
	var rows []*row
	warm := map[string]bool{}
	for _, j := range jobs {
		r := &row{job: j, runs: map[string][]measure{}, fail: map[string]error{}}
		rows = append(rows, r)
		for _, c := range runners {
			if !warm[j.kernel+c.name] {
				warm[j.kernel+c.name] = true
				_, _ = c.measure(j, dir) // a failure shows again below
			}
		}
	}
	for i := range rounds {
		for _, r := range rows {
			for k := range runners {
				c := runners[(k+i)%len(runners)]
				fmt.Fprintf(os.Stderr, "round %d of %d: %s, %s: ", i+1, rounds, r.job, c.name)
				m, err := c.measure(r.job, dir)
				if err != nil {
					fmt.Fprintln(os.Stderr, "failed")
					r.fail[c.name] = err
					continue
				}
				fmt.Fprintf(os.Stderr, "%.2f s, %d MB\n", m.wall.Seconds(), m.own>>20)
				r.runs[c.name] = append(r.runs[c.name], m)
			}
		}
	}
	return rows, nil
}

func printTable(rows []*row, runners []runnerCommand) {
	fmt.Println("| notebook | runner | wall, s | start-up, s | runner, MB | all, MB |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, r := range rows {
		for _, c := range runners {
			if err := r.fail[c.name]; err != nil {
				fmt.Printf("| %s | %s | failed: %s | | | |\n", r.job, c.name,
					strings.ReplaceAll(firstLine(err.Error()), "|", "/"))
				continue
			}
			m := median(r.runs[c.name])
			fmt.Printf("| %s | %s | %.2f | %.2f | %d | %d |\n", r.job, c.name, m.wall.Seconds(),
				m.start.Seconds(), m.own>>20, m.tree>>20)
		}
	}
}

func compareRows(rows []*row, runners []runnerCommand) (ahead bool) {
	ahead = true
	nb := runners[0].name
	for _, r := range rows {
		if err := r.fail[nb]; err != nil {
			fmt.Printf("%s: %s failed: %v\n", r.job, nb, err)
			ahead = false
			continue
		}
		ours := median(r.runs[nb])
		for _, c := range runners[1:] {
			if r.fail[c.name] != nil {
				continue
			}
			theirs := median(r.runs[c.name])
			if ours.wall >= theirs.wall || ours.start >= theirs.start {
				fmt.Printf("%s: %s is not ahead of %s\n", r.job, nb, c.name)
				ahead = false
			}
		}
	}
	if ahead {
		fmt.Printf("%s is ahead in wall time and start-up in every row.\n", nb)
	}
	return ahead
}

func median(runs []measure) measure {
	return measure{
		wall:  middle(runs, func(m measure) time.Duration { return m.wall }),
		start: middle(runs, func(m measure) time.Duration { return m.start }),
		own:   middle(runs, func(m measure) int { return m.own }),
		tree:  middle(runs, func(m measure) int { return m.tree }),
	}
}

func middle[T cmp.Ordered](runs []measure, of func(measure) T) T {
	var values []T
	for _, r := range runs {
		values = append(values, of(r))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "gopets").Output()
	if err != nil {
		return "", fmt.Errorf("run me inside the gopets module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "load unknown"
	}
	return "load " + strings.Join(strings.Fields(string(text))[:3], " ")
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
