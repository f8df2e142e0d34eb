// Command cell is a notebook's cell, as GoNB would compile it: variables first, evaluated every time, then what its arguments say, verb by verb. Variables
// take what a user could have edited in between from the environment.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"gopets/pets"
)

var (
	path    = pets.UntarData(pets.FindURL(os.Getenv("SOURCE")))
	fnames  = first(pets.GetImageFiles(path.Join("images")), number("FNAMES", 1000))
	pattern = text("PATTERN", `/([^/]+)_\d+.jpg$`)
	data    = pets.FromNameRE(path.Join("images"), fnames, pattern, pets.Transforms(pets.GetTransforms()),
		pets.Size(number("SIZE", 32)), pets.BatchSize(number("BATCH", 8)), pets.Seed(2), broken()).Normalize(pets.ImagenetStats)
	learn = pets.CNNLearner(data, pets.Arch(text("ARCH", "petnet10")), pets.Pretrained(false))
	// A second part as the notebook has it: the next permutation of the same stream.
	data2   = pets.FromNameRE(path.Join("images"), fnames, pattern, pets.Size(40), pets.BatchSize(8), pets.Seed(2), pets.Permutation(2)).Normalize(pets.ImagenetStats)
	learn2  = pets.CNNLearner(data2, pets.PetNet10, pets.Pretrained(false), pets.Name(text("NAME2", "learn2")))
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

func broken() pets.DataOption {
	if os.Getenv("SKIP") != "" {
		return pets.SkipBroken()
	}
	return pets.ValidPct(0.2)
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
		case "fit2":
			n, _ := strconv.Atoi(rest)
			learn2.FitOneCycle(n)
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
			learn.ShowResults(pets.Rows(2))
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
