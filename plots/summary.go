package plots

import (
	"html"
	"strconv"
	"strings"
)

// LayerRow is one layer of a network's Summary.
type LayerRow struct {
	Name      string
	Output    string // its output's shape, as "64 × 112 × 112"
	Params    int
	Trainable int // of Params
}

// Summary lists a network's layers with shapes and parameters, and totals.
type Summary struct {
	Title string
	Rows  []LayerRow
	Notes []string // lines below the totals
}

func (s Summary) SVG() ([]byte, error) { return s.Table().SVG() }

func (s Summary) PNG() ([]byte, error) { return s.Table().PNG() }

// HTML returns a <table>, with the totals in a paragraph.
func (s Summary) HTML() (string, error) {
	table, err := s.Table().HTML()
	if err != nil {
		return "", err
	}
	lines := s.totals()
	for i := range lines {
		lines[i] = html.EscapeString(clean(lines[i]))
	}
	return table + "\n<p>" + strings.Join(lines, "<br>\n") + "</p>", nil
}

func (s Summary) Text() string {
	lines := s.totals()
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return s.Table().Text() + "\n" + strings.Join(lines, "\n") + "\n"
}

// Table returns the layers alone.
func (s Summary) Table() Table {
	t := Table{Figure: Figure{Title: s.Title}, Header: []string{"Layer", "Output shape",
		"Parameters", "Trainable"}}
	for _, r := range s.Rows {
		params, trainable := "", ""
		if r.Params > 0 {
			params = thousands(r.Params)
			switch r.Trainable {
			case 0:
				trainable = "no"
			case r.Params:
				trainable = "yes"
			default:
				trainable = thousands(r.Trainable)
			}
		}
		t.Rows = append(t.Rows, []string{r.Name, r.Output, params, trainable})
	}
	return t
}

func (s Summary) totals() []string {
	total, trainable := 0, 0
	for _, r := range s.Rows {
		total += r.Params
		trainable += r.Trainable
	}
	return append([]string{
		"Parameters: " + thousands(total),
		"Trainable: " + thousands(trainable),
		"Not trainable: " + thousands(total-trainable),
	}, s.Notes...)
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
