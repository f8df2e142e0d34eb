package live_test

import (
	"context"
	"fmt"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live"
)

func Example() {
	ctx := context.Background()
	e, err := live.New(ctx, live.Options{})
	if err != nil {
		fmt.Println(err) // no C compiler, for example
		return
	}
	defer e.Close()
	for i, code := range []string{`m := map[string]int{"cat": 1}`, `m["dog"] = 2`, `len(m)`} {
		r, err := e.Eval(ctx, eval.Cell{Number: i + 1, Source: code}, printer{})
		if err != nil {
			fmt.Println(err)
			return
		}
		if r.Value != nil {
			fmt.Println(r.Value["text/plain"])
		}
	}
	// Output: 2
}
