package render

import (
	"html"
	"html/template"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// highlight colours source text of a language; one that no lexer knows is only escaped. In Go cells
// the lines for the kernel (%%, %args, !ls) are set apart: to a Go lexer they are nonsense that
// would spoil what follows.
func highlight(language, source string) template.HTML {
	lexer := lexers.Get(language)
	if lexer == nil {
		return template.HTML(html.EscapeString(source))
	}
	lines := strings.Split(source, "\n")
	kernel := make([]bool, len(lines))
	if strings.EqualFold(language, "go") {
		for i, line := range lines {
			if strings.HasPrefix(line, "%") || strings.HasPrefix(line, "!") {
				kernel[i] = true
			}
		}
	}
	code := make([]string, len(lines))
	for i, line := range lines {
		if !kernel[i] {
			code[i] = line
		}
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, strings.Join(code, "\n"))
	if err != nil {
		return template.HTML(html.EscapeString(source))
	}
	var b strings.Builder
	coloured := chroma.SplitTokensIntoLines(tokens.Tokens())
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		switch {
		case kernel[i]:
			b.WriteString(`<span class="kernel">` + html.EscapeString(line) + `</span>`)
		case i < len(coloured): // a lexer may drop empty lines at the end
			for _, t := range coloured[i] {
				writeToken(&b, t)
			}
		}
	}
	return template.HTML(b.String())
}

func writeToken(b *strings.Builder, t chroma.Token) {
	text := html.EscapeString(strings.TrimSuffix(t.Value, "\n"))
	if class := class(t.Type); class != "" && text != "" {
		b.WriteString(`<span class="` + class + `">` + text + `</span>`)
		return
	}
	b.WriteString(text)
}

// class is the name under which chroma's style sheets know a token's type.
func class(t chroma.TokenType) string {
	for _, t := range []chroma.TokenType{t, t.SubCategory(), t.Category()} {
		if c, ok := chroma.StandardTypes[t]; ok {
			return c
		}
	}
	return ""
}
