package jupyter_test

import (
	"context"
	"fmt"

	"gopets/kernelext/internal/kerneltest"
	"gopets/kernelext/jupyter"
)

// Start a kernel, let it run one cell, and read what it prints. A real kernel's Spec comes from
// FindSpec.
func Example() {
	k, err := jupyter.Start(kerneltest.Spec("go"), jupyter.StartOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer k.Close()
	ctx, cancel := k.Context(context.Background())
	defer cancel()
	c, _, err := k.Connect(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	id, err := c.Send(jupyter.Shell, "execute_request", jupyter.ExecuteRequest{Code: "print hello"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for {
		m, err := c.Recv(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		var s jupyter.StreamContent
		if m.Parent.ID == id && m.Header.Type == "stream" && m.Decode(&s) == nil {
			fmt.Print(s.Text)
			return
		}
	}
	// Output: hello
}
