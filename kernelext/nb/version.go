package main

import (
	"github.com/spf13/cobra"

	"gopets/kernelext/release"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print what this program was built from",
		Args:  cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			release.Write(cmd.OutOrStdout(), "nb", "github.com/go-zeromq/zmq4")
		},
	}
}
