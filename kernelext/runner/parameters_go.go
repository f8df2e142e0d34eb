package runner

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// goParameters reads the variables and constants that a Go cell declares at its top level. Lines for the kernel (%… and !…) are
// left out; what follows %% or %main belongs to main and declares nothing that lasts.
func goParameters(source string) ([]Parameter, error) {
	var code strings.Builder
	code.WriteString("package cell; ")
	for line := range strings.Lines(source) {
		trimmed := strings.TrimSpace(line)
		if trimmed == "%%" || strings.HasPrefix(trimmed, "%% ") || strings.HasPrefix(trimmed, "%main") {
			break
		}
		if strings.HasPrefix(trimmed, "%") || strings.HasPrefix(trimmed, "!") {
			line = "\n"
		}
		code.WriteString(line)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "parameters cell", code.String(), parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("the parameters cell is not valid Go: %w", err)
	}
	text := func(n ast.Node) string { return code.String()[n.Pos()-file.FileStart : n.End()-file.FileStart] }
	var params []Parameter
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR && g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			spec := s.(*ast.ValueSpec)
			if len(spec.Values) != len(spec.Names) {
				continue // several values of one call, or none: nothing that could be set by itself
			}
			for i, name := range spec.Names {
				p := Parameter{Name: name.Name, Default: text(spec.Values[i]), Doc: strings.TrimSpace(spec.Comment.Text()), keyword: g.Tok.String()}
				if spec.Type != nil {
					p.Type, p.typed = text(spec.Type), true
				} else {
					p.Type = goType(spec.Values[i], text)
				}
				params = append(params, p)
			}
		}
	}
	return params, nil
}

// goType tells the type of a value from how it is written; of a call like pets.Pick(96, 64) the arguments tell. "" is unknown.
func goType(e ast.Expr, text func(ast.Node) string) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		return map[token.Token]string{token.INT: "int", token.FLOAT: "float64", token.STRING: "string", token.CHAR: "rune"}[e.Kind]
	case *ast.Ident:
		if e.Name == "true" || e.Name == "false" {
			return "bool"
		}
	case *ast.UnaryExpr:
		return goType(e.X, text)
	case *ast.ParenExpr:
		return goType(e.X, text)
	case *ast.BinaryExpr:
		x, y := goType(e.X, text), goType(e.Y, text)
		if x == y || y == "" {
			return x
		}
		if x == "" || x == "int" {
			return y
		}
		return x
	case *ast.CompositeLit:
		if e.Type != nil {
			return text(e.Type)
		}
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok && goBasic(id.Name) {
			return id.Name
		}
		kind := ""
		for i, a := range e.Args {
			if t := goType(a, text); i > 0 && t != kind {
				return ""
			} else {
				kind = t
			}
		}
		return kind
	}
	return ""
}

func goBasic(name string) bool {
	switch name {
	case "string", "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "byte", "rune", "float32", "float64":
		return true
	}
	return false
}

// goValue writes a value from the command line as Go, checked against the declared type.
func goValue(kind, value string) (string, error) {
	if item, ok := strings.CutPrefix(kind, "[]"); ok && goBasic(item) {
		var items []string
		for _, s := range listItems(value) {
			text, err := goValue(item, s)
			if err != nil {
				return "", err
			}
			items = append(items, text)
		}
		return kind + "{" + strings.Join(items, ", ") + "}", nil
	}
	switch {
	case kind == "string":
		return strconv.Quote(value), nil
	case kind == "bool":
		b, err := strconv.ParseBool(value)
		if err != nil {
			return "", fmt.Errorf("give true or false, not %q", value)
		}
		return strconv.FormatBool(b), nil
	case kind == "float64" || kind == "float32":
		f, err := strconv.ParseFloat(value, 64)
		if err != nil || f-f != 0 {
			return "", fmt.Errorf("give a number, not %q", value)
		}
		if !strings.ContainsAny(value, ".eExXpP") {
			value += ".0" // so that an untyped declaration stays a float64
		}
		return value, nil
	case kind == "":
		return goGuess(value), nil
	case goBasic(kind):
		if strings.HasPrefix(kind, "u") || kind == "byte" {
			if _, err := strconv.ParseUint(value, 0, 64); err != nil {
				return "", fmt.Errorf("give a whole number from 0, not %q", value)
			}
		} else if _, err := strconv.ParseInt(value, 0, 64); err != nil {
			return "", fmt.Errorf("give a whole number, not %q", value)
		}
		return value, nil
	}
	// A type of the notebook's own or of a package: the value has to be written in Go.
	if _, err := parser.ParseExpr(value); err != nil {
		return "", fmt.Errorf("its type is %s; give a Go expression, not %q", kind, value)
	}
	return value, nil
}

// goGuess writes a value whose type nobody told: a number or truth value if it looks like one, else a string.
func goGuess(value string) string {
	for _, kind := range []string{"int", "float64"} {
		if text, err := goValue(kind, value); err == nil {
			return text
		}
	}
	if value == "true" || value == "false" {
		return value
	}
	return strconv.Quote(value)
}
