package spec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"gopets/pets/spec"
)

// all are the option structs.
var all = []any{spec.Data{CSV: new(spec.CSV)}, spec.Learner{}, spec.Fit{}, spec.Find{}, spec.TTA{},
	spec.Plot{}, spec.Interp{}}

// leaves calls f for every field at every depth: v is settable.
func leaves(v reflect.Value, path string, f func(path string, v reflect.Value)) {
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		leaves(v.Elem(), path, f)
	case v.Kind() == reflect.Struct && !strings.HasPrefix(v.Type().Name(), "Opt["):
		for i := range v.NumField() {
			leaves(v.Field(i), path+"."+v.Type().Field(i).Name, f)
		}
	default:
		f(path, v)
	}
}

// change sets a field to another value.
func change(t *testing.T, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.String:
		v.SetString("pad")
	case reflect.Float32, reflect.Float64:
		v.SetFloat(v.Float() + .5)
	case reflect.Int, reflect.Int32:
		v.SetInt(v.Int() + 1)
	case reflect.Array:
		change(t, path, v.Index(0))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 0, 0)) // empty is another value than none
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
	case reflect.Struct: // an Opt, set to zero
		set := map[string]any{"float64": spec.Some(0.), "int": spec.Some(0),
			"[2]float64": spec.Some([2]float64{})}
		kind := strings.TrimSuffix(strings.TrimPrefix(v.Type().Name(), "Opt["), "]")
		if set[kind] == nil {
			t.Fatalf("%s: teach this test about %v", path, v.Type())
		}
		v.Set(reflect.ValueOf(set[kind]))
	default:
		t.Fatalf("%s: teach this test about %v", path, v.Type())
	}
}

// Every field, whenever it was added, is in the JSON, the digest and the difference of its struct.
func TestEveryFieldCounts(t *testing.T) {
	fields := 0
	for _, options := range all {
		typ := reflect.TypeOf(options)
		count := 0
		leaves(copyOf(options), typ.Name(), func(string, reflect.Value) { count++ })
		for i := range count {
			now, at, name := copyOf(options), 0, ""
			leaves(now, typ.Name(), func(path string, v reflect.Value) {
				if at == i {
					name = path
					change(t, path, v)
				}
				at++
			})
			if name == "Fit.Snapshot" { // a file's folder is not an option
				continue
			}
			fields++
			text, err := json.Marshal(now.Interface())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			back := reflect.New(typ)
			if err := json.Unmarshal(text, back.Interface()); err != nil ||
				!reflect.DeepEqual(back.Elem().Interface(), now.Interface()) {
				t.Errorf("%s is lost on the wire: %s, %v", name, text, err)
			}
			if spec.Digest(now.Interface()) == spec.Digest(options) {
				t.Errorf("%s is not in the digest", name)
			}
			if diffOf(options, now.Interface()) == "" || diffOf(options, options) != "" {
				t.Errorf("%s is not in the difference", name)
			}
		}
	}
	if fields < 120 {
		t.Errorf("only %d fields were walked", fields)
	}
}

func copyOf(options any) reflect.Value {
	v := reflect.New(reflect.TypeOf(options)).Elem()
	v.Set(reflect.ValueOf(options))
	if d, ok := v.Addr().Interface().(*spec.Data); ok && d.CSV != nil {
		table := *d.CSV
		d.CSV = &table
	}
	return v
}

func diffOf(was, now any) string {
	switch was := was.(type) {
	case spec.Data:
		return spec.Diff(was, now.(spec.Data))
	case spec.Learner:
		return spec.Diff(was, now.(spec.Learner))
	case spec.Fit:
		return spec.Diff(was, now.(spec.Fit))
	case spec.Find:
		return spec.Diff(was, now.(spec.Find))
	case spec.TTA:
		return spec.Diff(was, now.(spec.TTA))
	case spec.Plot:
		return spec.Diff(was, now.(spec.Plot))
	case spec.Interp:
		return spec.Diff(was, now.(spec.Interp))
	}
	panic("teach diffOf about another struct")
}

func ExampleDiff() {
	was := spec.Learner{Arch: "resnet34",
		Data: spec.Data{Files: spec.List{Digest: "a", Count: 7390}}}
	was.Data.Size = spec.Square(96)
	now := was
	now.Data.Files = spec.ListOf([]string{"a.jpg", "b.jpg"})
	now.Data.Size, now.Data.Transforms.Resize = spec.Square(128), spec.Pad
	fmt.Println(spec.Diff(was, now))
	now = was
	now.Data.Files.Digest = "b"
	fmt.Println(spec.Diff(was, now))
	// Output:
	// fnames: 7 390 → 2 entries; size: 96 → 128; resized by: none → pad
	// fnames: other 7 390 entries
}

