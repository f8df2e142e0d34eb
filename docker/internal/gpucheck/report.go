package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

func table(o options) (string, error) {
	list, err := o.saved()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, r := range list {
		switch r.Kind {
		case "engine":
			fmt.Fprintf(&b, "engine: %s\n", r.What)
		case "parity":
			fmt.Fprintf(&b, "%-12s against the Go backend: %s\n", r.What,
				map[bool]string{true: "DIFFERENT", false: "equal"}[r.Failed])
		}
	}
	rates(&b, list)
	stages(&b, list)
	for _, r := range list {
		if r.Kind == "part" {
			fmt.Fprintf(&b, "part %-8s %6.1f s, at most %d MB of the host's memory%s\n", r.What,
				r.Seconds, r.MemoryMB, map[bool]string{true: ", FAILED"}[r.Failed])
		}
	}
	return b.String(), nil
}

// rates compares images a second with PyTorch's best of the same setting; end to end counts too.
func rates(b *strings.Builder, list []result) {
	var settings []result // one of each, in order
	best := map[result]result{}
	for _, r := range list {
		if r.Kind != "rate" {
			continue
		}
		s := result{Arch: r.Arch, Size: r.Size, Batch: r.Batch, Type: r.Type}
		if !slices.Contains(settings, s) {
			settings = append(settings, s)
		}
		key := s
		key.Who, key.What = r.Who, r.What
		if r.Rate > best[key].Rate {
			best[key] = r
		}
	}
	if len(settings) == 0 {
		return
	}
	fmt.Fprintf(b, "\nimages/s\n%-10s %4s %5s %-8s %-10s %9s %9s %-8s %6s %9s %8s\n", "network",
		"px", "batch", "type", "", "gopets", "PyTorch", "", "ratio", "compiling", "GPU MB")
	slices.SortStableFunc(settings, func(x, y result) int {
		return cmp.Or(cmp.Compare(x.Size, y.Size), cmp.Compare(x.Type, y.Type),
			cmp.Compare(x.Batch, y.Batch))
	})
	for _, s := range settings {
		for _, what := range []string{"train", "end to end", "predict"} {
			key := s
			key.Who, key.What = "gopets", what
			ours := best[key]
			key.Who = "PyTorch"
			theirs := best[key]
			value, other, ratio := "–", "–", "–"
			if ours.Rate > 0 {
				value = fmt.Sprintf("%.1f", ours.Rate)
			}
			if what == "end to end" {
				key.Who, key.What = "gopets", "train"
				theirs = result{Rate: best[key].Rate, Mode: "own step"}
			}
			if theirs.Rate > 0 {
				other = fmt.Sprintf("%.1f", theirs.Rate)
			}
			if ours.Rate > 0 && theirs.Rate > 0 {
				ratio = fmt.Sprintf("%.2f", ours.Rate/theirs.Rate)
			}
			fmt.Fprintf(b, "%-10s %4d %5d %-8s %-10s %9s %9s %-8s %6s %7.1f s %8d\n", s.Arch,
				s.Size,
				s.Batch, s.Type, what, value, other, theirs.Mode, ratio, ours.Compile,
				ours.MemoryMB)
		}
	}
}

func stages(b *strings.Builder, list []result) {
	total, first := 0.0, 0.0
	for _, r := range list {
		if r.Kind != "stage" {
			continue
		}
		if total == 0 {
			fmt.Fprintf(b, "\nthe lesson: seconds, and those of them to the first step "+
				"(compiling)\n")
		}
		total, first = total+r.Seconds, first+r.Compile
		fmt.Fprintf(b, "%-10s %-30s %7.1f %7.1f\n", r.Arch, r.What, r.Seconds, r.Compile)
	}
	if total > 0 {
		fmt.Fprintf(b, "%-10s %-30s %7.1f %7.1f: %.1f without\n\n", "", "all", total, first,
			total-first)
	}
}
