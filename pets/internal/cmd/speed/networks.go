package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
)

const classes = 37

// row is one line of the table.
type row struct {
	Arch        string
	Batch, Side int
	Mode        string // all, frozen, predict
}

// rows are the lesson's networks, and those that a CPU trains in reasonable time.
var rows = []row{
	{"resnet34", 16, 224, modeAll},
	{"resnet34", 16, 224, modeFrozen},
	{"resnet34", 8, 224, modePredict},
	{"resnet50", 16, 224, modeAll},
	{"resnet50", 16, 224, modeFrozen},
	{"resnet50", 8, 224, modePredict},
	{"resnet18", 32, 128, modeAll},
	{"resnet18", 8, 224, modePredict},
	{"mobilenet_v2", 32, 128, modeAll},
	{"mobilenet_v2", 64, 128, modeFrozen},
	{"mobilenet_v2", 8, 224, modePredict},
	{"petnet10", 16, 112, modeAll},
	{"petnet10", 16, 112, modeFrozen},
	{"petnet18", 16, 128, modeAll},
	{"petnet18", 16, 128, modePredict},
	{"convnext_tiny", 8, 224, modeAll},
	{"convnext_tiny", 8, 224, modePredict},
}

const (
	modeAll     = "everything trains"
	modeFrozen  = "body frozen, batch norms train"
	modePredict = "predict"
)

func (r row) String() string {
	return fmt.Sprintf("%s b%d %d px, %s", r.Arch, r.Batch, r.Side,
		r.Mode)
}

// stepping is a job: measure the steps of a row.
type stepping struct {
	row
	Seconds  float64 // about how long the steps take, without the first
	Programs string  // folder for compiled programs
}

type speed struct {
	Images float64 // per second
	CPU    float64 // milliseconds of processor time per image, summed over the cores
	First  float64 // seconds of the first call, which compiles
	Loaded float64 // seconds of the first call in a process that finds compiled programs
	Memory int64   `json:"-"` // peak, in bytes
}

func (o options) chosen() []row {
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool {
		return len(o.Rows) > 0 && !slices.ContainsFunc(o.Rows,
			func(part string) bool { return strings.Contains(r.String(), part) })
	})
}

// compareNetworks prints the table, each line when its rounds are done.
func compareNetworks(ctx context.Context, w io.Writer, o options) error {
	chosen := o.chosen()
	if len(chosen) == 0 {
		return fmt.Errorf("no row has %s in its description: choose among\n%s",
			strings.Join(o.Rows, " or "), list(rows))
	}
	layouts := []string{"channels_last", "default"}
	peer, err := newPeer(ctx, o.Python)
	if err != nil {
		return err
	}
	defer peer.close()
	fmt.Fprintf(w, "%s; %s; median of %d rounds; processor time is per image\n\n", machine(),
		peer.version, o.Rounds)
	fmt.Fprintln(w, tableHeader)
	for _, r := range chosen {
		var ours []speed
		theirs, job := make([][]speed, len(layouts)), stepping{row: r, Seconds: o.Seconds}
		for range o.Rounds {
			s, err := measureOurs(ctx, job)
			if err != nil {
				return fmt.Errorf("%s: %w", r, err)
			}
			ours = append(ours, s)
			for i, layout := range layouts {
				if o.Python == "" {
					break
				}
				s, err := measure[speed](ctx, peer.command("step", job, layout))
				if err != nil {
					return fmt.Errorf("%s: PyTorch, layout %s: %w", r, layout, err)
				}
				theirs[i] = append(theirs[i], s)
			}
		}
		fmt.Fprintln(w, tableLine(r, median(ours), best(theirs)))
	}
	return nil
}

// measureOurs measures a row with an empty folder of programs, and the first call again with what
// is in it then.
func measureOurs(ctx context.Context, job stepping) (s speed, err error) {
	if job.Programs, err = os.MkdirTemp("", "speed-*"); err != nil {
		return s, err
	}
	defer os.RemoveAll(job.Programs)
	if s, err = measureSelf[speed](ctx, "step", job); err != nil {
		return s, err
	}
	job.Seconds = 0
	again, err := measureSelf[speed](ctx, "step", job)
	s.Loaded = again.First
	return s, err
}

