package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gopets/pets/internal/atomicfile"
	"gopets/pets/vision/interpret"
	"gopets/plots"
)

func reportCommand() *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use:   "report DIR",
		Short: "Write README.md and the charts of a folder of results",
		Args:  cobra.ExactArgs(1),
		RunE:  func(_ *cobra.Command, args []string) error { return report(args[0], note) },
	}
	cmd.Flags().StringVar(&note, "note", "", "what readers should know of the circumstances")
	return cmd
}

func report(dir, note string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s holds no result: wanted files that run and peer.py wrote", dir)
	}
	var all []result
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var r result
		if err := json.Unmarshal(text, &r); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if len(r.Fits) == 0 || len(r.Confusion) != len(r.Classes) {
			return fmt.Errorf("%s is not a whole result", name)
		}
		all = append(all, r)
	}
	slices.SortStableFunc(all, func(a, b result) int {
		return cmp.Or(cmp.Compare(a.Size, b.Size), cmp.Compare(a.Recipe, b.Recipe),
			cmp.Compare(a.Side, b.Side), cmp.Compare(a.Seed, b.Seed))
	})
	charts := map[string]plots.Chart{"losses.png": lossCurves(all)}
	for _, r := range all {
		charts[r.file("confusion")] = plots.Matrix{Figure: plots.Figure{Width: 12, Height: 12},
			Labels: r.Classes, Counts: r.Confusion}
	}
	for name, chart := range charts {
		png, err := chart.PNG()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := atomicfile.Bytes(filepath.Join(dir, name), png, 0o644); err != nil {
			return err
		}
	}
	page, err := page(all, note)
	if err != nil {
		return err
	}
	return atomicfile.Bytes(filepath.Join(dir, "README.md"), []byte(page), 0o644)
}

func (r result) file(what string) string {
	return fmt.Sprintf("%s-%s-%s-%d.png", what, strings.ToLower(r.Side),
		strings.ReplaceAll(r.kind(), " px, ", "-"), r.Seed)
}

// kind is equal for runs of one size and one recipe: "128", "224 px, progressive".
func (r result) kind() string {
	if r.Recipe == "" {
		return fmt.Sprint(r.Size)
	}
	return fmt.Sprintf("%d px, %s", r.Size, r.Recipe)
}

// page returns README.md.
func page(all []result, note string) (string, error) {
	var b strings.Builder
	b.WriteString(
		"# MobileNetV2 on all photos\n\nMade by `go run ./pets/internal/cmd/realrun report` " +
			"from the files beside it; go doc of that folder tells the recipe.\n")
	if note != "" {
		b.WriteString("\n" + note + "\n")
	}
	for _, kind := range kinds(all) {
		here := ofKind(all, kind)
		fmt.Fprintf(&b, "\n## %s\n\n%s", title(kind), summary(here))
		if kind == kinds(all)[0] {
			b.WriteString("\n![Smoothed training losses of every batch](losses.png)\n")
		}
		for _, r := range here {
			text, err := r.section()
			if err != nil {
				return "", err
			}
			b.WriteString(text)
		}
	}
	return b.String(), nil
}

// summary returns a line for each run and the comparison of the two sides.
func summary(runs []result) string {
	var b strings.Builder
	b.WriteString(
		"| side | seed | after the frozen part | at the end | wall time | engine |\n" +
			"|---|---|---|---|---|---|\n")
	rates := map[string][]float64{}
	for _, r := range runs {
		frozen := r.Fits[0].Rows[len(r.Fits[0].Rows)-1].ErrorRate
		fmt.Fprintf(&b, "| %s | %d | %.2f %% | **%.2f %%** | %s | %s |\n", r.Side, r.Seed,
			100*frozen, 100*r.errorRate(), minutes(r.Seconds), r.Engine)
		rates[r.Side] = append(rates[r.Side], 100*r.errorRate())
	}
	ours, theirs := rates["gopets"], rates["PyTorch"]
	if len(ours) > 1 && len(theirs) > 1 {
		m1, s1 := meanAndDeviation(ours)
		m2, s2 := meanAndDeviation(theirs)
		allowed := max(1, 2*math.Sqrt(s1*s1/float64(len(ours))+s2*s2/float64(len(theirs))))
		fmt.Fprintf(&b,
			"\nMeans at the end: gopets %.2f %% (deviation %.2f), PyTorch %.2f %% (%.2f). They "+
				"differ by %.2f points; "+
				"the larger of one point and twice the standard error of the difference is %.2f.\n",
			m1,
			s1, m2, s2, math.Abs(m1-m2), allowed)
	}
	return b.String()
}

