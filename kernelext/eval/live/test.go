package live

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const testName = mark + "test"

func isTest(name string) bool { return hasPrefix(name, "Test") || hasPrefix(name, "Benchmark") }

func hasPrefix(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	r, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLower(r)) && ast.IsExported(name)
}

// tests returns the tests and benchmarks that the cell runs: its own, or all if it has none or
// names some itself.
func (k *checked) tests() (names []string) {
	for _, d := range k.cell.decls {
		if isTest(d.names[0]) {
			names = append(names, d.names[0])
		}
	}
	if len(k.cell.script.args) > 0 || len(names) == 0 {
		byName, _ := k.table()
		names = slices.DeleteFunc(sorted(byName),
			func(n string) bool { return !isTest(n) || byName[n].fault != "" })
	}
	slices.Sort(names)
	return names
}

// skippedTests returns a warning for each of the cell's functions that only `go test` runs.
func (k *checked) skippedTests() (warnings []string) {
	if !k.cell.script.test {
		return nil
	}
	for _, d := range k.cell.decls {
		name := d.names[0]
		if name == "TestMain" || hasPrefix(name, "Example") || hasPrefix(name, "Fuzz") {
			warnings = append(warnings,
				name+" is not run: %test runs tests and benchmarks")
		}
	}
	return warnings
}

// testFile writes the function that runs the tests and benchmarks, as `go test` does, but in the
// process with the variables.
func (k *checked) testFile(v *version) {
	var tests, benchmarks []string
	for _, name := range k.tests() {
		f, ok := k.pkg.Scope().Lookup(name).(*types.Func)
		if !ok || f.Signature().Params().Len() != 1 {
			continue
		}
		entry := fmt.Sprintf("{Name: %q, F: %s}", name, funcMark+name)
		switch types.TypeString(f.Signature().Params().At(0).Type(), nil) {
		case "*testing.T":
			tests = append(tests, entry)
		case "*testing.B":
			benchmarks = append(benchmarks, entry)
		}
	}
	bench, verbose := "", len(k.cell.script.args) == 0
	if slices.ContainsFunc(k.cell.decls,
		func(d *decl) bool { return hasPrefix(d.names[0], "Benchmark") }) {
		bench = "."
	}
	v.files["tests.go"] = fmt.Sprintf(`package main

import (
	"flag"
	"os"
	"regexp"
	"testing"
)

func %s() {
	testing.Init()
	args := append([]string{"-test.v=%v", "-test.run=.", "-test.bench=%s",
		"-test.benchmem=false", "-test.count=1"}, os.Args[1:]...)
	if err := flag.CommandLine.Parse(args); err != nil {
		panic(err)
	}
	testing.Main(regexp.MatchString, []testing.InternalTest{%s}, []testing.InternalBenchmark{%s}, nil)
}
`, testName, verbose, bench, strings.Join(tests, ", "), strings.Join(benchmarks, ", "))
	for _, path := range []string{"flag", "os", "regexp", "testing"} {
		v.paths[path] = true
	}
}
