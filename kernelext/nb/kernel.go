package main

import (
	"cmp"
	"context"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/kernel"
	"gopets/kernelext/session"
)

// kernelCommand is what a kernelspec starts, not people.
func kernelCommand() *cobra.Command {
	var workspace, gonb, gopls string
	var guard bool
	cmd := &cobra.Command{
		Use:    "kernel CONNECTION-FILE",
		Short:  "Be the kernel that a connection file describes",
		Hidden: true,
		Args:   cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if guard {
				kernel.Guard(os.Stdin)
				return nil
			}
			if len(args) == 0 {
				return cmd.Usage()
			}
			conn, err := jupyter.ReadConnection(args[0])
			if err != nil {
				return err
			}
			exe, err := os.Executable()
			if err != nil {
				return err
			}
			if gopls == "" && exists(goplsPath()) {
				gopls = goplsPath()
			}
			// An interrupt is meant for the cell.
			return kernel.Serve(context.WithoutCancel(cmd.Context()), conn, kernel.Options{
				GoNB:      cmp.Or(gonb, filepath.Join(binDir(), "gonb")),
				Workspace: cmp.Or(workspace, os.Getenv("NB_WORKSPACE")),
				Gopls:     gopls,
				Cache:     session.CacheDir(),
				History:   filepath.Join(session.CacheDir(), "history"),
				Guard:     []string{exe, "kernel", "--guard"},
				Version:   buildVersion(),
			})
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&workspace, "workspace", "", "the module whose packages cells import (default $NB_WORKSPACE)")
	fl.StringVar(&gonb, "gonb", "", "GoNB's program (default: the one that nb setup built)")
	fl.StringVar(&gopls, "gopls", "", "gopls's program (default: the one that nb setup built)")
	fl.BoolVar(&guard, "guard", false, "end what a kernel leaves behind")
	return cmd
}

// goplsPath is where nb setup puts the gopls of the kernel; not on the PATH, where GoNB would start one more.
func goplsPath() string { return filepath.Join(session.CacheDir(), "gopls", "gopls") }
