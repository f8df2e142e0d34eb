// Command cell is a notebook's cell, as GoNB would compile it: variables first, evaluated every
// time, then what its arguments say, verb by verb. Variables take what a user could have edited in
// between from the environment.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg"
	"os"
	"strconv"
	"strings"

	"gopets/pets"
)

var (
	path    = pets.UntarData(pets.FindURL(os.Getenv("SOURCE")))
	fnames  = first(pets.GetImageFiles(path.Join("images")), number("FNAMES", 1000))
	pattern = text("PATTERN", `/([^/]+)_\d+.jpg$`)
	data    = described(pets.Transforms(pets.GetTransforms()), pets.Size(number("SIZE", 32)),
		pets.BatchSize(number("BATCH", 8)), pets.Seed(number("SEED", 2)),
		broken(), resized()).Normalize(pets.ImagenetStats)
	learn = pets.CNNLearner(data, pets.Arch(text("ARCH", "petnet10")), pets.Pretrained(false),
		pets.LabelSmoothing(float64(number("SMOOTHING", 0))/100))
	// A second part as the notebook has it: the next permutation of the same stream.
	data2 = pets.FromNameRE(path.Join("images"), fnames, pattern, pets.Size(40),
		pets.BatchSize(8), pets.Seed(2), pets.Permutation(2)).Normalize(pets.ImagenetStats)
	learn2 = pets.CNNLearner(data2, pets.PetNet10, pets.Pretrained(false), pets.Name(text("NAME2",
		"learn2")))
	interp  = pets.InterpretationFrom(learn)
	interp2 = pets.InterpretationFrom(learn2, pets.Name("interp2"))
)

