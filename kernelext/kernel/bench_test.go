package kernel

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"gopets/kernelext/jupyter"
)

// BenchmarkStart is the time until the kernel answers kernel_info; GoNB may still be starting then.
func BenchmarkStart(b *testing.B) {
	exe, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	options, err := json.Marshal(testOptions{GoNB: "/bin/false", Workspace: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		k, err := jupyter.Start(jupyter.Spec{Argv: []string{exe, "{connection_file}"},
			Env: map[string]string{"NB_KERNEL_TEST": string(options)}},
			jupyter.StartOptions{IPC: true})
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		c, _, err := k.Connect(ctx)
		cancel()
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		c.Close()
		if err := k.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// bench runs one cell over and over.
func bench(b *testing.B, o func(testing.TB) testOptions, code string) {
	k := start(b, o(b), false)
	if a := k.run(code); a.status() != "ok" {
		b.Fatalf("%q %v", a.lines, a.reply)
	}
	for b.Loop() {
		k.run(code)
	}
}

// BenchmarkMessage is a cell that takes no time, on a GoNB that takes none: what the kernel adds.
func BenchmarkMessage(b *testing.B) {
	bench(b, func(testing.TB) testOptions { return testOptions{} }, "print hello there")
}

func BenchmarkTrivialCell(b *testing.B) { bench(b, realGoNB, "%%\nfmt.Println(1)") }

func BenchmarkValueCell(b *testing.B) { bench(b, realGoNB, "6*7") }

// BenchmarkPetsCell links the library that cells of the project's notebooks use.
func BenchmarkPetsCell(b *testing.B) {
	bench(b, realGoNB, "import \"gopets/pets\"\n%%\nfmt.Println(pets.URLs.PetsSample)")
}
