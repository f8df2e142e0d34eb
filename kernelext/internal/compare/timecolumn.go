package compare

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A fit's table, fastai's and ours, has epoch as its first column, losses, and as its last the time
// of an epoch. A column time in any other table is a result.

const timing = "‹timing›"

var (
	fitHeader = regexp.MustCompile(`^\W*epoch\s.*_loss.*\stime\W*$`)
	fitRow    = regexp.MustCompile(`^(\W*\d+\s.*\s)((?:\d+:)?\d+:\d\d)(\W*)$`)
	fitTime   = regexp.MustCompile(`^(?:\d+:)?\d+:\d\d$`)
)

func (r Rules) masksTimings() bool {
	return slices.ContainsFunc(r.Sanitize, func(rule Rule) bool { return rule.Name == "timings" })
}

func maskTimeColumn(lines []string) (matches []match) {
	within := false
	for i, line := range lines {
		if fitHeader.MatchString(line) {
			within = true
			continue
		}
		m := fitRow.FindStringSubmatch(line)
		if within = within && m != nil; within {
			lines[i] = m[1] + timing + m[3]
			matches = append(matches, match{"timings", m[2]})
		}
	}
	return matches
}

func maskTimeCells(n *html.Node, matches *[]match) {
	if n.Type == html.ElementNode && n.Data == "table" {
		isFit := false
		for i, row := range rowsOf(n) {
			cells := cellsOf(row)
			if i == 0 {
				isFit = len(cells) > 2 && textOf(cells[0]) == "epoch" &&
					textOf(cells[len(cells)-1]) == "time" &&
					slices.ContainsFunc(cells,
						func(c *html.Node) bool { return strings.HasSuffix(textOf(c), "_loss") })
				continue
			}
			if isFit && len(cells) > 2 {
				maskTimeCell(cells[len(cells)-1], matches)
			}
		}
		return
	}
	for c := range n.ChildNodes() {
		maskTimeCells(c, matches)
	}
}

func maskTimeCell(cell *html.Node, matches *[]match) {
	text := cell.FirstChild
	if text == nil || text.Type != html.TextNode ||
		!fitTime.MatchString(strings.TrimSpace(text.Data)) {
		return
	}
	*matches = append(*matches, match{"timings", strings.TrimSpace(text.Data)})
	text.Data = timing
}

func rowsOf(table *html.Node) (rows []*html.Node) {
	for n := range table.Descendants() {
		if n.Type == html.ElementNode && n.Data == "tr" {
			rows = append(rows, n)
		}
	}
	return rows
}

func cellsOf(row *html.Node) (cells []*html.Node) {
	for n := range row.ChildNodes() {
		if n.Type == html.ElementNode && (n.Data == "td" || n.Data == "th") {
			cells = append(cells, n)
		}
	}
	return cells
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
