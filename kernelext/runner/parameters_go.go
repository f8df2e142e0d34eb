package runner

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"gopets/kernelext/cellsrc"
)

// goParameters reads a Go cell's top-level variables and constants. Commands are left out; what
// follows %% or %main is main's.
func goParameters(source string) ([]Parameter, error) {
	cell := cellsrc.Parse(source)
	end := len(cell.Lines)
	if cell.Main >= 0 {
		end = cell.Main
	}
	code := "package cell; " + cell.GoLines(0, end)
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "parameters cell", code, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("the parameters cell is not valid Go: %w", err)
	}
	text := func(n ast.Node) string { return code[n.Pos()-file.FileStart : n.End()-file.FileStart] }
	var params []Parameter
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR && g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			spec := s.(*ast.ValueSpec)
			if len(spec.Values) != len(spec.Names) {
				continue // no single value that could be set
			}
			doc := cmp.Or(spec.Comment.Text(), spec.Doc.Text())
			if !g.Lparen.IsValid() {
				doc = cmp.Or(doc, g.Doc.Text())
			}
			for i, name := range spec.Names {
				if counts(spec.Values[i]) {
					continue // its value depends on its place
				}
				p := Parameter{Name: name.Name, Default: text(spec.Values[i]), Doc: oneLine(doc),
					keyword: g.Tok.String()}
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

func counts(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == "iota"
		return true
	})
	return found
}

// goType returns a value's type, from its syntax or, of a call like pets.Pick(96, 64), its
// arguments; "" is unknown.
func goType(e ast.Expr, text func(ast.Node) string) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		return map[token.Token]string{token.INT: "int", token.FLOAT: "float64",
			token.STRING: "string", token.CHAR: "rune"}[e.Kind]
	case *ast.Ident:
		if e.Name == "true" || e.Name == "false" {
			return "bool"
		}
	case *ast.SelectorExpr:
		if duration(text(e)) {
			return goDuration
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

const goDuration = "time.Duration"

func duration(name string) bool {
	switch name {
	case "time.Nanosecond", "time.Microsecond", "time.Millisecond", "time.Second", "time.Minute",
		"time.Hour":
		return true
	}
	return false
}

func goBasic(name string) bool {
	switch name {
	case "string", "bool", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16",
		"uint32", "uint64", "byte", "rune", "float32", "float64":
		return true
	}
	return false
}

// goCollection matches []T, [2]T and map[K]V; key is "" for a list.
var goCollection = regexp.MustCompile(`^(?:\[(\d*|\.\.\.)\]|map\[(\w+)\])(.+)$`)

func goIsCollection(kind string) bool {
	m := goCollection.FindStringSubmatch(kind)
	return m != nil && (goBasic(m[3]) || goAny(m[3]) || m[3] == goDuration || goIsCollection(m[3]))
}

func goAny(kind string) bool { return kind == "any" || kind == "interface{}" }

func isGoLiteral(kind, value string) bool {
	return strings.HasPrefix(strings.ReplaceAll(value, " ", ""),
		strings.ReplaceAll(kind, " ", "")+"{")
}

func goAssigned(kind string, s Setting) (string, error) {
	collection := goIsCollection(kind)
	switch {
	case s.raw && kind != "string" && kind != "" && !goAny(kind):
		return "", fmt.Errorf("its type is %s; -r gives a string, -p a %s", kind, kind)
	case s.node != nil:
	case kind == "string":
		return strconv.Quote(s.Value), nil
	case collection && isGoLiteral(kind, s.Value), !collection && !goBasic(kind) && kind != "" &&
		!goAny(kind):
		return goExpression(kind, s.Value)
	case kind == "" || goAny(kind):
		return goValue(kind, s.guess())
	}
	n, err := s.read(collection)
	if err != nil {
		return "", err
	}
	return goValue(kind, n)
}

func goExpression(kind, value string) (string, error) {
	if kind == goDuration {
		if d, err := time.ParseDuration(value); err == nil {
			return goDurationText(d), nil
		}
	}
	if _, err := parser.ParseExpr(value); err != nil {
		return "", fmt.Errorf("its type is %s; give a Go expression, not %q", kind, value)
	}
	return value, nil
}

func goDurationText(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "Hour"}, {time.Minute, "Minute"}, {time.Second, "Second"},
		{time.Millisecond, "Millisecond"}, {time.Microsecond, "Microsecond"}} {
		if d%unit.size == 0 && d != 0 {
			return fmt.Sprintf("%d * time.%s", d/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%d * time.Nanosecond", d)
}

func goValue(kind string, n *yaml.Node) (string, error) {
	if m := goCollection.FindStringSubmatch(kind); m != nil && goIsCollection(kind) {
		return goCollected(kind, m[2], m[3], n)
	}
	if kind == "" || goAny(kind) {
		if n.Tag == nullTag {
			return "nil", nil
		}
		kind = goKind(n)
		if n.Kind != yaml.ScalarNode {
			return goValue(kind, n)
		}
	}
	if n.Kind != yaml.ScalarNode || n.Tag == nullTag {
		return "", fmt.Errorf("its type is %s; it cannot be %s", kind, kindOf(n))
	}
	value := n.Value
	switch {
	case kind == "string":
		return strconv.Quote(value), nil
	case kind == "bool":
		b, ok := truth(n)
		if !ok {
			return "", fmt.Errorf("give true or false, not %q", value)
		}
		return strconv.FormatBool(b), nil
	case kind == "float64" || kind == "float32":
		return goFloat(kind, value)
	case kind == "rune" && utf8.RuneCountInString(value) == 1:
		r, _ := utf8.DecodeRuneInString(value)
		return strconv.QuoteRune(r), nil
	case goBasic(kind):
		return goInt(kind, value)
	}
	return goExpression(kind, value)
}

func goCollected(kind, key, item string, n *yaml.Node) (string, error) {
	wanted := yaml.SequenceNode
	if key != "" {
		wanted = yaml.MappingNode
	}
	if n.Tag == nullTag && !strings.HasPrefix(kind, "[") {
		return "nil", nil
	}
	if n.Kind != wanted {
		return "", fmt.Errorf("its type is %s; it cannot be %s", kind, kindOf(n))
	}
	var items []string
	for i := 0; i < len(n.Content); i++ {
		prefix := ""
		if key != "" {
			k, err := goValue(key, n.Content[i])
			if err != nil {
				return "", err
			}
			prefix = k + ": "
			i++
		}
		v, err := goValue(item, n.Content[i])
		if err != nil {
			return "", err
		}
		items = append(items, prefix+v)
	}
	if size := goCollection.FindStringSubmatch(kind)[1]; size != "" && size != "..." &&
		size != strconv.Itoa(len(items)) {
		return "", fmt.Errorf("its type is %s; give %s values, not %d", kind, size, len(items))
	}
	return kind + "{" + strings.Join(items, ", ") + "}", nil
}

var decimal = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)

func goFloat(kind, value string) (string, error) {
	bits := 64
	if kind == "float32" {
		bits = 32
	}
	f, err := strconv.ParseFloat(value, bits)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return "", fmt.Errorf("give a number for a %s, not %q", kind, value)
	}
	return floatText(f, value), nil
}

