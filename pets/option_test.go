package pets

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gopets/pets/spec"
)

// zeros are the setters of numbers, each called with zero, and the field that must hold it.
var zeros = map[string]struct {
	option any
	field  string
}{
	"Size": {Size(0), "Size"}, "SizeHW": {SizeHW(0, 0), "Size"},
	"BatchSize": {BatchSize(0), "Batch"}, "Seed": {Seed(0), "Seed"},
	"Permutation": {Permutation(0), "Permutation"}, "ValidPct": {ValidPct(0), "ValidPct"},

	"MaxRotate": {MaxRotate(0), "MaxRotate"}, "MaxZoom": {MaxZoom(0), "MaxZoom"},
	"MaxLighting": {MaxLighting(0), "MaxLighting"},
	"MaxWarp":     {MaxWarp(0), "MaxWarp"}, "PAffine": {PAffine(0), "PAffine"},
	"PLighting": {PLighting(0), "PLighting"}, "Cutout": {Cutout(0, 0), "Cutout"},

	"WeightDecay": {WeightDecay(0), "WeightDecay"}, "Dropout": {Dropout(0), "Dropout"},
	"HiddenLayers":   {HiddenLayers(), "Hidden"},
	"LabelSmoothing": {LabelSmoothing(0), "LabelSmoothing"},
	"ImageMemory":    {ImageMemory(0), "ImageMemory"}, "Devices": {Devices(0), "Devices"},

	"Momentums": {Momentums(0, 0), "Moms"}, "DivFactor": {DivFactor(0), "DivFactor"},
	"PctStart": {PctStart(0), "PctStart"},
	"GradClip": {GradClip(0), "GradClip"}, "BaseLR": {BaseLR(0), "BaseLR"},
	"LRMult": {LRMult(0), "LRMult"}, "FreezeEpochs": {FreezeEpochs(0), "FreezeEpochs"},
	"EarlyStopping": {EarlyStopping(0), "Patience"}, "Monitor": {Monitor("valid_loss", 0),
		"MinDelta"},

	"FindRange": {FindRange(0, 0), "Start"}, "FindSteps": {FindSteps(0), "Steps"},

	"FigSize": {FigSize(0, 0), "Width"}, "DPI": {DPI(0), "DPI"}, "Rows": {Rows(0), "Rows"},
}

// A zero that a user writes is what the session gets, or it is refused: never the default.
func TestZeroIsObeyedOrRefused(t *testing.T) {
	for name, z := range zeros {
		var options any
		switch set := z.option.(type) {
		case DataOption:
			d := Data{desc: spec.Defaults(spec.Data{})}
			set(&d)
			options = d.desc
		case TransformOption:
			options = GetTransforms(set)
		case LearnerOption:
			l := spec.Defaults(spec.Learner{})
			set.toLearner(&l)
			options = l
		case FitOption:
			f := spec.Fit{Kind: spec.FineTune, Epochs: 1}.WithDefaults()
			set(&f)
			f.Epochs = 1
			options = f
		case FindOption:
			f := spec.Defaults(spec.Find{})
			set(&f)
			options = f
		case PlotOption:
			options = plot([]PlotOption{set})
		default:
			t.Fatalf("%s: teach this test about %T", name, z.option)
		}
		if err := spec.Check(options); err != nil {
			if text := spec.Message(err, spec.InCell); !strings.Contains(text, "pets.") {
				t.Errorf("%s(0) is refused without naming an option: %s", name, text)
			}
			continue
		}
		v := reflect.ValueOf(options).FieldByName(z.field)
		if v.Kind() == reflect.Struct { // an Opt
			if v.MethodByName("IsZero").Call(nil)[0].Bool() {
				t.Errorf("%s(0) leaves %s unset", name, z.field)
			}
			v = v.MethodByName("Get").Call(nil)[0]
		}
		if v.Kind() == reflect.Slice && !v.IsNil() && v.Len() == 0 {
			continue
		}
		if !v.IsZero() {
			t.Errorf("%s(0) became %v", name, v)
		}
	}
}

// Every function of this package that makes an option of a number is in the table, and every option
// that an error can name is a function of this package.
func TestOptionsAreNamed(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Type.Results == nil {
				continue
			}
			names[f.Name.Name] = true
			result, _ := f.Type.Results.List[0].Type.(*ast.Ident)
			if result == nil || !ast.IsExported(f.Name.Name) ||
				!strings.HasSuffix(result.Name, "Option") {
				continue
			}
			for _, p := range f.Type.Params.List {
				if kind, ok := p.Type.(*ast.Ident); ok &&
					(kind.Name == "int" || kind.Name == "float64") &&
					zeros[f.Name.Name].option == nil {
					t.Errorf("%s: what does it do with zero?", f.Name.Name)
				}
			}
		}
	}
	for _, options := range []any{spec.Data{}, spec.Learner{}, spec.Fit{}, spec.Find{},
		spec.Plot{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(options)) {
			bounded := false
			for _, key := range []string{"min", "max", "above", "below", "one"} {
				_, has := f.Tag.Lookup(key)
				bounded = bounded || has
			}
			name, inPets := strings.CutPrefix(spec.InCell(f.Name), "pets.")
			if name = strings.TrimSuffix(name, "()"); bounded && inPets && !names[name] &&
				f.Tag.Get("json") != "labels" {
				t.Errorf("%T.%s is spelled pets.%s, which is not there", options, f.Name, name)
			}
		}
	}
}
