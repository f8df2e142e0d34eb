package live_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopets/kernelext/eval/live"
)

func TestFlags(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	define := "var x = flag.Int(\"x\", 1, \"\")\nfunc f() { fmt.Println(*x) }\n%% -x=17\nf()"
	n.want(define, "17\n")
	n.want(define, "17\n") // the same cell again
	n.want("%exec f -x=13", "13\n")
	n.want("*x", "13")
	n.want("%goflags -cover",
		"%goflags=[]\n-cover: not in live cells: use the kernel \"Go (gonb)\"\n")
	n.want("%goflags -race",
		"%goflags=[]\n-race: not in live cells: use the kernel \"Go (gonb)\"\n")
	n.want("*x", "13")
}

func TestInitFunctions(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("func init_b() { fmt.Print(\"b\", y) }\nfunc init_a() { fmt.Print(\"a\") }\nvar y = 2",
		"ab2")
	n.want("1", "1")
}

func TestAllTests(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("func TestA(t *testing.T) { fmt.Println(\"in A\") }", "")
	n.want("%test \"\"\nfunc TestB(t *testing.T) { fmt.Println(\"in B\") }", "in A\nin B\nPASS\n")
	value, out, err := n.run("%test\nfunc TestC(t *testing.T) {}")
	if err != nil || value != "" ||
		!matches(out, `^=== RUN   TestC\n--- PASS: TestC \([\d.]+s\)\nPASS\n$`) {
		t.Errorf("%q, %v", out, err)
	}
}

func TestNamesOfFiles(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TEST_FOLDER", dir)
	n := open(t, live.Options{})
	n.want("%%writefile ${TEST_FOLDER}/a.txt\nhello", "")
	n.want("%capture -a $TEST_FOLDER/a.txt\nfmt.Print(\", again\")", ", again")
	if text, err := os.ReadFile(filepath.Join(dir, "a.txt")); err != nil ||
		string(text) != "hello, again" {
		t.Errorf("%q, %v", text, err)
	}
	n.want("%%script sh\ncat <<EOF\nlast\nEOF", "last\n")
	n.wantError("x := 1\n%%sh\nls", "first line")
}

func matches(text, pattern string) bool { return regexp.MustCompile(pattern).MatchString(text) }

func TestSkippedTests(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("%test\nfunc TestMain(m *testing.M) { m.Run() }\n"+
		"func ExampleF() {\n\tfmt.Println(1)\n\t// Output: 1\n}",
		"PASS\n")
	for _, name := range []string{"TestMain", "ExampleF"} {
		if text := n.front.err.String(); !strings.Contains(text, name+" is not run") {
			t.Errorf("%q", text)
		}
	}
}
