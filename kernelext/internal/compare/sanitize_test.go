package compare

import (
	"strings"
	"testing"
	"time"

	"gopets/kernelext/notebook"
)

func TestARuleThatTakesForEver(t *testing.T) {
	rule, err := newRule("slow.cfg, line 1", "(a+)+b(?!x)$", "x", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	now := notebook.Stream("stdout", strings.Repeat("a", 60))
	_, _, err = Outputs(nil, []notebook.Output{now}, Rules{Sanitize: []Rule{rule}})
	if err == nil || !strings.Contains(err.Error(),
		"stdout: slow.cfg, line 1: the pattern (a+)+b") {
		t.Errorf("error %v", err)
	}
}