func (r result) section() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s, seed %d\n", r.Side, r.Seed)
	if r.Finder != nil {
		rate, err := valley(r.Finder)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "\nThe learning-rate finder's valley: %.2g.\n", rate)
	}
	b.WriteString(
		"\n| part | epoch | train_loss | valid_loss | error_rate | time |\n" +
			"|---|---|---|---|---|---|\n")
	for _, f := range r.Fits {
		for _, row := range f.Rows {
			fmt.Fprintf(&b, "| %s | %d | %.6f | %.6f | %.6f | %s |\n", f.Name, row.Epoch,
				row.TrainLoss, row.ValidLoss, row.ErrorRate, minutes(row.Seconds))
		}
	}
	in, err := r.interpretation()
	if err != nil {
		return "", err
	}
	a := in.Score()
	fmt.Fprintf(&b,
		"\n%d of %d right, %.2f %% (95 %% interval %.2f to %.2f %%). [Confusion matrix](%s). "+
			"Most confused (actual, predicted, times): ",
		a.Right, a.Total, 100*(1-a.ErrorRate), 100*a.Low, 100*a.High, r.file("confusion"))
	var pairs []string
	for _, c := range in.MostConfused(4) {
		pairs = append(pairs, fmt.Sprintf("%s → %s %d", c.Actual, c.Predicted, c.Count))
	}
	b.WriteString(strings.Join(pairs, ", ") + ".\n")
	return b.String(), nil
}

// interpretation makes predictions from the confusion matrix.
func (r result) interpretation() (*interpret.Interpretation, error) {
	p := &interpret.Predictions{Classes: r.Classes}
	for actual, row := range r.Confusion {
		for predicted, n := range row {
			for range n {
				probs := make([]float32, len(r.Classes))
				probs[predicted] = 1
				p.Paths, p.Labels, p.Probs, p.Losses = append(p.Paths, ""),
					append(p.Labels, actual), append(p.Probs, probs), append(p.Losses, 0)
			}
		}
	}
	return interpret.From(p)
}

// lossCurves returns the smoothed losses, a panel for each size and recipe.
func lossCurves(all []result) plots.Chart {
	panels := plots.Panels{Figure: plots.Figure{Width: 14, Height: 5}}
	for _, kind := range kinds(all) {
		lines := plots.Lines{Figure: plots.Figure{Title: title(kind)}, XLabel: "Batches processed",
			YLabel: "Smoothed training loss"}
		for _, r := range ofKind(all, kind) {
			s := plots.Series{Name: fmt.Sprintf("%s, seed %d", r.Side, r.Seed)}
			for _, f := range r.Fits {
				s.Y = append(s.Y, f.Losses...)
			}
			lines.Series = append(lines.Series, s)
		}
		panels.Charts = append(panels.Charts, lines)
	}
	return panels
}

func kinds(all []result) []string {
	var kinds []string
	for _, r := range all {
		kinds = append(kinds, r.kind())
	}
	return slices.Compact(kinds) // all is sorted by them
}

func title(kind string) string {
	if strings.Contains(kind, " px") {
		return kind
	}
	return kind + " px"
}

func ofKind(all []result, kind string) []result {
	var some []result
	for _, r := range all {
		if r.kind() == kind {
			some = append(some, r)
		}
	}
	return some
}

func meanAndDeviation(v []float64) (mean, deviation float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		deviation += (x - mean) * (x - mean) / float64(len(v)-1)
	}
	return mean, math.Sqrt(deviation)
}

func minutes(seconds float64) string {
	s := int(math.Round(seconds))
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
