package gonb

import (
	"context"
	"errors"
	"go/token"
	"strings"
	"testing"
	"time"

	"gopets/kernelext/eval"
)

// A notes collects what an engine says on the standard error.
type notes struct{ strings.Builder }

func (n *notes) Stream(_, text string) { n.WriteString(text) }

func (*notes) Display(eval.Display) {}

func (*notes) Clear(bool) {}

func (*notes) Input(context.Context, string, bool) (string, error) {
	return "", errors.New("no input")
}

func (*notes) Comm(string, map[string]any) {}

// Variables that take over a second to evaluate again are reported, once, and not where the cell
// declares them itself.
func TestSlowVariablesAreReportedOnce(t *testing.T) {
	e := &Engine{}
	warning := func(init time.Duration, kind token.Token) string {
		n := &notes{}
		e.warnSlow(&execution{out: n, init: init,
			fresh: memory{decls: map[string]decl{"x": {kind: kind}}}})
		return n.String()
	}
	for _, c := range []struct {
		init time.Duration
		kind token.Token
		want string
	}{
		{slow, token.FUNC, ""},
		{3 * time.Second, token.VAR, ""},
		{3 * time.Second, token.FUNC, "took 3.0 s to evaluate again"},
		{3 * time.Second, token.FUNC, ""},
	} {
		if got := warning(c.init, c.kind); !strings.Contains(got, c.want) || c.want == "" &&
			got != "" {
			t.Errorf("%v, %v: %q, want %q", c.init, c.kind, got, c.want)
		}
	}
}
