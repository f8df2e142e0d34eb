package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
)

func renderCommand() *cobra.Command {
	var out string
	var trust, overwrite bool
	cmd := &cobra.Command{
		Use:   "render NOTEBOOK",
		Short: "Make a self-contained HTML page of a notebook as it is",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			nb, err := notebook.ReadFile(args[0])
			if err != nil {
				return err
			}
			name := strings.TrimSuffix(filepath.Base(args[0]), ".ipynb")
			if out == "" {
				out = name + ".html"
			}
			if exists(out) && !overwrite {
				return fmt.Errorf("%s exists: name another file with -o, or allow it with --overwrite", out)
			}
			page, err := render.HTML(nb, render.Options{Title: name, Trust: trust})
			if err != nil {
				return err
			}
			if err := writeFile(out, page, 0o644); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "page: %s\n", out)
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the page (default: the notebook's name with .html, in this folder)")
	cmd.Flags().BoolVar(&trust, "trust", false, "let HTML of the notebook through as it is, scripts too")
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace the page if it exists")
	return cmd
}
