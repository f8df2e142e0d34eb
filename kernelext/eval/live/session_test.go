package live_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live"
)

func TestCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := open(t, live.Options{Dir: dir})
	n.want("!echo hello; pwd", "hello\n"+dir+"\n")
	n.wantError("!false", "CommandError", "cell[2]:1")
	n.wantError("!false\nfmt.Println(1)", "CommandError")
	n.want("%env NB_TEST=a b\nos.Getenv(\"NB_TEST\")", "Set: NB_TEST=\"a b\"\na b")
	n.want("!echo $NB_TEST", "a b\n")
	n.want("%%writefile x.txt\nline\n", "")
	n.want("text, _ := os.ReadFile(\"x.txt\")\nstring(text)", "line\n")
	n.want("%%bash\necho one\necho two", "one\ntwo\n")
	n.want("%args -a 1\nfmt.Println(os.Args[1:])", "[-a 1]\n")
	n.want("%% -v\nfmt.Println(os.Args[1:])", "[-v]\n")
	n.want("func hello() { fmt.Println(\"hello\") }\n%exec hello", "hello\n")
	n.want("%exec hello", "hello\n")
	n.want("!mkdir -p sub", "")
	n.want("%cd sub\nwd, _ := os.Getwd()\nfilepath.Base(wd)", filepath.Join(dir, "sub")+"\nsub")
	n.want("!basename $(pwd)", "sub\n")
	n.want("%cd ..", dir+"\n")
	n.want("_, _ = os.Chdir(\"sub\"), os.Setenv(\"NB_SET\", \"1\")", "")
	n.want("!basename $(pwd); echo $NB_SET", "sub\n1\n")
	n.want("%env NB_SET=2", "Set: NB_SET=\"2\"\n")
	n.want("!echo $NB_SET", "2\n")
	n.want("os.Getenv(\"NB_SET\")", "2")
	n.want("%cd ..", dir+"\n")
	n.want("%capture out.txt\nfmt.Println(\"captured\")", "captured\n")
	n.want("!cat out.txt", "captured\n")
	n.wantError("%nonsense", "unknown command")
	n.wantError("%wasm", "Go (gonb)")
	n.want("counter := 41", "")
	if _, out, _ := n.run("%who"); !strings.Contains(out, "counter") ||
		!strings.Contains(out, "int") || !strings.Contains(out, "41") {
		t.Errorf("%%who prints %q", out)
	}
	if _, out, _ := n.run("%ls"); !strings.Contains(out, "hello (cell 11)") {
		t.Errorf("%%ls prints %q", out)
	}
	if value, out, err := n.run("%time counter + 1"); err != nil || value != "42" ||
		!strings.HasPrefix(out, "time: ") {
		t.Errorf("%%time prints %q, %q, %v", out, value, err)
	}
	if _, out, err := n.run("%timeit counter++"); err != nil || !strings.Contains(out, "per run") {
		t.Errorf("%%timeit prints %q, %v", out, err)
	}
	if _, out,
		err := n.run(
		"func TestOne(t *testing.T) { if counter < 41 { t.Fatal(counter) } }\n" +
			"func BenchmarkOne(b *testing.B) { for range b.N { counter++ } }\n%test -test.v " +
			"-test.benchtime=10x"); err != nil || !strings.Contains(out, "PASS: TestOne") ||
		!strings.Contains(out, "BenchmarkOne") {
		t.Errorf("%%test prints %q, %v", out, err)
	}
	n.wantError("func TestTwo(t *testing.T) { t.Error(\"no\") }\n%test", "exit status 1")
	n.want("%rm counter", ". removed var counter\n")
	n.wantError("counter", "undefined: counter")
	n.want("kept := 1", "")
	n.want("%restart", "")
	n.wantError("kept", "kept has no value", "run cell")
	n.want("hello()", "hello\n")
	n.want("%reset", "* State reset: all memorized declarations discarded.\n")
	n.wantError("hello()", "undefined: hello")
	n.want("1+1", "2")
}

