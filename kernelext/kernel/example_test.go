package kernel_test

import (
	"context"
	"log"
	"os"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/gonb"
	"gopets/kernelext/internal/cleanup"
	"gopets/kernelext/jupyter"
	"gopets/kernelext/kernel"
)

// A program that Jupyter can start as a kernel; its argument is the connection file.
func Example() {
	conn, err := jupyter.ReadConnection(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	err = kernel.Serve(context.Background(), conn, kernel.Options{
		Engine: func(g *cleanup.Process) (eval.Engine, string, error) {
			e, err := gonb.New(gonb.Options{GoNB: "/usr/local/bin/gonb",
				Workspace: "/home/me/module", Gopls: "/usr/local/bin/gopls", Cleanup: g})
			return e, "", err
		},
		History: "/home/me/.cache/go-history",
	})
	if err != nil {
		log.Fatal(err)
	}
}
