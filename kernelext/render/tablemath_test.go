package render_test

import (
	"strings"
	"testing"
)

// A bar of a formula ends no cell of a table; one of a price or a listing does.
func TestMathInTables(t *testing.T) {
	for row, cells := range map[string][]string{
		"|$|x|$|b|":              {`<M>[\vert x\vert]</span>`, "b"},
		`|$\|x\|_2$|b|`:          {`<M>[\Vert x\Vert _2]</span>`, "b"},
		"|a|$P(A|B)$|":           {"a", `<M>[P(A\vert B)]</span>`},
		"|$5|$6|":                {"$5", "$6"},
		"| $ | $ |":              {"$", "$"},
		"|`$a`|`b$`|":            {"<code>$a</code>", "<code>b$</code>"},
		`|\$a|b\$|`:              {"$a", "b$"},
		"|$\\left|x\\right|$|b|": {`<M>[\left\vert x\right\vert]</span>`, "b"},
	} {
		got := drawnAs(t, "|p|q|\n|-|-|\n"+row)
		for _, cell := range cells {
			if !strings.Contains(got, "<td>"+cell+"</td>") {
				t.Errorf("%s: no cell %s in\n%s", row, cell, got)
			}
		}
	}
	if got := drawnAs(t, "```\n|p|q|\n|-|-|\n|$|x|$|\n```"); !strings.Contains(got, "$|x|$") {
		t.Errorf("in a listing: %s", got)
	}
	for _, s := range []string{"<code>$x_1$</code> b", "a <kbd>$x_1$</kbd>"} {
		if got := drawnAs(t, s); !strings.Contains(got, "$x_1$<") {
			t.Errorf("%s: %s", s, got)
		}
	}
	if got := drawnAs(t, "<code>a</code> $x_1$"); !strings.Contains(got, "[x_1]") {
		t.Errorf("behind an element: %s", got)
	}
}