func TestGoroutinesAndServersLiveOn(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want(
		"in, out := make(chan int), make(chan int)\ngo func() { for v := range in { out <- v * "+
			"v } }()", "")
	n.want("in <- 7\n<-out", "49")
	n.want(
		"l, err := net.Listen(\"tcp\", \"127.0.0.1:0\")\nhits := 0\ngo http.Serve(l, "+
			"http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { hits++; "+
			"fmt.Fprint(w, \"hit \", hits) }))", "")
	n.want(
		"get := func() string { r, err := http.Get(\"http://\" + l.Addr().String()); if err != "+
			"nil { return err.Error() }; b, _ := io.ReadAll(r.Body); return string(b) "+
			"}\nget()", "hit 1")
	n.want("get()", "hit 2")
	n.want("fmt.Println(hits)", "2\n")
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("x := 1\nvar ch chan int", "")
	interrupt := func(code string, words ...string) {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		n.count++
		n.front = &front{}
		// The cell prints when it has begun.
		begun := make(chan struct{})
		n.front.onText = func(text string) {
			if strings.Contains(text, "begun") {
				close(begun)
			}
		}
		go func() {
			select {
			case <-begun:
			case <-time.After(time.Minute):
			}
			cancel()
		}()
		_, err := n.engine.Eval(ctx, eval.Cell{Number: n.count, Source: "fmt.Println(\"begun\")\n" +
			code}, n.front)
		if err == nil {
			t.Errorf("%s: no error", code)
			return
		}
		for _, w := range append(words, "Interrupted") {
			if !strings.Contains(describe(err), w) {
				t.Errorf("%s: %s, want %q", code, describe(err), w)
			}
		}
	}
	interrupt("for {}")
	n.want("x", "1")
	interrupt("x = 5\nfor { func() { defer func() { recover() }(); for { x++ } }() }")
	interrupt("<-ch", "goroutine goes on")
	n.want("ch == nil", "true")
	n.want("loop := func() { for {} }", "")
	interrupt("loop()")
	n.want("x >= 5", "true")
	// A library that listens for the signal gets it.
	n.want("got := make(chan os.Signal, 1)\nsignal.Notify(got, os.Interrupt)", "")
	interrupt("<-ch", "goroutine goes on")
	n.want("len(got)", "1")
}

func TestInput(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	ask := func(code string, inputs ...string) (string, error) {
		n.count++
		n.front = &front{inputs: inputs}
		_, err := n.engine.Eval(context.Background(), eval.Cell{Number: n.count, Source: code},
			n.front)
		return n.front.out.String(), err
	}
	const scan = "var name string\nvar age int\nc, err := fmt.Scan(&name, &age)\nfmt.Println(c, " +
		"name, age, err)"
	if out, err := ask(scan, "Ann", "7"); err != nil || out != "2 Ann 7 <nil>\n" {
		t.Errorf("%q, %v", out, err)
	}
	if out, err := ask(scan, "Bob 8"); err != nil || out != "2 Bob 8 <nil>\n" {
		t.Errorf("%q, %v", out, err)
	}
	if out, err := ask(scan); err != nil || out != "0  0 EOF\n" &&
		out != "0  0 unexpected newline\n" {
		t.Errorf("no more input: %q, %v", out, err)
	}
	if out, err := ask(scan, "Eve 9"); err != nil || out != "2 Eve 9 <nil>\n" {
		t.Errorf("after the input's end: %q, %v", out, err)
	}
	if out, err := ask("%with_inputs\n!read x; echo got $x", "line"); err != nil ||
		out != "got line\n" {
		t.Errorf("%q, %v", out, err)
	}
	// A command that has ended takes no more lines. On a busy machine it may not end in time.
	const two = "%with_inputs\n!read x; echo x=$x\n%with_password\n!read x; echo x=$x"
	var out string
	for range 5 {
		if out, _ = ask(two, "foo", "bar"); out == "x=foo\nx=bar\n" {
			return
		}
	}
	t.Errorf("two commands: %q", out)
}

