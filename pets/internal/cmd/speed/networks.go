package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
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

// rows are the lesson's networks, and those that a bare CPU trains in reasonable time.
var rows = []row{
	{"resnet34", 16, 224, modeAll},
	{"resnet34", 16, 224, modeFrozen},
	{"resnet34", 8, 224, modePredict},
	{"resnet50", 16, 224, modeAll},
	{"resnet50", 8, 224, modePredict},
	{"resnet18", 32, 128, modeAll},
	{"mobilenet_v2", 32, 128, modeAll},
	{"mobilenet_v2", 64, 128, modeFrozen},
	{"mobilenet_v2", 8, 224, modePredict},
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

// speed is what one process measured.
type speed struct {
	Images float64 // per second
	First  float64 // seconds of the first call
	Memory int64   `json:"-"` // peak, in bytes
}

func (o options) chosen() []row {
	return slices.DeleteFunc(slices.Clone(rows), func(r row) bool {
		return len(o.Rows) > 0 && !slices.ContainsFunc(o.Rows,
			func(part string) bool { return strings.Contains(r.String(), part) })
	})
}

// compareNetworks prints the table, a line as soon as its rounds are done.
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
	fmt.Fprintf(w, "%s; %s; median of %d rounds\n\n", machine(), peer.version, o.Rounds)
	fmt.Fprintln(w,
		"| images/s | gopets | PyTorch | ratio | first call | PyTorch's | peak memory | PyTorch's |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|")
	for _, r := range chosen {
		var ours []speed
		theirs := make([][]speed, len(layouts))
		for range o.Rounds {
			s, err := measureSelf[speed](ctx, "step", r)
			if err != nil {
				return fmt.Errorf("%s: %w", r, err)
			}
			ours = append(ours, s)
			for i, layout := range layouts {
				if o.Python == "" {
					break
				}
				s, err := measure[speed](ctx, peer.command("step", r, layout))
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

func list(rows []row) string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, "  "+r.String())
	}
	return strings.Join(lines, "\n")
}

// tableLine is a line of the table; theirs is zero where there is no peer.
func tableLine(r row, ours, theirs speed) string {
	first, memory, times, peer := "", "", "", ""
	if theirs.Images > 0 {
		peer, times = fmt.Sprintf("%.1f", theirs.Images), "**"+ratio(ours.Images, theirs.Images)+
			"**"
		first, memory = fmt.Sprintf("%.1f s", theirs.First), gigabytes(theirs.Memory)
	}
	return fmt.Sprintf("| %s | %.1f | %s | %s | %.1f s | %s | %s | %s |",
		r, ours.Images, peer, times, ours.First, first, gigabytes(ours.Memory), memory)
}

func gigabytes(n int64) string { return fmt.Sprintf("%.1f GB", float64(n)/1e9) }

// median is the middle of the rounds, each column by itself.
func median(rounds []speed) speed {
	var rate, first, memory []float64
	for _, s := range rounds {
		rate, first, memory = append(rate, s.Images), append(first, s.First),
			append(memory, float64(s.Memory))
	}
	return speed{Images: middle(rate), First: middle(first), Memory: int64(middle(memory))}
}

// best is the layout with the most images per second.
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
			var r row
			if err := json.Unmarshal([]byte(args[0]), &r); err != nil {
				return err
			}
			s, err := r.measure(cmd.Context())
			if err != nil {
				return err
			}
			return json.NewEncoder(cmd.OutOrStdout()).Encode(s)
		}}
}

// measuring is about how long the steps of one measurement take.
const measuring = 8 * time.Second

func (r row) measure(ctx context.Context) (speed, error) {
	eng, err := engine.Open(engine.Options{})
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
	s, err := l.Benchmark(ctx, max(2, int(measuring/first.Step)), trains)
	return speed{Images: s.Images, First: first.First.Seconds()}, err
}
