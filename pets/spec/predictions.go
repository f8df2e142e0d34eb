package spec

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
)

// FilePrediction is a file's prediction, or why there is none.
type FilePrediction struct {
	File string `json:"file"`
	Prediction
	// why the file cannot be read; the prediction is empty then
	Error string `json:"error,omitempty"`
}

// FilePredictions are the predictions of a list of files, in its order.
type FilePredictions []FilePrediction

const ranks = 3

// WriteCSV writes file, the three most probable classes with probabilities, and error.
func (list FilePredictions) WriteCSV(w io.Writer) error {
	table := csv.NewWriter(w)
	header := []string{"file", "class", "probability"}
	for k := 2; k <= ranks; k++ {
		header = append(header, "class"+strconv.Itoa(k), "probability"+strconv.Itoa(k))
	}
	if err := table.Write(append(header, "error")); err != nil {
		return err
	}
	for _, p := range list {
		row := make([]string, len(header)+1)
		row[0], row[len(row)-1] = p.File, p.Error
		for k, r := range p.TopK(ranks) {
			row[1+2*k], row[2+2*k] = r.Class, strconv.FormatFloat(r.Probability, 'f', 6, 64)
		}
		if err := table.Write(row); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

// WriteJSONLines writes file, class, probability and all probabilities by class; or file and error.
func (list FilePredictions) WriteJSONLines(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, p := range list {
		line := struct {
			File          string             `json:"file"`
			Class         string             `json:"class,omitempty"`
			Probability   float64            `json:"probability,omitempty"`
			Probabilities map[string]float64 `json:"probabilities,omitempty"`
			Error         string             `json:"error,omitempty"`
		}{p.File, p.Class, p.Probability, nil, p.Error}
		if len(p.Classes) > 0 {
			line.Probabilities = map[string]float64{}
			for i, class := range p.Classes {
				line.Probabilities[class] = p.Probabilities[i]
			}
		}
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
