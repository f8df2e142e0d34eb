package main

import (
	"fmt"
	"strings"
)

// A report is the table at the end.
type report struct {
	engine, arch string
	setting      setting
	names        []string
	rates        []rate
	torch        *torchResult
}

func (r *report) add(name string, value rate) {
	r.names, r.rates = append(r.names, name), append(r.rates, value)
}

func (r *report) String() string {
	var b strings.Builder
	theirs := "PyTorch"
	if r.torch != nil {
		theirs += " " + r.torch.Version
		fmt.Fprintf(&b, "PyTorch's device: %s\n", r.torch.Device)
	}
	fmt.Fprintf(&b, "images/s, %s, %d pixels, batch %d, %d steps\n", r.arch, r.setting.size,
		r.setting.batch, r.setting.steps)
	fmt.Fprintf(&b, "%-18s %14s %20s %8s %16s\n", "", "gopets "+r.engine, theirs, "ratio",
		"first step")
	for i, name := range r.names {
		value, other, ratio := "–", "–", "–"
		ours := r.rates[i].imagesPerSecond
		if ours > 0 {
			value = fmt.Sprintf("%.1f", ours)
		}
		if r.torch != nil && r.torch.Rates[name] > 0 {
			other = fmt.Sprintf("%.1f", r.torch.Rates[name])
			if ours > 0 {
				ratio = fmt.Sprintf("%.2f", ours/r.torch.Rates[name])
			}
		}
		fmt.Fprintf(&b, "%-18s %14s %20s %8s %14.1f s\n", name, value, other, ratio,
			r.rates[i].first.Seconds())
	}
	return b.String()
}
