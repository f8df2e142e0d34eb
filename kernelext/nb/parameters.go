package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/pflag"

	"gopets/kernelext/notebook"
	"gopets/kernelext/runner"
)

type parameterFlags struct{ typed, strings, files, yaml []string }

var parameterFlagNames = []string{"param", "parameters-file", "parameters-yaml", "parameters-raw"}

func (f *parameterFlags) register(fl *pflag.FlagSet) {
	fl.StringArrayVarP(&f.typed, "param", "p", nil,
		"name=value for a variable of the cell tagged parameters; repeatable")
	fl.StringArrayVarP(&f.files, "parameters-file", "f", nil,
		"a YAML or JSON file of parameters; repeatable")
	fl.StringArrayVarP(&f.yaml, "parameters-yaml", "y", nil,
		"parameters as YAML, as {epochs: 2, sizes: [64, 96]}; repeatable")
	fl.StringArrayVarP(&f.strings, "parameters-raw", "r", nil,
		"name=value, a string whatever it looks like; repeatable")
}

// settings reads -f, -y, -p and -r; of one name the later counts, in papermill's order.
func (f *parameterFlags) settings() ([]runner.Setting, error) {
	var all []runner.Setting
	for _, path := range f.files {
		if err := localFile(path); err != nil {
			return nil, err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("parameters: %w", err)
		}
		s, err := runner.ReadSettings(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, s...)
	}
	for _, text := range f.yaml {
		s, err := runner.ReadSettings([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("-y: %w", err)
		}
		all = append(all, s...)
	}
	for _, p := range f.typed {
		name, value, err := cutSetting("-p", p)
		if err != nil {
			return nil, err
		}
		all = append(all, runner.Setting{Name: name, Value: value})
	}
	for _, p := range f.strings {
		name, value, err := cutSetting("-r", p)
		if err != nil {
			return nil, err
		}
		all = append(all, runner.StringSetting(name, value))
	}
	return all, nil
}

func cutSetting(flag, text string) (name, value string, err error) {
	name, value, ok := strings.Cut(text, "=")
	if name = strings.TrimSpace(name); !ok || name == "" {
		return "", "", fmt.Errorf("%s %s: want name=value", flag, text)
	}
	return name, value, nil
}

func helpNotebook(out io.Writer, nb *notebook.Notebook, path, language string) error {
	params, err := runner.Parameters(nb, language)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(params) == 0 {
		fmt.Fprintf(out,
			"%s has no parameters: no cell with the tag parameters declares a variable with a "+
				"value.\n", path)
		return nil
	}
	fmt.Fprintf(out, "Parameters of %s, to be set with -p name=value:\n\n", path)
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	for _, p := range params {
		line := fmt.Sprintf("  %s\t%s\t= %s", p.Name, cmp.Or(p.Type, "any type"),
			clip(plain(strings.Join(strings.Fields(p.Default), " ")), 60))
		if p.Doc != "" {
			line += "\t" + plain(p.Doc)
		}
		fmt.Fprintln(w, line)
	}
	return w.Flush()
}

func languageOf(nb *notebook.Notebook, flag string) string {
	if k, err := findKernel(nb, flag); err == nil {
		return k.language
	}
	return nb.Kernel().Language
}
