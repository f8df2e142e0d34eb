package pets

import (
	"fmt"
	"strings"
)

// Show shows values, each by its own Show or String. A value that is not available ends the cell.
func Show(values ...any) {
	for _, v := range values {
		switch v := v.(type) {
		case Path:
			failIf(explain(v))
			fmt.Println(v)
		case Paths:
			if len(v) == 0 || v[0] == "" {
				for _, err := range broken.Range {
					fail(err.(error))
				}
				fmt.Println("(no files)")
				continue
			}
			fmt.Println(v)
		case interface{ Show() }:
			v.Show()
		case fmt.Stringer:
			fmt.Println(strings.TrimRight(v.String(), "\n"))
		default:
			fmt.Println(v)
		}
	}
}
