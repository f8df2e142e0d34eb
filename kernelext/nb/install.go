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

func (f installFlags) dataDir() string {
	if f.prefix != "" {
		return filepath.Join(f.prefix, "share", "jupyter")
	}
	return jupyter.UserDataDir()
}

func (f installFlags) specDir(name string) string {
	return filepath.Join(f.dataDir(), "kernels",
		name)
}

// backupDir is outside the folder with kernels.
func (f installFlags) backupDir(name string) string {
	return filepath.Join(f.dataDir(), "nb-backup", name)
}

func (f installFlags) names() []string {
	if f.name != "" {
		return []string{f.name}
	}
	return []string{liveKernel, gonbKernel}
}

func (f *installFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.BoolVar(&f.user, "user", false, "for this user (the default)")
	fl.StringVar(&f.prefix, "prefix", "",
		"under this folder's share/jupyter, as of a virtual environment")
	fl.StringVar(&f.name, "name", "",
		"this kernel only: go, gonb, or another name for go (default both)")
	cmd.MarkFlagsMutuallyExclusive("user", "prefix")
}

var kernelName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func (f installFlags) check() error {
	if f.name != "" && (!kernelName.MatchString(f.name) || strings.Trim(f.name, ".") == "") {
		return fmt.Errorf("--name %q: a kernel's name is made of letters, digits, '.', '_' and '-'",
			f.name)
	}
	return nil
}

func installCommand() *cobra.Command {
	var f installFlags
	var offline bool
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Offer the kernels to JupyterLab",
		Long: `Write two kernelspecs, so that JupyterLab and other Jupyter clients offer "Go", whose variables
keep their values from cell to cell, and "Go (gonb)", GoNB with the same front. Cells import the
packages of the module around their notebook; beside no module they have one of their own. A kernel
of the same name that was not made by nb does not change, unless --replace is given: then it is kept
aside, and nb uninstall restores it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			for _, name := range f.names() {
				dir := f.specDir(name)
				if found, foreign := inspectSpec(dir); found && foreign && !f.replace {
					return fmt.Errorf(
						"%s has a kernel that nb did not install; nothing changed.\n"+
							"  nb install --replace     replaces it and keeps it aside; nb "+
							"uninstall restores it\n  nb install --name NAME   installs under "+
							"another name", dir)
				}
			}
			return f.installAll(cmd, offline)
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&f.replace, "replace", false,
		"replace a kernel that nb did not install; it is kept aside")
	cmd.Flags().BoolVar(&offline, "offline", false, "fetch nothing")
	return cmd
}

func (f installFlags) installAll(cmd *cobra.Command, offline bool) error {
	ctx := cmd.Context()
	w, err := findWorkspace(ctx, ".")
	if err != nil {
		return err
	}
	w.workers = nil // built when a notebook first needs one
	s := &setup{log: cmd.OutOrStdout(), offline: offline, lenient: true}
	if err := s.all(ctx, w); err != nil {
		return err
	}
	s.modules(ctx, w)
	s.gopls(ctx)
	program, err := keptProgram()
	if err != nil {
		return err
	}
	for _, name := range f.names() {
		spec, err := frontSpec(ctx, program, name)
		if err != nil {
			return err
		}
		if err := f.install(cmd, name, spec); err != nil {
			return err
		}
	}
	return nil
}

type specMark struct {
	Version string `json:"version"`
}

func inspectSpec(dir string) (found, foreign bool) {
	if !exists(dir) {
		return false, false
	}
	return true, readMark(dir) == nil
}

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

func (f installFlags) install(cmd *cobra.Command, name string, spec jupyter.Spec) error {
	meta, err := json.Marshal(map[string]specMark{"nb": {release.String()}})
	if err != nil {
		return err
	}
	spec.Metadata = meta
	data, err := json.MarshalIndent(spec, "", " ")
	if err != nil {
		return err
	}
	dir := f.specDir(name)
	if found, foreign := inspectSpec(dir); found && foreign {
		kept, err := newFolder(filepath.Join(f.backupDir(name),
			time.Now().Format("20060102-150405")))
		if err != nil {
			return err
		}
		if err := os.Rename(dir, filepath.Join(kept, name)); err != nil {
			return fmt.Errorf("keeping the present kernel aside: %w", err)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "kept the former kernel in %s\n", kept)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the kernel's folder: %w", err)
	}
	if err := atomicfile.Bytes(filepath.Join(dir, "kernel.json"), append(data, '\n'),
		0o644); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "installed kernel %q, %s, in %s\n", name, spec.DisplayName, dir)
	return nil
}

func uninstallCommand() *cobra.Command {
	var f installFlags
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Remove the kernels and restore those that they replaced",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			removed := 0
			for _, name := range f.names() {
				if found, _ := inspectSpec(f.specDir(name)); !found && f.name == "" {
					continue
				}
				if err := f.uninstall(cmd, name); err != nil {
					return err
				}
				removed++
			}
			if removed == 0 {
				return fmt.Errorf("there is no kernel of nb in %s",
					filepath.Dir(f.specDir(liveKernel)))
			}
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

func (f installFlags) uninstall(cmd *cobra.Command, name string) error {
	dir := f.specDir(name)
	found, foreign := inspectSpec(dir)
	switch {
	case !found:
		return fmt.Errorf("there is no kernel %q in %s", name, filepath.Dir(dir))
	case foreign:
		return fmt.Errorf("%s was not installed by nb; nothing changed", dir)
	}
	// Only what nb wrote is removed.
	if err := os.Remove(filepath.Join(dir, "kernel.json")); err != nil {
		return fmt.Errorf("removing the kernel: %w", err)
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removed kernel.json, but %s holds other files: %w", dir, err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "removed kernel %q from %s\n", name, filepath.Dir(dir))
	kept, err := filepath.Glob(filepath.Join(f.backupDir(name), "*", name))
	if err != nil || len(kept) == 0 {
		return nil
	}
	last := kept[len(kept)-1] // their folders are named by time
	if err := os.Rename(last, dir); err != nil {
		return fmt.Errorf("restoring the former kernel from %s: %w", last, err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "restored the former kernel from %s\n", filepath.Dir(last))
	// So do emptied folders.
	for p := filepath.Dir(last); p != f.dataDir(); p = filepath.Dir(p) {
		if os.Remove(p) != nil {
			break
		}
	}
	return nil
}