// Defaults pass the check, and zero is a default only while it is unset.
func ExampleDefaults() {
	fit := spec.Fit{Epochs: 4}.WithDefaults()
	fmt.Println(fit.MaxLR, fit.PctStart, fit.Moms, fit.DivFactor, spec.Check(fit))
	fit.PctStart = spec.Some(0.) // not replaced by the default
	fmt.Println(spec.Defaults(fit).PctStart, spec.Check(fit))
	fit.DivFactor = 0
	fmt.Println(spec.Check(fit))
	// Output:
	// slice(0.003) 0.3 [0.95 0.85] 25 <nil>
	// 0 <nil>
	// DivFactor is 0, want more than 0
}

func TestDefaults(t *testing.T) {
	data := spec.Defaults(spec.Data{})
	if data.Size != spec.Square(224) || data.Batch != 64 || data.Stats != spec.ImageNet ||
		data.Permutation != 1 {
		t.Errorf("data: %+v", data)
	}
	learner := spec.Defaults(spec.Learner{})
	if learner.Data.Batch != 64 || !reflect.DeepEqual(learner.Hidden, []int{512}) ||
		learner.Dropout.Get() != .5 || learner.WeightDecay.Get() != .01 {
		t.Errorf("learner: %+v", learner)
	}
	if f := (spec.Fit{Kind: spec.FineTune}).WithDefaults(); f.DivFactor != 5 ||
		f.FreezeEpochs.Get() != 1 {
		t.Errorf("fine-tuning: %+v", f)
	}
	zero := spec.Learner{Head: spec.Head{Hidden: []int{}, Dropout: spec.Some(0.)},
		Training: spec.Training{WeightDecay: spec.Some(0.)}}
	if l := spec.Defaults(zero); len(l.Hidden) != 0 || l.Dropout.Get() != 0 ||
		l.WeightDecay.Get() != 0 {
		t.Errorf("zeros became %v, %v and %v", l.Hidden, l.Dropout, l.WeightDecay)
	}
	for _, filled := range []any{data, learner, spec.Fit{Epochs: 1}.WithDefaults(),
		spec.Defaults(spec.Find{}), spec.Defaults(spec.TTA{}), spec.Defaults(spec.Plot{})} {
		if err := spec.Check(filled); err != nil {
			t.Errorf("%T: the defaults are refused: %v", filled, err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	nan := math.NaN()
	for want, change := range map[string]func(*spec.Learner, *spec.Fit, *spec.Find){
		"pets.Size is 16, want at least 32": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Data.Size = spec.Square(16)
		},
		"pets.Size is 5000": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Data.Size = spec.Square(5000)
		},
		"pets.BatchSize is 1, want at least 2": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Data.Batch = 1
		},
		"pets.BatchSize is 0": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Data.Batch = 0
		},
		"pets.Seed is -1": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Data.Seed = -1
		},
		"pets.ValidPct is 1, want at least 0 and l": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Data.ValidPct = 1
		},
		"pets.ValidPct is NaN": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Data.ValidPct = nan
		},
		"pets.MaxZoom is 0.5": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Data.Transforms.MaxZoom = .5
		},
		"pets.PAffine is 2": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Data.Transforms.PAffine = spec.Some(2.)
		},
		"pets.Dropout is 1, want at least 0 and l": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Dropout = spec.Some(1.)
		},
		"pets.HiddenLayers is [8 0]": func(l *spec.Learner, _ *spec.Fit,
			_ *spec.Find) {
			l.Hidden = []int{8, 0}
		},
		"pets.Momentums is [1 0.5]": func(_ *spec.Learner, f *spec.Fit,
			_ *spec.Find) {
			f.Moms = spec.Some([2]float64{1, .5})
		},
		"pets.MaxLR is slice(0, 1)": func(_ *spec.Learner, f *spec.Fit,
			_ *spec.Find) {
			f.MaxLR = spec.Slice(0, 1)
		},
		"pets.MaxLR is 0,": func(_ *spec.Learner, f *spec.Fit,
			_ *spec.Find) {
			f.MaxLR = spec.Const(0)
		},
		`pets.Monitor is "speed", want valid_loss`: func(_ *spec.Learner, f *spec.Fit,
			_ *spec.Find) {
			f.Metric = "speed"
		},
		"pets.FreezeEpochs is -1": func(_ *spec.Learner, f *spec.Fit,
			_ *spec.Find) {
			f.FreezeEpochs = spec.Some(-1)
		},
		"pets.FindRange is 1 to 0.1": func(_ *spec.Learner, _ *spec.Fit,
			f *spec.Find) {
			f.Start, f.End = 1, .1
		},
		"pets.FindSteps is 0": func(_ *spec.Learner, _ *spec.Fit,
			f *spec.Find) {
			f.Steps = 0
		},
	} {
		l, f, n := spec.Defaults(spec.Learner{}), spec.Fit{Epochs: 1}.WithDefaults(),
			spec.Defaults(spec.Find{})
		change(&l, &f, &n)
		err := spec.Check(struct { // as requests hold them
			Learner *spec.Learner
			Fit     spec.Fit
			Find    spec.Find
		}{&l, f, n})
		var option *spec.OptionError
		if !errors.As(err, &option) || !strings.HasPrefix(spec.Message(err, spec.InCell), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// A face's spelling reaches an option error through what was wrapped around it, and nothing else.
func TestMessage(t *testing.T) {
	err := fmt.Errorf("fit: Skip it: %w", &spec.OptionError{Option: "Skip",
		Got: "2 images are broken", Hint: "repair them, or use {}"})
	if got := spec.Message(err,
		spec.InCell); got != "fit: Skip it: 2 images are broken: repair them, or use "+
		"pets.SkipBroken()" {
		t.Error(got)
	}
	if got := err.Error(); got != "fit: Skip it: 2 images are broken: repair them, or use Skip" {
		t.Error(got)
	}
	if got := spec.Message(errors.New("set Size"), spec.InCell); got != "set Size" {
		t.Error(got)
	}
}

func TestRates(t *testing.T) {
	for text, c := range map[string]struct {
		r    spec.LR
		want []float64
	}{
		"slice(1e-06, 0.0001)": {spec.Slice(1e-6, 1e-4), []float64{1e-6, 1e-5, 1e-4}},
		"slice(0.003)":         {spec.LR{}, []float64{3e-4, 3e-4, 3e-3}},
		"slice(0.01)":          {spec.Slice1(1e-2), []float64{1e-3, 1e-3, 1e-2}},
		"0.003":                {spec.Const(3e-3), []float64{3e-3, 3e-3, 3e-3}},
	} {
		got, err := c.r.Groups(3)
		if err != nil || c.r.String() != text {
			t.Fatal(c.r, err)
		}
		for g := range got {
			if math.Abs(got[g]-c.want[g]) > 1e-12*c.want[g] {
				t.Errorf("%s: group %d has %v, want %v", text, g, got[g], c.want[g])
			}
		}
	}
	for _, r := range []spec.LR{spec.Slice(0, 1), spec.Slice(1e-3, math.NaN()), spec.Const(-1),
		{Kind: "wide", Hi: 1}} {
		if _, err := r.Groups(3); err == nil {
			t.Errorf("%+v passed", r)
		}
	}
}

// Without a validation set a row has no error, also on the wire.
func TestRow(t *testing.T) {
	for _, c := range []struct {
		row        spec.Row
		json, text string
	}{
		{spec.Row{Epoch: 1, TrainLoss: .5, ValidLoss: .25, ErrorRate: .125, Seconds: 61},
			`{"epoch":1,"train_loss":0.5,"valid_loss":0.25,"error_rate":0.125,"seconds":61}`,
			"1 0.500000 0.250000 0.125000 01:01"},
		{spec.Row{TrainLoss: .5, ValidLoss: math.NaN(), ErrorRate: math.NaN(), Seconds: 3661},
			`{"epoch":0,"train_loss":0.5,"valid_loss":null,"error_rate":null,"seconds":3661}`,
			"0 0.500000 1:01:01"},
	} {
		text, err := json.Marshal(c.row)
		if err != nil || string(text) != c.json || c.row.String() != c.text {
			t.Errorf("%s, %s, %v", text, c.row, err)
		}
		var back spec.Row
		if err := json.Unmarshal(text, &back); err != nil ||
			fmt.Sprint(back) != fmt.Sprint(c.row) || back.Validated() != c.row.Validated() {
			t.Errorf("%v, %v", back, err)
		}
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 7390: "7 390", 1234567: "1 234 567",
		-1000: "-1 000"} {
		if got := spec.Thousands(n); got != want {
			t.Errorf("%d: want %q, got %q", n, want, got)
		}
	}
}

// A cell links this package.
func TestStandardLibraryOnly(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f",
		"{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(out)); got != "gopets/pets/spec" {
		t.Errorf("it links %s", got)
	}
}