// floatText writes a number as given if all languages allow it, and always as a floating-point
// number.
func floatText(f float64, value string) string {
	if !decimal.MatchString(value) {
		value = strconv.FormatFloat(f, 'g', -1, 64)
	}
	if !strings.ContainsAny(value, ".eE") {
		value += ".0"
	}
	return value
}

func goInt(kind, value string) (string, error) {
	i, ok := wholeNumber(value)
	if !ok {
		return "", fmt.Errorf("give a whole number, not %q", value)
	}
	bits, signed := 64, !strings.HasPrefix(kind, "u") && kind != "byte"
	switch strings.TrimLeft(kind, "uint") {
	case "8":
		bits = 8
	case "16":
		bits = 16
	case "32":
		bits = 32
	}
	switch kind {
	case "byte":
		bits = 8
	case "rune":
		bits = 32
	}
	text := i.String()
	var err error
	if signed {
		_, err = strconv.ParseInt(text, 10, bits)
	} else {
		_, err = strconv.ParseUint(text, 10, bits)
	}
	if err != nil {
		return "", fmt.Errorf("give a whole number that fits in %s, not %s", kind, value)
	}
	return text, nil
}

// wholeNumber reads 12, -3, 1_000, 0x1f, 1e6 and 007.
func wholeNumber(text string) (*big.Int, bool) {
	if decimal.MatchString(text) {
		if f, err := strconv.ParseFloat(text, 64); err == nil && strings.ContainsAny(text, "eE") &&
			f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return big.NewInt(int64(f)), true
		}
		return new(big.Int).SetString(text, 10)
	}
	return new(big.Int).SetString(text, 0)
}

// goKind returns a value's type: for a list or map one that fits all items, or any.
func goKind(n *yaml.Node) string {
	head, step := "[]", 1
	switch {
	case n.Kind == yaml.MappingNode:
		head, step = "map[string]", 2
	case n.Kind == yaml.SequenceNode:
	case n.Tag == boolTag:
		return "bool"
	case n.Tag == intTag:
		return "int"
	case n.Tag == floatTag:
		return "float64"
	case n.Tag == nullTag:
		return "any"
	default:
		return "string"
	}
	item := ""
	for i := step - 1; i < len(n.Content); i += step {
		switch k := goKind(n.Content[i]); {
		case item == "" || item == k:
			item = k
		case item+k == "intfloat64" || item+k == "float64int":
			item = "float64"
		default:
			item = "any"
		}
	}
	return head + cmp.Or(item, "any")
}
