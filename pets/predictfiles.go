package pets

import (
	"fmt"
	"io"
	"os"

	"gopets/pets/internal/atomicfile"
	"gopets/pets/spec"
	"gopets/pets/wire"
)

// PredictFiles classifies many images, in order; a file that cannot be read has the reason in its
// row. Call it below %%, or it runs in every cell.
func PredictFiles(by Predictor, files Paths) FilePredictions {
	for _, f := range files {
		failIf(explain(f))
	}
	paths := as[string](files.absolute())
	return FilePredictions{predict(by, wire.PredictFiles, wire.PredictCall{Paths: paths})}
}

// FilePredictions are the predictions of a list of files, in its order.
type FilePredictions struct{ List spec.FilePredictions }

// Show shows the first rows as a table.
func (p FilePredictions) Show() {
	const most = 20
	t := wire.Table{Header: []string{"file", "class", "probability"}}
	for _, f := range p.List[:min(most, len(p.List))] {
		row := []string{Path(f.File).Name(), f.Class, fmt.Sprintf("%.1f %%", 100*f.Probability)}
		if f.Error != "" {
			row[1], row[2] = "", f.Error
		}
		t.Rows = append(t.Rows, row)
	}
	must(wire.ShowTable, t, nil)
	if n := len(p.List) - most; n > 0 {
		fmt.Printf("and %s more\n", spec.Thousands(n))
	}
}

// WriteCSV writes a table: file, the three most probable classes with their probabilities, error.
func (p FilePredictions) WriteCSV(file Path) Path { return p.write(file, p.List.WriteCSV) }

// WriteJSONLines writes a line for each file, with the probabilities of all classes.
func (p FilePredictions) WriteJSONLines(file Path) Path {
	return p.write(file, p.List.WriteJSONLines)
}

func (p FilePredictions) write(file Path, write func(io.Writer) error) Path {
	path := file.absolute()
	err := atomicfile.Write(path, 0o644, func(f *os.File) error { return write(f) })
	if err != nil {
		fail(fmt.Errorf("predictions: %w", err))
	}
	return Path(path)
}
