package runner

import (
	"fmt"
	"slices"
	"strings"

	"gopets/kernelext/notebook"
)

// A Setting is a parameter's name and its new value as it is typed on a command line.
type Setting struct{ Name, Value string }

// A Parameter is one variable of the cell tagged "parameters".
type Parameter struct {
	Name    string
	Type    string // "int", "float64", "string", "bool", "[]int", …; "" when the declaration does not tell
	Default string // as the cell writes it
	Doc     string // the comment behind it

	keyword string // Go: "var" or "const"
	typed   bool   // the declaration names its type
}

// The tags of papermill, which other tools know.
const (
	parametersTag = "parameters"
	injectedTag   = "injected-parameters"
)

// Parameters lists the parameters that a notebook offers, in their order. Languages are "go" and "python".
func Parameters(nb *notebook.Notebook, language string) ([]Parameter, error) {
	i := slices.IndexFunc(nb.Cells(), func(c *notebook.Cell) bool { return c.Type() == notebook.Code && c.HasTag(parametersTag) })
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
	return nil, fmt.Errorf("parameters of a notebook in %q cannot be set: only Go and Python are known", language)
}

// SetParameters puts a cell with new values behind the one tagged "parameters"; an earlier such cell is replaced. A name that the tagged cell does not
// declare, or a value that its declaration does not allow, is an error.
func SetParameters(nb *notebook.Notebook, language string, settings []Setting) error {
	if len(settings) == 0 {
		return nil
	}
	cells := nb.Cells()
	at := slices.IndexFunc(cells, func(c *notebook.Cell) bool { return c.Type() == notebook.Code && c.HasTag(parametersTag) })
	if at < 0 {
		return fmt.Errorf("parameter %q: the notebook has no cell tagged %q to take parameters", settings[0].Name, parametersTag)
	}
	params, err := parse(cells[at].Source(), language)
	if err != nil {
		return err
	}
	lines := []string{comment(language) + " Parameters given to nb run"}
	var done []string
	for _, s := range settings {
		i := slices.IndexFunc(params, func(p Parameter) bool { return p.Name == s.Name })
		if i < 0 {
			return fmt.Errorf("parameter %q is not one of this notebook's; it has %s", s.Name, names(params))
		}
		if slices.Contains(done, s.Name) {
			return fmt.Errorf("parameter %q is given twice", s.Name)
		}
		done = append(done, s.Name)
		line, err := assignment(params[i], language, s.Value)
		if err != nil {
			return fmt.Errorf("parameter %q is declared as %s = %s: %w", s.Name, s.Name, params[i].Default, err)
		}
		lines = append(lines, line)
	}
	injected := notebook.NewCell(notebook.Code, strings.Join(lines, "\n"))
	if err := injected.SetMetadata([]string{injectedTag}, "tags"); err != nil {
		return err
	}
	if at+1 < len(cells) && cells[at+1].HasTag(injectedTag) {
		nb.Remove(at + 1)
	}
	nb.Insert(at+1, injected)
	return nil
}

func comment(language string) string {
	if strings.EqualFold(language, "python") {
		return "#"
	}
	return "//"
}

func names(params []Parameter) string {
	if len(params) == 0 {
		return "none"
	}
	var all []string
	for _, p := range params {
		all = append(all, p.Name)
	}
	return strings.Join(all, ", ")
}

func assignment(p Parameter, language, value string) (string, error) {
	if strings.EqualFold(language, "python") {
		text, err := pythonValue(p.Type, value)
		return p.Name + " = " + text, err
	}
	text, err := goValue(p.Type, value)
	if err != nil {
		return "", err
	}
	if p.typed {
		return fmt.Sprintf("%s %s %s = %s", p.keyword, p.Name, p.Type, text), nil
	}
	return fmt.Sprintf("%s %s = %s", p.keyword, p.Name, text), nil
}

// listItems cuts "a,b,c" or "[a, b, c]" into its items.
func listItems(value string) []string {
	value = strings.TrimSpace(value)
	if strings.HasPrefix(value, "[") && strings.HasSuffix(value, "]") {
		value = value[1 : len(value)-1]
	}
	if strings.TrimSpace(value) == "" {
		return nil
	}
	items := strings.Split(value, ",")
	for i, s := range items {
		items[i] = unquote(strings.TrimSpace(s))
	}
	return items
}

// unquote takes away quotation marks that came along from a shell or a list.
func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
