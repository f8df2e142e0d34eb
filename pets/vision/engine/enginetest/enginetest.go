// Package enginetest opens engines for tests.
//
// The pure Go backend is always available; XLA is tested where a plugin is found, in
// $GOPETS_TEST_PLUGIN or in the cache folder, verified by `nb setup`. Engines are opened once per
// test process, since opening XLA takes longer than most tests.
package enginetest

import (
	"os"
	"sync"
	"testing"

	"gopets/pets/vision/engine"
)

// pluginVar is the environment variable with the absolute path of a PJRT CPU plugin for tests.
const pluginVar = "GOPETS_TEST_PLUGIN"

var (
	goOnce = sync.OnceValues(func() (*engine.Engine, error) {
		return engine.Open(engine.Options{Spec: "go"})
	})
	xlaOnce = sync.OnceValues(openXLA)
)

func openXLA() (*engine.Engine, error) {
	if plugin := os.Getenv(pluginVar); plugin != "" {
		return engine.Open(engine.Options{Spec: "xla:" + plugin, NoTrial: true})
	}
	return engine.Open(engine.Options{Spec: "xla:cpu"})
}

// Go returns GoMLX's pure Go backend. Don't close it.
func Go(t testing.TB) *engine.Engine {
	t.Helper()
	eng, err := goOnce()
	if err != nil {
		t.Fatal(err)
	}
	return eng
}

// XLA returns XLA on the CPU, or skips the test, saying why. Don't close it.
func XLA(t testing.TB) *engine.Engine {
	t.Helper()
	eng, err := xlaOnce()
	if err != nil {
		if os.Getenv(pluginVar) != "" {
			t.Fatalf("$%s is set, but %v", pluginVar, err)
		}
		t.Skipf("no XLA here (run `nb setup` or set $%s): %v", pluginVar, err)
	}
	return eng
}

// Long skips a test that takes long, unless $GOPETS_TEST_LONG is set, as in CI.
func Long(t testing.TB) {
	t.Helper()
	if os.Getenv("GOPETS_TEST_LONG") == "" {
		t.Skip("takes long: set GOPETS_TEST_LONG")
	}
}

// Each runs f as a subtest on every available engine: "go" always, "xla" where a plugin is found.
func Each(t *testing.T, f func(t *testing.T, eng *engine.Engine)) {
	t.Helper()
	t.Run("go", func(t *testing.T) { f(t, Go(t)) })
	t.Run("xla", func(t *testing.T) { f(t, XLA(t)) })
}
