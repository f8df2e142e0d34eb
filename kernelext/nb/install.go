package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gopets/kernelext/internal/atomicfile"
	"gopets/kernelext/jupyter"
	"gopets/kernelext/release"
)

type installFlags struct {
	user, replace bool
	prefix, name  string
}

// dataDir is the Jupyter data folder that the flags name.
func (f installFlags) dataDir() string {
	if f.prefix != "" {
		return filepath.Join(f.prefix, "share", "jupyter")
	}
	return jupyter.UserDataDir()
}

func (f installFlags) specDir() string { return filepath.Join(f.dataDir(), "kernels", f.name) }

// backupDir is outside of the folder in which Jupyter looks for kernels.
func (f installFlags) backupDir() string { return filepath.Join(f.dataDir(), "nb-backup", f.name) }

func (f *installFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVar(&f.user, "user", false, "for this user (the default)")
	fl.StringVar(&f.prefix, "prefix", "", "under this folder's share/jupyter, as of a virtual environment")
	fl.StringVar(&f.name, "name", "gonb", "the kernel's name")
	cmd.MarkFlagsMutuallyExclusive("user", "prefix")
}

var kernelName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func (f installFlags) check() error {
	if !kernelName.MatchString(f.name) || strings.Trim(f.name, ".") == "" {
		return fmt.Errorf("--name %q: a kernel's name is made of letters, digits, '.', '_' and '-'", f.name)
	}
	return nil
}

func installCommand() *cobra.Command {
	var f installFlags
	var offline bool
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Offer the kernel to JupyterLab",
		Long: `Write a kernelspec, so that JupyterLab and other Jupyter clients offer a Go kernel whose cells import this module's packages
without any set-up. A kernel of the same name that was not made by nb is left alone, unless --replace is given: then it
is kept aside, and nb uninstall brings it back.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			if found, foreign := inspectSpec(f.specDir()); found && foreign && !f.replace {
				return fmt.Errorf("%s holds a kernel that nb did not install; it was left as it is.\n  nb install --replace     keeps it aside and takes its place; nb uninstall brings it back\n  nb install --name NAME   installs under another name", f.specDir())
			}
			ctx := cmd.Context()
			w, err := findWorkspace(ctx, ".")
			if err != nil {
				return err
			}
			s := &setup{log: cmd.OutOrStdout(), offline: offline, lenient: true}
			if err := s.all(ctx, w); err != nil {
				return err
			}
			s.modules(ctx, w)
			s.gopls(ctx)
			spec, err := w.frontSpec(ctx, f.name)
			if err != nil {
				return err
			}
			return f.install(cmd, spec, w.root)
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&f.replace, "replace", false, "take the place of a kernel that nb did not install; it is kept aside")
	cmd.Flags().BoolVar(&offline, "offline", false, "fetch nothing")
	return cmd
}

// specMark is what nb writes into a kernelspec's metadata, to know its own again.
type specMark struct {
	Workspace string `json:"workspace"`
	Version   string `json:"version"`
}

// inspectSpec tells whether a kernelspec is there, and whether somebody else's.
func inspectSpec(dir string) (found, foreign bool) {
	if !exists(dir) {
		return false, false
	}
	return true, readMark(dir) == nil
}

// readMark returns nb's mark in a kernelspec, nil if nb did not write it.
func readMark(dir string) *specMark {
	spec, err := jupyter.ReadSpec(dir)
	if err != nil {
		return nil
	}
	var meta struct {
		NB *specMark `json:"nb"`
	}
	if json.Unmarshal(spec.Metadata, &meta) != nil {
		return nil
	}
	return meta.NB
}

func (f installFlags) install(cmd *cobra.Command, spec jupyter.Spec, root string) error {
	meta, err := json.Marshal(map[string]specMark{"nb": {Workspace: root, Version: release.String()}})
	if err != nil {
		return err
	}
	spec.Metadata = meta
	data, err := json.MarshalIndent(spec, "", " ")
	if err != nil {
		return err
	}
	dir := f.specDir()
	if found, foreign := inspectSpec(dir); found && foreign {
		kept, err := newFolder(filepath.Join(f.backupDir(), time.Now().Format("20060102-150405")))
		if err != nil {
			return err
		}
		if err := os.Rename(dir, filepath.Join(kept, f.name)); err != nil {
			return fmt.Errorf("keeping the present kernel aside: %w", err)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "kept the former kernel in %s\n", kept)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the kernel's folder: %w", err)
	}
	if err := atomicfile.Bytes(filepath.Join(dir, "kernel.json"), append(data, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "installed kernel %q, %s, in %s\n", f.name, spec.DisplayName, dir)
	return nil
}

func uninstallCommand() *cobra.Command {
	var f installFlags
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Take the kernel away again and bring back the one it replaced",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return f.uninstall(cmd)
		},
	}
	f.add(cmd)
	return cmd
}

func (f installFlags) uninstall(cmd *cobra.Command) error {
	dir := f.specDir()
	found, foreign := inspectSpec(dir)
	switch {
	case !found:
		return fmt.Errorf("there is no kernel %q in %s", f.name, filepath.Dir(dir))
	case foreign:
		return fmt.Errorf("%s was not installed by nb; it was left as it is", dir)
	}
	// Only what nb wrote is removed; a folder that holds more stays.
	if err := os.Remove(filepath.Join(dir, "kernel.json")); err != nil {
		return fmt.Errorf("removing the kernel: %w", err)
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removed kernel.json, but %s holds other files: %w", dir, err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "removed kernel %q from %s\n", f.name, filepath.Dir(dir))
	kept, err := filepath.Glob(filepath.Join(f.backupDir(), "*", f.name))
	if err != nil || len(kept) == 0 {
		return nil
	}
	last := kept[len(kept)-1] // their folders are named by the time
	if err := os.Rename(last, dir); err != nil {
		return fmt.Errorf("bringing back the former kernel from %s: %w", last, err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "brought back the former kernel from %s\n", filepath.Dir(last))
	// The emptied folders go, as far as they are empty.
	for p := filepath.Dir(last); p != f.dataDir(); p = filepath.Dir(p) {
		if os.Remove(p) != nil {
			break
		}
	}
	return nil
}
