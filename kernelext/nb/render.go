package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gopets/kernelext/internal/atomicfile"
	"gopets/kernelext/notebook"
	"gopets/kernelext/render"
)

type renderFlags struct {
	out, to          string
	trust, overwrite bool
}

func renderCommand() *cobra.Command {
	var f renderFlags
	cmd := &cobra.Command{
		Use:        "render NOTEBOOK...",
		SuggestFor: []string{"convert", "export"},
		Short:      "Make a self-contained HTML page, or Markdown, of a notebook as it is",
		Long: `Make a self-contained HTML page of a notebook as it is, or with --to markdown (or -o NAME.md)
GitHub-flavoured Markdown with its images in NAME_files beside it.

The notebook - is standard input, the output - standard output; Markdown there holds
its images as data URIs.`,
		Args: someNotebooks,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.format(); err != nil {
				return err
			}
			if len(args) == 1 {
				return f.render(cmd, args[0], f.out)
			}
			return f.renderAll(cmd, args)
		},
	}
	cmd.Flags().StringVarP(
		&f.out,
		"output",
		"o",
		"",
		"the page, a folder, or - (default: the notebook's name with .html or .md, in this folder)",
	)
	cmd.Flags().StringVar(&f.to, "to", "",
		"html or markdown (default: by the name of -o, else html)")
	cmd.Flags().BoolVar(
		&f.trust,
		"trust",
		false,
		"let HTML of the notebook through as it is, scripts too",
	)
	cmd.Flags().BoolVar(
		&f.overwrite,
		"overwrite",
		false,
		"replace the page and its images if they exist",
	)
	return cmd
}

func (f *renderFlags) format() error {
	ext := strings.ToLower(filepath.Ext(f.out))
	switch {
	case f.to == "markdown", f.to == "html":
	case f.to != "":
		return fmt.Errorf("--to %s: a notebook becomes html or markdown", f.to)
	case isFolder(f.out), ext == "", ext == ".html", ext == ".htm":
		f.to = "html"
	case ext == ".md", ext == ".markdown":
		f.to = "markdown"
	default:
		return fmt.Errorf("-o %s: a notebook becomes HTML or Markdown: end the name in .html or "+
			".md, or give --to", f.out)
	}
	return nil
}

// renderAll renders notebooks into one folder; one that fails does not stop the others.
func (f renderFlags) renderAll(cmd *cobra.Command, args []string) error {
	if f.out != "" && !isFolder(f.out) {
		return fmt.Errorf("-o %s: %d notebooks need a folder that exists", f.out, len(args))
	}
	from := map[string]string{}
	for _, path := range args {
		name := pageName(path)
		if other, twice := from[name]; twice {
			return fmt.Errorf(
				"%s and %s would both become %s: render them one by one with -o",
				other,
				path,
				name,
			)
		}
		from[name] = path
	}
	var all error
	for _, path := range args {
		if err := f.render(cmd, path, f.out); err != nil {
			all = errors.Join(all, err)
		}
	}
	return all
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func pageName(path string) string {
	if path == "-" {
		return "notebook"
	}
	return strings.TrimSuffix(filepath.Base(path), ".ipynb")
}

// render renders one notebook; out is a file, a folder, "-", or "" for this folder.
func (f renderFlags) render(cmd *cobra.Command, path, out string) error {
	nb, err := readNotebook(cmd, path)
	if err != nil {
		return err
	}
	name, ext := pageName(path), ".html"
	if f.to == "markdown" {
		ext = ".md"
	}
	switch {
	case out == "" && path == "-":
		out = "-"
	case out == "":
		out = name + ext
	case out != "-" && isFolder(out):
		out = filepath.Join(out, name+ext)
	}
	if out != "-" && exists(out) && !f.overwrite && !atomicfile.IsSpecial(out) {
		return fmt.Errorf("%s exists: name another file with -o, or allow it with --overwrite", out)
	}
	if f.to == "markdown" {
		return f.markdown(cmd, nb, out)
	}
	o := render.Options{Title: name, Trust: f.trust}
	if path != "-" {
		if o.Files, err = os.OpenRoot(filepath.Dir(path)); err != nil {
			return err
		}
		defer o.Files.Close()
		o.Base = folderFrom(out, path)
	}
	page, err := render.HTML(nb, o)
	if err != nil {
		return err
	}
	return put(cmd, page, out)
}

// folderFrom returns a notebook's folder relative to its page, "" for the same.
func folderFrom(page, book string) string {
	from, err := filepath.Abs(filepath.Dir(page))
	to, err2 := filepath.Abs(filepath.Dir(book))
	if page == "-" || err != nil || err2 != nil {
		return ""
	}
	rel, err := filepath.Rel(from, to)
	if err != nil || rel == "." {
		return ""
	}
	return filepath.ToSlash(rel)
}

func readNotebook(cmd *cobra.Command, path string) (*notebook.Notebook, error) {
	if err := localFile(path); err != nil {
		return nil, err
	}
	if isFolder(path) {
		return nil, fmt.Errorf("%s is a folder: name a notebook in it", path)
	}
	nb, err := parseNotebook(cmd, path)
	if err != nil {
		return nil, err
	}
	for _, warning := range nb.Warnings() {
		fmt.Fprintf(cmd.ErrOrStderr(), "nb: %s: %s\n", path, warning)
	}
	return nb, nil
}

func parseNotebook(cmd *cobra.Command, path string) (*notebook.Notebook, error) {
	if path != "-" {
		return notebook.ReadFile(path)
	}
	data, err := io.ReadAll(cmd.InOrStdin())
	if err != nil {
		return nil, fmt.Errorf("reading the notebook from standard input: %w", err)
	}
	nb, err := notebook.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("standard input: %w", err)
	}
	return nb, nil
}

// The images are written first.
func (f renderFlags) markdown(cmd *cobra.Command, nb *notebook.Notebook, out string) error {
	o := render.MarkdownOptions{Trust: f.trust}
	if out == "-" {
		return put(cmd, render.Markdown(nb, o).Text, out)
	}
	o.Folder = strings.TrimSuffix(filepath.Base(out), filepath.Ext(out)) + "_files"
	doc := render.Markdown(nb, o)
	if len(doc.Files) > 0 {
		if err := f.images(filepath.Join(filepath.Dir(out), o.Folder), doc.Files); err != nil {
			return err
		}
	}
	return put(cmd, doc.Text, out)
}

// images writes images into a folder, which must not be a link.
func (f renderFlags) images(folder string, files []render.File) error {
	if err := os.Mkdir(folder, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("the images' folder: %w", err)
	}
	if info, err := os.Lstat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf(
			"%s is to hold the images and is not a folder: move it away, or name another file "+
				"with -o",
			folder,
		)
	}
	for _, p := range files {
		if path := filepath.Join(folder, p.Name); exists(path) && !f.overwrite {
			return fmt.Errorf(
				"%s exists: name another file with -o, or allow it with --overwrite",
				path,
			)
		}
	}
	for _, p := range files {
		if err := atomicfile.Bytes(filepath.Join(folder, p.Name), p.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func put(cmd *cobra.Command, page []byte, out string) error {
	if out == "-" {
		_, err := cmd.OutOrStdout().Write(page)
		return err
	}
	if err := atomicfile.Bytes(out, page, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "page: %s\n", out)
	return nil
}