func TestClosedStreams(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("func end() error { defer os.Stdout.Close(); return nil }\nend()", "")
	n.want(`fmt.Println("again")`, "again\n")
	n.want("r, w, _ := os.Pipe()\nkept := os.Stdout\nos.Stdout = w\nfmt.Print(\"piped\")", "")
	n.want("w.Close()", "")
	n.want(`fmt.Println("out")`, "out\n")
	n.want("text, _ := io.ReadAll(r)\nstring(text)", "piped")
	n.want("os.Stderr.Close()\nos.Stdout = nil", "")
	n.want("_, err := fmt.Fprint(os.Stderr, \"x\")\nfmt.Println(err)", "<nil>\n")
}

func TestMuchOutput(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	_, out,
		err := n.run(
		"line := strings.Repeat(\"é\", 49) + \"\\n\"\nfor range 500_000 { fmt.Print(line) }")
	if want := 500_000 * 99; err != nil || len(out) != want || strings.Contains(out, "\uFFFD") {
		t.Errorf("%d bytes, want %d, %v", len(out), want, err)
	}
}

func TestModule(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const mod = "module example.org/m\n\ngo 1.24\n"
	write("go.mod", mod)
	write("lib/lib.go",
		"// Package lib is a test's.\npackage lib\n\n// One returns one.\nfunc One() int { "+
			"return 1 }\n\ntype hidden struct{ N int }\n\nfunc New() hidden { return hidden{3} }\n")
	write("other/other.go", "package other\n\nfunc Two() int { return 2 }\n")
	write("notebooks/x.txt", "embedded")
	n := open(t, live.Options{Dir: filepath.Join(dir, "notebooks")})
	n.want("import \"example.org/m/lib\"\nlib.One()", "1")
	n.want("other.Two()", "2")
	write("other/other.go", "package other\n\nfunc Two() int { return 22 }\n")
	os.Chtimes(filepath.Join(dir, "other/other.go"), time.Now(), time.Now().Add(time.Minute))
	_, _, err := n.run("1")
	if err != nil || !strings.Contains(n.front.err.String(),
		"package example.org/m/other changed on disk since cell 2") {
		t.Errorf("%v: %q", err, n.front.err.String())
	}
	n.want("other.Two()", "2")
	n.want("%restart", "")
	n.want("other.Two()", "22")
	n.wantError("import \"example.org/m/none\"", "example.org/m/none", "cell[7]:1")
	n.wantError("import \"example.com/none\"", "example.com/none")
	n.wantError("h := lib.New()", "lib.hidden is not exported")
	write("exits/exits.go", "package exits\n\nimport \"os\"\n\nfunc init() { os.Exit(3) }\n\n"+
		"func One() int { return 1 }\n")
	n.wantError("import \"example.org/m/exits\"\nexits.One()", "Crash",
		"a package called os.Exit in its initialisation")
	n.want("lib.One()", "1")
	if text, err := os.ReadFile(filepath.Join(dir, "go.mod")); err != nil || string(text) != mod {
		t.Errorf("go.mod is %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.sum")); err == nil {
		t.Error("there is a go.sum now")
	}
	for _, c := range []struct{ code, want string }{
		{"lib.On", "One"}, {"import \"strings\"\nstrings.ToUp", "ToUpper"}, {"lo", "local"},
		{"%wh", "%who"}, {"live1.", "N"},
	} {
		n.run(
			"type rec struct{ N int; s string }\nfunc (r rec) Sum() int { return r.N }\n" +
				"live1 := &rec{N: 5}")
		code := c.code
		if c.want == "local" {
			code = "func f() { local := 1; lo"
		}
		got, err := n.engine.Complete(context.Background(), code, len(code))
		if err != nil || !strings.Contains(fmt.Sprint(got.Matches), "{"+c.want+" ") {
			t.Errorf("completing %q: %v, %v", code, got, err)
		}
	}
	for _, c := range []struct{ code, want string }{
		{"lib.One()", "One returns one."}, {"live1", "live since cell"},
		{"fmt.Println(live1.Sum())", "rec"}, {"strings.ToUpper", "ToUpper returns"},
	} {
		got, err := n.engine.Inspect(context.Background(), c.code, len(c.code)-3, 0)
		if text := fmt.Sprint(got.Data["text/plain"]); err != nil ||
			!strings.Contains(text, c.want) {
			t.Errorf("inspecting %q: %q, %v", c.code, text, err)
		}
	}
}
