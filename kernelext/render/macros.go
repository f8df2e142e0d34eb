package render

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"gopets/kernelext/notebook"
)

// macros are defined by formulas, for themselves and later ones, as in Jupyter. MathJax's Go port
// has no definitions, so they are expanded here.
type macros map[string]macro

type macro struct {
	args       int
	standard   string // of an optional first argument
	isOptional bool
	body       string
}

// A definition may contain itself.
const maxExpansions, maxExpanded, maxMacros = 500, 16 << 10, 1000

var (
	definition = regexp.MustCompile(
		`\\((newcommand|renewcommand|providecommand|DeclareMathOperator)(\*|\b)|(def|let|require)\b)`,
	)
	command    = regexp.MustCompile(`^\\([a-zA-Z]+|[^a-zA-Z])`)
	parameters = regexp.MustCompile(`^(\s*#[1-9])*`)
)

func (m *macros) apply(tex string) (string, error) {
	if *m == nil {
		*m = macros{"bm": {args: 1, body: `\boldsymbol{#1}`}}
	}
	for from := 0; ; {
		at := definition.FindStringIndex(tex[from:])
		if at == nil {
			break
		}
		start, after := from+at[0], tex[from+at[1]:]
		rest, ok := m.define(tex[start:from+at[1]], after)
		if !ok {
			from += at[1]
			continue
		}
		tex, from = tex[:start]+rest, start
	}
	return m.expand(tex)
}

func (m *macros) define(kind, s string) (rest string, ok bool) {
	star := strings.HasSuffix(kind, "*")
	kind = strings.TrimSuffix(kind, "*")
	if kind == `\require` {
		_, rest, ok = argument(s)
		return rest, ok
	}
	name, s, ok := argument(s)
	name = strings.TrimSpace(name)
	if match := command.FindString(name); !ok || match == "" || match != name {
		return "", false
	}
	var d macro
	switch kind {
	case `\let`:
		s = strings.TrimPrefix(strings.TrimLeft(s, " "), "=")
	case `\def`:
		list := parameters.FindString(s)
		d.args, s = strings.Count(list, "#"), s[len(list):]
	case `\DeclareMathOperator`:
	default:
		if n, after, found := bracket(s); found {
			var err error
			if d.args, err = strconv.Atoi(strings.TrimSpace(n)); err != nil || d.args < 0 ||
				d.args > 9 {
				return "", false
			}
			s = after
			if d.standard, after, d.isOptional = bracket(s); d.isOptional {
				s = after
			}
		}
	}
	if d.body, rest, ok = argument(s); !ok {
		return "", false
	}
	if kind == `\DeclareMathOperator` {
		operator := `\operatorname{`
		if star {
			operator = `\operatorname*{`
		}
		d.body = operator + d.body + `}`
	}
	if len(*m) < maxMacros && name[1:] != d.body {
		(*m)[name[1:]] = d
	}
	return rest, true
}

// argument splits off TeX's next argument: a group, a command, or a character.
func argument(s string) (arg, rest string, ok bool) {
	s = strings.TrimLeft(s, " \t\r\n")
	if s == "" {
		return "", "", false
	}
	if s[0] != '{' {
		if c := command.FindString(s); c != "" {
			return c, s[len(c):], true
		}
		for i := range s {
			if i > 0 {
				return s[:i], s[i:], true
			}
		}
		return s, "", true
	}
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return s[1:i], s[i+1:], true
			}
		}
	}
	return "", "", false
}

func bracket(s string) (arg, rest string, ok bool) {
	t := strings.TrimLeft(s, " \t\r\n")
	if !strings.HasPrefix(t, "[") {
		return "", s, false
	}
	end := strings.IndexByte(t, ']')
	if end < 0 {
		return "", s, false
	}
	return t[1:end], t[end+1:], true
}

