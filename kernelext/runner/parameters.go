package runner

import (
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"gopets/kernelext/notebook"
)

// A Parameter is one variable of the cell tagged "parameters".
type Parameter struct {
	Name string
	// Go: "int", "float64", "string", "bool", "[]int", …; Python: "int", "float", "str", …; "" if
	// unknown
	Type    string
	Default string // as the cell writes it
	Doc     string // the comment after it, or else above it

	keyword string // Go: "var" or "const"
	typed   bool   // the declaration names its type
}

const (
	parametersTag = "parameters"
	injectedTag   = "injected-parameters"
)

func findTag(nb *notebook.Notebook, tag string) int {
	return slices.IndexFunc(nb.Cells(),
		func(c *notebook.Cell) bool { return c.Type() == notebook.Code && c.HasTag(tag) })
}

// Parameters returns a notebook's parameters in order. Types are known for Go and Python.
func Parameters(nb *notebook.Notebook, language string) ([]Parameter, error) {
	i := findTag(nb, parametersTag)
	if i < 0 {
		return nil, nil
	}
	return parse(nb.Cells()[i].Source(), language)
}

func parse(source, language string) ([]Parameter, error) {
	switch strings.ToLower(language) {
	case "go":
		return goParameters(source)
	case "python":
		return pythonParameters(source), nil
	}
	other, err := otherLanguage(language)
	if err != nil {
		return nil, err
	}
	return other.parameters(source), nil
}

// SetParameters inserts a cell with values after the one tagged "parameters", else first; an
// earlier such cell is replaced. A value that the declaration does not allow is an error. The last
// setting of a name counts. Undeclared names, perhaps typing mistakes, are set and returned.
func SetParameters(nb *notebook.Notebook, language string, settings []Setting) (undeclared []string,
	err error) {
	if len(settings) == 0 {
		return nil, nil
	}
	at := findTag(nb, parametersTag)
	tagged := ""
	if at >= 0 {
		tagged = nb.Cells()[at].Source()
	}
	params, err := parse(tagged, language)
	if err != nil {
		return nil, err
	}
	given := map[string]Setting{}
	for _, s := range settings {
		if !slices.ContainsFunc(params, func(p Parameter) bool { return p.Name == s.Name }) {
			if !isName(s.Name, language) {
				return nil, fmt.Errorf("parameter %q is not a name in %s", s.Name, language)
			}
			params = append(params, Parameter{Name: s.Name, keyword: "var"})
			undeclared = append(undeclared, s.Name)
		}
		given[s.Name] = s
	}
	// In the cell's order: the same values make the same cell.
	lines := []string{comment(language) + " Parameters given to nb run"}
	for _, p := range params {
		s, ok := given[p.Name]
		if !ok {
			continue
		}
		line, err := assignment(p, language, s)
		switch {
		case err != nil && p.Default == "":
			return nil, fmt.Errorf("parameter %q: %w", p.Name, err)
		case err != nil:
			return nil, fmt.Errorf("parameter %q is declared as %s = %s: %w",
				p.Name, p.Name, oneLine(p.Default), err)
		}
		lines = append(lines, line)
	}
	return undeclared, inject(nb, at, strings.Join(lines, "\n"))
}

var name = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]*$`)

func isName(s, language string) bool {
	switch strings.ToLower(language) {
	case "go":
		return token.IsIdentifier(s) && s != "_"
	case "python":
		return name.MatchString(s) && !slices.Contains(pythonKeywords, s)
	case "r":
		s = strings.ReplaceAll(s, ".", "_")
	}
	return name.MatchString(s)
}

func inject(nb *notebook.Notebook, at int, source string) error {
	c := notebook.NewCell(notebook.Code, source)
	if err := c.SetMetadata([]string{injectedTag}, "tags"); err != nil {
		return err
	}
	to := findTag(nb, injectedTag)
	if to >= 0 {
		nb.Remove(to)
	} else {
		to = at + 1
	}
	nb.Insert(to, c)
	return nil
}

// KeepParameters sets an earlier run's values in a notebook, unless its own parameters have
// changed.
func KeepParameters(nb, earlier *notebook.Notebook) (kept bool, err error) {
	at, was, values := findTag(nb, parametersTag), findTag(earlier, parametersTag),
		findTag(earlier, injectedTag)
	if values < 0 || (at < 0) != (was < 0) || at >= 0 &&
		nb.Cells()[at].Source() != earlier.Cells()[was].Source() {
		return false, nil
	}
	return true, inject(nb, at, earlier.Cells()[values].Source())
}

func comment(language string) string {
	switch strings.ToLower(language) {
	case "go":
		return "//"
	case "python":
		return "#"
	}
	other, _ := otherLanguage(language) // never unknown here
	return other.comment
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func assignment(p Parameter, language string, s Setting) (string, error) {
	switch strings.ToLower(language) {
	case "go":
	case "python":
		text, err := pythonAssigned(p.Type, s)
		return p.Name + " = " + text, err
	default:
		other, err := otherLanguage(language)
		if err != nil {
			return "", err
		}
		return other.assignment(p.Name, s)
	}
	text, err := goAssigned(p.Type, s)
	if err != nil {
		return "", err
	}
	if p.typed {
		return fmt.Sprintf("%s %s %s = %s", p.keyword, p.Name, p.Type, text), nil
	}
	return fmt.Sprintf("%s %s = %s", p.keyword, p.Name, text), nil
}

func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a map"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == nullTag:
		return "null"
	}
	return fmt.Sprintf("%q", n.Value)
}