func text(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

func number(name string, otherwise int) int {
	n, err := strconv.Atoi(text(name, strconv.Itoa(otherwise)))
	if err != nil {
		panic(err)
	}
	return n
}

// described is the data in one of the ways that there are.
func described(options ...pets.DataOption) pets.Data {
	breed := func(f pets.Path) string { return f.Name()[:strings.LastIndex(f.Name(), "_")] }
	switch text("FROM", "regexp") {
	case "regexp":
		return pets.FromNameRE(path.Join("images"), fnames, pattern, options...)
	case "func":
		return pets.FromNameFunc(path.Join("images"), fnames, breed, options...)
	case "lists":
		var labels []string
		for _, f := range fnames {
			labels = append(labels, breed(f))
		}
		return pets.FromLists(path.Join("images"), fnames, labels[:len(labels)-number("LACKING",
			0)], options...)
	case "csv":
		return pets.FromCSV(path, pets.CSV{Folder: "images", Suffix: ".jpg"}, options...)
	case "folder":
		return pets.FromFolder(path, options...)
	case "official":
		return pets.FromOfficialSplit(path, options...)
	}
	panic("FROM")
}

func resized() pets.DataOption {
	switch text("OPTION", "crop") {
	case "crop":
		return pets.Crop()
	case "pad":
		return pets.Pad()
	case "squish":
		return pets.Squish()
	case "exif":
		return pets.IgnoreEXIF()
	case "stratify":
		return pets.Stratify()
	case "valid":
		return pets.ValidFiles(fnames[:3])
	case "valid-last": // of each breed, and what a test added
		var valid pets.Paths
		for _, f := range fnames {
			if strings.HasSuffix(f.Name(), "_5.jpg") || strings.HasSuffix(f.Name(), "_6.jpg") {
				valid = append(valid, f)
			}
		}
		return pets.ValidFiles(valid)
	case "no-valid":
		return pets.ValidPct(0)
	case "wide":
		return pets.SizeHW(32, 48)
	case "cutout":
		return pets.Transforms(pets.GetTransforms(pets.DoFlip(false), pets.FlipVert(false),
			pets.MaxRotate(0), pets.MaxZoom(1), pets.MaxLighting(0), pets.MaxWarp(0),
			pets.PAffine(0), pets.PLighting(0), pets.Cutout(1, 64)))
	}
	panic("OPTION")
}

func broken() pets.DataOption {
	if os.Getenv("SKIP") != "" {
		return pets.SkipBroken()
	}
	return func(*pets.Data) {}
}

func first(list pets.Paths, n int) pets.Paths { return list[:min(n, len(list))] }

func main() {
	for _, arg := range os.Args[1:] {
		verb, rest, _ := strings.Cut(arg, ":")
		switch verb {
		case "engine":
			pets.ShowEngine()
			fmt.Println(pets.Pick("picked fast", "picked slow"))
		case "show":
			data.Show()
		case "batch":
			data.ShowBatch(pets.Rows(2), pets.FigSize(4, 4))
		case "classes":
			fmt.Println(data.Classes(), data.C())
		case "create":
			learn.Create()
		case "fit", "resume":
			n, _ := strconv.Atoi(rest)
			options := []pets.FitOption{pets.MaxLR(pets.Slice(1e-4, 1e-2))}
			if verb == "resume" {
				options = append(options, pets.Resume())
			}
			learn.FitOneCycle(n, options...)
		case "constant":
			learn.Fit(2, pets.MaxLR(pets.LR(1e-3)))
		case "finetune", "finetune-resume":
			options := []pets.FitOption{pets.BaseLR(1e-2), pets.LRMult(10), pets.FreezeEpochs(1)}
			if verb == "finetune-resume" {
				options = append(options, pets.Resume())
			}
			learn.FineTune(2, options...)
		case "watch":
			learn.FitOneCycle(6, pets.EarlyStopping(1), pets.KeepBest(), pets.Monitor("error_rate",
				9))
		case "tta":
			learn.TTA()
		case "compute-tta":
			pets.InterpretationFrom(learn, pets.Name("tta"), pets.WithTTA()).Compute()
		case "export":
			fmt.Println(learn.Export(pets.Path(rest)))
		case "exported":
			e := pets.LoadLearner(pets.Path(rest))
			e.Show()
			file, err := os.ReadFile(string(fnames[0]))
			if err != nil {
				panic(err)
			}
			img, _, err := image.Decode(bytes.NewReader(file))
			if err != nil {
				panic(err)
			}
			for _, i := range []pets.Image{pets.OpenImage(fnames[0]), pets.ImageFromBytes(file),
				pets.ImageFrom(img)} {
				fmt.Println("exported says", e.Predict(i))
			}
		case "onnx":
			fmt.Println(learn.ExportONNX(pets.Path(rest), pets.ONNXBytes()))
		case "many":
			list := pets.PredictFiles(learn, append(first(fnames, 2), pets.Path(rest)))
			list.Show()
			fmt.Println(list.WriteCSV(pets.Path(rest + ".csv")))
			again := pets.PredictFiles(pets.LoadLearner(pets.Path(rest+".safetensors")), fnames[:1])
			fmt.Println("the same in a file:", again.List[0].String() == list.List[0].String())
		case "csv":
			pets.FilePredictions{}.WriteCSV(pets.Path(rest))
		case "no-image":
			pets.ImageFromBytes(nil).Show()
		case "suggest":
			s := learn.LRFind(pets.FindSteps(12))
			learn.Recorder().Plot()
			fmt.Println("suggested", s.Valley() > 0, s.Steep() > 0, s.Minimum() > 0)
		case "fit2":
			n, _ := strconv.Atoi(rest)
			learn2.FitOneCycle(n)
		case "summary":
			learn.Summary()
		case "freeze":
			learn.Freeze()
		case "unfreeze":
			learn.Unfreeze()
		case "save":
			fmt.Println(learn.Save(rest))
		case "load":
			learn.Load(rest)
		case "find":
			learn.LRFind(pets.FindSteps(8))
			learn.Recorder().Plot()
		case "plots":
			learn.Recorder().PlotLosses()
			learn.Recorder().PlotLR()
			learn.Recorder().PlotMetrics()
			learn.Summary()
			learn.ShowResults(pets.Rows(3))
		case "results":
			learn.ShowResults()
		case "validate":
			learn.Validate()
		case "rows":
			out, err := json.Marshal(learn.Recorder().Rows())
			if err != nil {
				panic(err)
			}
			fmt.Printf("rows %s\n", out)
		case "compute":
			interp.Compute()
		case "top":
			interp.PlotTopLosses(4)
		case "matrix":
			interp.PlotConfusionMatrix(pets.FigSize(5, 5))
		case "confused":
			pets.Show(interp.MostConfused(pets.MinVal(1)))
		case "report":
			interp.Report()
		case "compute2":
			interp2.Compute()
		case "predict":
			fmt.Println(learn.Predict(pets.OpenImage(fnames[0])))
		case "image":
			pets.OpenImage(pets.Path(text("IMAGE", string(fnames[0])))).Show()
		case "verify":
			pets.VerifyImages(fnames)
		case "end":
			pets.EndSession()
		default:
			panic("no verb " + verb)
		}
	}
}
