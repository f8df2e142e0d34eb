package live_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live"
)

func TestDirectives(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("from a file"), 0o644); err != nil {
		t.Fatal(err)
	}
	n := open(t, live.Options{Dir: dir})
	n.want("//go:embed a.txt\nvar text string", "")
	n.want("text", "from a file")
	n.want(
		"import \"embed\"\n//go:embed *.txt\nvar files embed.FS\n"+
			"b, _ := files.ReadFile(\"a.txt\")\nlen(b)", "11")
	n.want("names, _ := files.ReadDir(\".\")\nnames[0].Name()", "a.txt")
	n.wantError("//go:embed none.txt\nvar none string", "none.txt: no matching files")
	n.want("import _ \"unsafe\"\n//go:linkname nanotime runtime.nanotime\nfunc nanotime() int64",
		"")
	n.want("nanotime() > 0", "true")
	n.run("//go:generate echo\nx := 1")
	if text := n.front.err.String(); !strings.Contains(text, "go:generate is not run") {
		t.Errorf("%q", text)
	}
	n.want("e := binary.LittleEndian.Uint16([]byte{1, 2})\ne", "513")
	n.want(
		"type A struct{ x int }\nfunc (a A) String() string { return \"A\" }\ntype G1[T any] "+
			"struct{ v T }\nfunc (g G1[T]) String() string { return \"G1\" }\ntype G2[T any] "+
			"struct{ v T }\nfunc (g G2[T]) String() string { return \"G2\" }", "")
	n.want("fmt.Println(G1[int]{}, G2[A]{}, A{})", "G1 G2 A\n")
}

// A cell of a module that has GoNB shows things by gonbui, in order with its text.
func TestGonbui(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{Dir: "../../../notebooks"})
	n.want(
		"import \"github.com/janpfeifer/gonb/gonbui\"\nfor i := range 3 { fmt.Print(i); "+
			"gonbui.DisplayMarkdown(fmt.Sprint(\"m\", i)); "+
			"fmt.Print(\"after\") }", "0[<nil>]after1[<nil>]after2[<nil>]after")
	n.want("gonbui.DisplayHTML(\"<b>x</b>\")", "[<nil>]")
	// Sync waits until all was shown, and gets an answer.
	n.want("gonbui.DisplayHTML(\"<b>x</b>\")\ngonbui.Sync()\nfmt.Print(\"after\")\ngonbui.Sync()",
		"[<nil>]after")
	// A script runs in its own cell only.
	var ids []string
	for range 2 {
		n.run("import \"github.com/janpfeifer/gonb/gonbui/dom\"\ndom.TransientJavascript(\"f()\")")
		for _, d := range n.front.displays {
			ids = append(ids, d.ID)
		}
	}
	if len(ids) != 4 || ids[0] != ids[1] || ids[1] == ids[2] || ids[2] != ids[3] {
		t.Errorf("scripts are shown as %q", ids)
	}
	// Without a browser a cell that asks for a value would wait for ever.
	n.want("import \"github.com/janpfeifer/gonb/gonbui/comms\"\ncomms.Send(\"/a\", 1)\n"+
		"comms.Send(\"/a\", 2)", "[<nil>][<nil>]") // the script comes and goes
	if got := n.front.err.String(); strings.Count(got, "no browser answers") != 1 {
		t.Errorf("the standard error is %q", got)
	}
	n.wantError("comms.ReadValue[int](\"/a\")", "Unsupported", "no browser answers")
	n.want("1 + 1", "2")
}

func TestCrashes(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("var x = 1\ntype T struct{}\nfunc (T) M() int { return 5 }", "")
	n.wantError("p, _ := os.FindProcess(os.Getpid())\np.Kill()\nselect {}", "Crash", "killed",
		"x (cell 1)")
	n.want("T{}.M()", "5")
	n.wantError("x", "run cell 1 again")
	n.wantError(
		"debug.SetMaxStack(1<<20)\nvar f func(int) int\nf = func(n int) int { return f(n+1) + 1 "+
			"}\nf(0)", "stack overflow")
	n.wantError("syscall.Kill(os.Getpid(), syscall.SIGABRT)\nselect {}", "Crash", "SIGABRT")
	n.wantError("import \"unsafe\"\n*(*int)(unsafe.Pointer(uintptr(8)))", "")
	// A command of a cell does not outlive the process, and nothing waits for it.
	late := filepath.Join(t.TempDir(), "late")
	n.want(fmt.Sprintf("exec.Command(\"sh\", \"-c\", \"sleep 10; touch %s\").Start()", late), "")
	n.wantError("go func() { panic(\"in a goroutine\") }()\nselect {}", "Crash", "in a goroutine")
	if _, err := os.Stat(late); err == nil {
		t.Error("the crash was noticed when the command had ended")
	}
	n.want("T{}.M()", "5")
}

func TestCgo(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want(
		"// #include <stdlib.h>\n// static int twice(int n) { return 2 * n; }\nimport \"C\"\n\n"+
			"func double(n int) int { return int(C.twice(C.int(n))) }", "")
	n.want("double(21)", "42")
	n.want(
		"/*\n#cgo LDFLAGS: -lm\n#include <math.h>\nint cubed(int n) { return n * n * n; }\n*/\n"+
			"import \"C\"\nr := C.sqrt(16)\nfmt.Println(float64(r), C.cubed(3))", "4 27\n")
	n.want("float64(r) + float64(double(1))", "6")
	n.wantError("// int broken( { }\nimport \"C\"\nC.broken()", "cell[5]")
	n.wantError("import \"C\"\nC.nosuch()", "nosuch")
	n.want("double(2)", "4")
	n.wantError("// #include <stdlib.h>\nimport \"C\"\nC.abort()", "Crash", "SIGABRT")
	n.want("double(3)", "6")
}

// Large maps, which the linker leaves out where nothing uses them, are whole in later cells.
func TestLargeMaps(t *testing.T) {
	long(t)
	t.Parallel()
	var entries strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&entries, "\t%d: \"n%d\",\n", i, i)
	}
	dir := module(t, map[string]string{
		"go.mod": "module example.org/m\n\ngo 1.24\n",
		"lib/lib.go": "package lib\n\nfunc One() int { return 1 }\n\n" +
			"func Name(i int) string { return hidden[i] }\n\n" +
			"var Names = map[int]string{\n" + entries.String() + "}\n\n" +
			"var hidden = map[int]string{\n" + entries.String() + "}\n",
	})
	n := open(t, live.Options{Dir: dir, Compile: true})
	n.want("import \"example.org/m/lib\"\nlib.One()", "1")
	n.want("len(lib.Names)", "1500")
	n.want("lib.Name(1499)", "n1499")
	n.want("var names = map[int]string{\n"+entries.String()+"}\nfunc own() int { return 1 }\nown()",
		"1")
	n.want("names[1499] + names[0]", "n1499n0")
	n.want("for i := range names { if names[i] != lib.Names[i] { panic(i) } }\nlen(names)", "1500")
}

type panickingFront struct{ front }

func (*panickingFront) Stream(name, text string) { panic("a fault") }

// A fault of the engine costs a cell, not the kernel.
func TestFaultOfTheEngine(t *testing.T) {
	t.Parallel()
	n := open(t, live.Options{})
	n.want("x := 1", "")
	cell := eval.Cell{Number: 2, Source: "//go:generate echo\ny := 1"}
	_, err := n.engine.Eval(context.Background(), cell, &panickingFront{})
	if err == nil || !strings.Contains(err.Error(), "fault of the kernel: a fault") {
		t.Errorf("%v", err)
	}
	n.want("x + 1", "2")
}
