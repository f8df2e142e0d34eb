package command

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gopets/pets/internal/atomicfile"
	"gopets/pets/spec"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/train"
)

const predictUsage = `usage: worker predict MODEL.safetensors FILE-OR-FOLDER… [flags]

Writes what a learner says about many images as a table: a row for each file, in the order of the
arguments, folders (with all below them) in the order of their names. MODEL is a file that a
learner's Export wrote. A file that cannot be read has the reason in its row. Progress goes to
standard error. $GOMLX_BACKEND forces a backend.

flags:
`

// Predict classifies files and folders with an exported learner.
func Predict(args []string) error {
	flags := flag.NewFlagSet("predict", flag.ExitOnError)
	out := flags.String("o", "-", "`file` to write, .csv or .jsonl; - is standard output")
	format := flags.String("format", "", "csv or jsonl (default: by the file's name, else csv)")
	list := flags.String("list", "",
		"`file` that names more images, one a line; - is standard input")
	named := parse(flags, predictUsage, args)
	if len(named) == 0 || len(named) == 1 && *list == "" {
		return errors.New("predict: want a model and images, " +
			"for instance worker predict pets.safetensors photos")
	}
	write, err := tableWriter(*format, *out)
	if err != nil {
		return err
	}
	files, err := filesOf(named[1:], *list)
	if err == nil {
		err = checkOutput(*out, append(files, named[0], *list))
	}
	if err != nil {
		return fmt.Errorf("predict: %w", err)
	}
	if err := Prepare(nil); err != nil {
		return err
	}
	ctx, stop := signalled()
	defer stop()
	var table spec.FilePredictions
	progress := everyTwoSeconds()
	stopped := withModel(engine.Options{}, named[0],
		func(_ *engine.Engine, p *train.Predictor) (err error) {
			table, err = p.PredictFiles(ctx, files, train.Events{Batch: func(b train.BatchInfo) {
				progress("%d of %d batches\n", b.Batch+1, b.Batches)
			}})
			return err
		})
	if stopped != nil && table == nil {
		return stopped
	}
	if *out == "-" {
		err = write(table, os.Stdout)
	} else if err = atomicfile.Write(*out, 0o644, func(f *os.File) error {
		return write(table, f)
	}); err != nil {
		err = errors.Join(fmt.Errorf("predict: writing %s: %w: the table is on standard output",
			*out, err), write(table, os.Stdout))
	}
	if err := errors.Join(stopped, err); err != nil { // finished predictions are written
		return err
	}
	bad := 0
	for _, p := range table {
		if p.Error != "" {
			bad++
		}
	}
	fmt.Fprintf(os.Stderr, "images: %d, of which %d cannot be read\n", len(table), bad)
	return nil
}

func tableWriter(format, file string) (func(spec.FilePredictions, io.Writer) error, error) {
	if format == "" {
		switch ext := strings.ToLower(filepath.Ext(file)); ext {
		case "", ".csv", ".txt":
			format = "csv"
		case ".jsonl", ".ndjson", ".json":
			format = "jsonl"
		default:
			return nil, fmt.Errorf("predict: the output %s has no known format: end its name in "+
				".csv or .jsonl, or give -format", file)
		}
	}
	switch format {
	case "csv":
		return spec.FilePredictions.WriteCSV, nil
	case "jsonl":
		return spec.FilePredictions.WriteJSONLines, nil
	}
	return nil, fmt.Errorf("predict: the format is %q, want csv or jsonl", format)
}

// checkOutput makes a file's folder, before long work. It returns an error if the file cannot be
// written, or is read.
func checkOutput(out string, read []string) error {
	if out == "-" {
		return nil
	}
	info, err := os.Stat(out)
	if err == nil && info.IsDir() {
		return fmt.Errorf("the output %s is a folder: name a file in it", out)
	}
	for _, file := range read {
		if other, oerr := os.Stat(file); err == nil && oerr == nil && os.SameFile(info, other) {
			return fmt.Errorf("the output %s is also read: name another file", out)
		}
	}
	if err == nil && !info.Mode().IsRegular() {
		return nil // a device or pipe
	}
	err = os.MkdirAll(filepath.Dir(out), 0o755)
	var f *os.File
	if err == nil {
		f, err = os.CreateTemp(filepath.Dir(out), "."+filepath.Base(out)+".*")
	}
	if err != nil {
		return fmt.Errorf("the output %s cannot be written: %w: name a file elsewhere", out,
			errors.Unwrap(err))
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func filesOf(named []string, list string) ([]string, error) {
	var files []string
	for _, name := range named {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("%w: name an image or a folder", err)
		}
		if !info.IsDir() {
			files = append(files, name)
			continue
		}
		found, err := dataset.ImageFiles(name, true)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("no images are in %s: give another folder", name)
		}
		files = append(files, found...)
	}
	if list == "" {
		return files, nil
	}
	in := os.Stdin
	if list != "-" {
		f, err := os.Open(list)
		if err != nil {
			return nil, fmt.Errorf("-list: %w", err)
		}
		defer f.Close()
		in = f
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff")) // Windows' BOM
		if line != "" {
			files = append(files, line)
		}
	}
	return files, lines.Err()
}

// ONNX writes an exported learner's network as an ONNX file.
func ONNX(args []string) error {
	flags := flag.NewFlagSet("onnx", flag.ExitOnError)
	bytes := flags.Bool("bytes", false, "take uint8 images [batch, height, width, 3] "+
		"instead of float32 [batch, 3, height, width] in [0,1]")
	named := parse(flags, "usage: worker onnx MODEL.safetensors FILE.onnx [flags]\n", args)
	if len(named) != 2 {
		return errors.New("onnx: want a model and a file, " +
			"for instance worker onnx pets.safetensors pets.onnx")
	}
	if err := checkOutput(named[1], named[:1]); err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	return withModel(engine.Options{Spec: engine.Go}, named[0],
		func(_ *engine.Engine, p *train.Predictor) error {
			return p.ExportONNX(named[1], train.ONNX{Bytes: *bytes})
		})
}