func (m macros) expand(s string) (string, error) {
	var b strings.Builder
	expansions := 0
	for s != "" {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			break
		}
		b.WriteString(s[:i])
		s = s[i:]
		c := command.FindString(s)
		if c == "" {
			break
		}
		s = s[len(c):]
		d, ok := m[c[1:]]
		if !ok {
			b.WriteString(c)
			continue
		}
		args := make([]string, d.args)
		for k := range args {
			if k == 0 && d.isOptional {
				if args[0], s, ok = bracket(s); !ok {
					args[0] = d.standard
				}
				continue
			}
			if args[k], s, ok = argument(s); !ok {
				return "", errors.New("a macro lacks an argument")
			}
		}
		s = joinTeX(d.fill(args), s)
		if expansions++; expansions > maxExpansions || b.Len()+len(s) > maxExpanded {
			return "", errors.New("macros expand without end")
		}
	}
	return b.String() + s, nil
}

func (d macro) fill(args []string) string {
	s := ""
	body := d.body
	for {
		i := strings.IndexByte(body, '#')
		if i < 0 || i+1 >= len(body) || len(s) > maxExpanded {
			return joinTeX(s, body)
		}
		s = joinTeX(s, body[:i])
		if k := int(body[i+1] - '1'); k >= 0 && k < len(args) {
			s = joinTeX(s, args[k])
		}
		body = body[i+2:]
	}
}

var endsInCommand = regexp.MustCompile(`\\[a-zA-Z]+$`)

// joinTeX keeps a command at the end of the first piece apart from the second.
func joinTeX(a, b string) string {
	if b != "" && (b[0] >= 'a' && b[0] <= 'z' || b[0] >= 'A' && b[0] <= 'Z') &&
		endsInCommand.MatchString(a) {
		return a + " " + b
	}
	return a + b
}

var (
	labelled = regexp.MustCompile(`\\label\s*\{([^{}]{1,100})\}`)
	tagged   = regexp.MustCompile(`\\tag\*?\s*\{([^{}]{1,100})\}`)
	refersTo = regexp.MustCompile(`\\(eq)?ref\s*\{([^{}]{1,100})\}`)
	rowEnd   = regexp.MustCompile(`\\\\|\$\$|\\end\{|\\\]`)
)

// number numbers the formulas with a label, in the notebook's order; a tag is kept.
func (m *markdown) number(cells []*notebook.Cell) {
	m.labels = map[string]string{}
	next := 1
	for _, c := range cells {
		if c.Type() != notebook.Markdown {
			continue
		}
		for _, row := range rowEnd.Split(c.Source(), -1) {
			for _, l := range labelled.FindAllStringSubmatch(row, -1) {
				if m.labels[l[1]] != "" {
					continue
				}
				if tag := tagged.FindStringSubmatch(row); tag != nil {
					m.labels[l[1]] = tag[1]
					continue
				}
				m.labels[l[1]] = strconv.Itoa(next)
				next++
			}
		}
	}
}

// numbered writes labels as tags and references as numbers. anchors are for links to the labels.
func (m *markdown) numbered(tex string, display bool) (_, anchors string) {
	tex = refersTo.ReplaceAllStringFunc(tex, func(ref string) string {
		r := refersTo.FindStringSubmatch(ref)
		number := m.labels[r[2]]
		switch {
		case number == "":
			return ref
		case r[1] == "eq":
			return `\text{(` + number + `)}`
		}
		return `\text{` + number + `}`
	})
	if !strings.Contains(tex, `\label`) {
		return tex, ""
	}
	rows := strings.Split(tex, `\\`)
	for i, row := range rows {
		rows[i] = labelled.ReplaceAllStringFunc(row, func(label string) string {
			number := m.labels[labelled.FindStringSubmatch(label)[1]]
			if number == "" || !display {
				return ""
			}
			anchors += `<span id="eq-` + printable(number) + `"></span>`
			if tagged.MatchString(row) {
				return ""
			}
			return `\tag{` + number + `}`
		})
	}
	return strings.Join(rows, `\\`), anchors
}