func list(rows []row) string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, "  "+r.String())
	}
	return strings.Join(lines, "\n")
}

const tableHeader = "| images/s | gopets | PyTorch | ratio | CPU ms | PyTorch's | first call | " +
	"loaded | PyTorch's | memory | PyTorch's | ratio |\n|---|---|---|---|---|---|---|---|---|---|---|---|"

// tableLine returns a line of the table; theirs is zero without a peer.
func tableLine(r row, ours, theirs speed) string {
	peer := func(format string, value float64) string {
		if theirs.Images == 0 {
			return ""
		}
		return fmt.Sprintf(format, value)
	}
	return fmt.Sprintf("| %s | %.1f | %s | %s | %.0f | %s | %.1f s | %.1f s | %s | %.2f GB | %s | "+
		"%s |", r, ours.Images, peer("%.1f", theirs.Images), peer("**%.2f**", ours.Images/theirs.Images),
		ours.CPU, peer("%.0f", theirs.CPU),
		ours.First, ours.Loaded, peer("%.1f s", theirs.First),
		float64(ours.Memory)/1e9, peer("%.2f GB", float64(theirs.Memory)/1e9),
		peer("%.2f", float64(ours.Memory)/float64(theirs.Memory)))
}

// median returns the median of each column over the rounds.
func median(rounds []speed) speed {
	column := func(value func(speed) float64) float64 {
		var values []float64
		for _, s := range rounds {
			values = append(values, value(s))
		}
		return middle(values)
	}
	return speed{
		Images: column(func(s speed) float64 { return s.Images }),
		CPU:    column(func(s speed) float64 { return s.CPU }),
		First:  column(func(s speed) float64 { return s.First }),
		Loaded: column(func(s speed) float64 { return s.Loaded }),
		Memory: int64(column(func(s speed) float64 { return float64(s.Memory) })),
	}
}

// best returns the layout with the most images per second.
func best(layouts [][]speed) speed {
	var top speed
	for _, rounds := range layouts {
		if len(rounds) > 0 {
			if s := median(rounds); s.Images > top.Images {
				top = s
			}
		}
	}
	return top
}

// stepCommand is the child that measures one row of ours.
func stepCommand() *cobra.Command {
	return &cobra.Command{Use: "step ROW", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var job stepping
			if err := json.Unmarshal([]byte(args[0]), &job); err != nil {
				return err
			}
			s, err := job.measure(cmd.Context())
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(s)
		}}
}

func (r stepping) measure(ctx context.Context) (speed, error) {
	eng, err := engine.Open(engine.Options{Programs: r.Programs})
	if err != nil {
		return speed{}, err
	}
	defer eng.Close()
	net, err := model.New(r.Arch, classes, spec.Head{})
	if err != nil {
		return speed{}, err
	}
	data := &dataset.Split{Classes: make([]string, classes), Train: make([]dataset.Item, r.Batch)}
	for i := range data.Train {
		data.Train[i].Label = i % classes
	}
	l, err := train.New(eng, net, data, train.Config{
		Batches: spec.Batches{Size: spec.Square(r.Side), Batch: r.Batch},
		Images:  func(dataset.Item) (*images.RGB, error) { return noise(r.Side), nil },
		Workers: runtime.NumCPU(),
	})
	if err != nil {
		return speed{}, err
	}
	defer l.Close()
	if r.Mode == modeFrozen {
		err = l.Freeze()
	}
	if err != nil {
		return speed{}, err
	}
	trains := r.Mode != modePredict
	first, err := l.Benchmark(ctx, 1, trains)
	if err != nil {
		return speed{}, err
	}
	steps, before := max(2, int(r.Seconds/first.Step.Seconds())), processorTime()
	s, err := l.Benchmark(ctx, steps, trains)
	// Benchmark makes one step more, with compilation.
	cpu := (processorTime() - before) / time.Duration((steps+1)*r.Batch)
	return speed{Images: s.Images, CPU: cpu.Seconds() * 1000, First: first.First.Seconds()}, err
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
