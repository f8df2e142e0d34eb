package live_test

import (
	"testing"

	"gopets/kernelext/eval/live"
)

// A package is initialised once, by the first cell that links it, whichever packages of its own
// are there already.
func TestPackagesAreInitialisedOnce(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{
		"go.mod": "module n\n\ngo 1.24\n",
		"n.go": `package n

import "fmt"

func init() { fmt.Println("n begins") }

var Made = map[string]int{"n": count()}

func count() int { return len(Rest()) }

func Rest() []int { return []int{1, 2, 3} }

type Kind interface{ Name() string }

type hidden struct{ name string }

func (h *hidden) Name() string { return h.name }

func New(name string) Kind { return &hidden{name} }
`,
		"later.v2/later.go": `package later

import (
	"fmt"

	"n"
)

func init() { fmt.Println("later begins"); n.Made["later"] = 7 }

var Unused = func() int { fmt.Println("Unused"); return 5 }()

var registry = map[string]n.Kind{}

func Register(k n.Kind) int { registry[k.Name()] = k; return len(registry) }
`,
	})
	n := open(t, live.Options{Dir: dir, Compile: true})
	n.want("import \"n\"\nlen(n.Made)", "n begins\n1")
	n.want(`n.Made["cell"] = 2`, "")
	n.want(`n.Made`, "map[cell:2 n:3]")
	n.want(`k := n.New("x")`, "")
	n.want("import \"n/later.v2\"\nlater.Register(k)", "Unused\nlater begins\n1")
	n.want(`later.Register(n.New("y"))`, "2")
	n.want(`fmt.Sprint(k.Name(), later.Unused, n.Made["later"])`, "x5 7")
	n.want("%restart", "")
	n.want("len(n.Made)", "n begins\n1")
	n.want(`later.Register(n.New("y"))`, "Unused\nlater begins\n1")
}
