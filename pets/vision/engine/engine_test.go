package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"gopets/pets/vision/engine"
	"gopets/pets/vision/engine/enginetest"
)

func TestEachEngineComputes(t *testing.T) {
	enginetest.Each(t, func(t *testing.T, eng *engine.Engine) {
		var sum float32
		err := engine.Call("adding", func() {
			exec := graph.MustNewExec(eng.Backend,
				func(x *graph.Node) *graph.Node { return graph.ReduceAllSum(x) })
			sum = exec.MustCall([]float32{1, 2, 3.5})[0].Value().(float32)
		})
		if err != nil || sum != 6.5 {
			t.Errorf("sum = %v, %v; want 6.5", sum, err)
		}
	})
}

func TestGoIsSequential(t *testing.T) {
	for _, spec := range []string{"go", "go:", "go:ops_sequential", "go:creation_order"} {
		eng, err := engine.Open(engine.Options{Spec: spec, CacheDir: t.TempDir()})
		if err != nil {
			t.Fatalf("%s: %v", spec, err)
		}
		if eng.Name != engine.Go {
			t.Errorf("%s opened %s", spec, eng)
		}
		eng.Close()
		eng.Close()
	}
}

func TestUnknownSpecs(t *testing.T) {
	for spec, want := range map[string]string{
		"tpu9":              "no backend",
		"go:no_such_option": "no_such_option",
	} {
		eng, err := engine.Open(engine.Options{Spec: spec, CacheDir: t.TempDir()})
		if err == nil {
			t.Errorf("%s opened %s", spec, eng)
		} else if !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "goroutine") {
			t.Errorf("%s: error %q does not speak of %q", spec, err, want)
		}
	}
}

func TestCall(t *testing.T) {
	if err := engine.Call("nothing", func() {}); err != nil {
		t.Error(err)
	}
	thrown := errors.New("wrong shape\n  stack")
	err := engine.Call("building the head", func() { panic(thrown) })
	if err == nil || err.Error() != "building the head: wrong shape" || !errors.Is(err, thrown) {
		t.Errorf("got %v", err)
	}
	var p *engine.PanicError
	if !errors.As(err, &p) || !strings.Contains(p.Stack, "TestCall") {
		t.Error("no stack for the log")
	}
	nested := engine.Call("fitting", func() { panic(err) })
	if nested == nil || nested.Error() != "fitting: building the head: wrong shape" {
		t.Errorf("nested: %v", nested)
	}
	if err := engine.Call("indexing", func() { _ = []int{}[len(nested.Error())] }); err == nil {
		t.Error("a runtime panic is lost")
	}
}

func ExampleOpen() {
	eng, err := engine.Open(engine.Options{Spec: "go"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer eng.Close()
	err = engine.Call("adding", func() {
		add := graph.MustNewExec(eng.Backend,
			func(a, b *graph.Node) *graph.Node { return graph.Add(a, b) })
		fmt.Println(eng.Name, add.MustCall(float32(40), float32(2))[0])
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: go float32(42)
}

func ExampleSetup() {
	report, err := engine.Setup(context.Background(), engine.SetupOptions{
		Offline: true, // look, don't download
		Log:     func(step string) { fmt.Println(step) },
	})
	if err != nil {
		fmt.Println("slower, but fine:", err)
		return
	}
	fmt.Println(report)
}

func ExampleDoctor() {
	for _, check := range engine.Doctor(engine.Options{Spec: "go"}) {
		if !check.OK {
			fmt.Printf("%s: %s. Remedy: %s\n", check.Name, check.Detail, check.Fix)
		}
	}
}
