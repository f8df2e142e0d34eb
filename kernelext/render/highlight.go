package render

import (
	"html"
	"html/template"
	"regexp"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

func code(language, source string) template.HTML {
	source, left := cutText(source, maxText)
	return highlight(language, source) + cutLine(left)
}

// highlight colours source; without a lexer, or if long, it only escapes. Commands (%%, %args, !ls,
// ?x) are set apart, as they would confuse a lexer.
func highlight(language, source string) template.HTML {
	magic := kernelLines(language, source)
	if of := cellMagic(language, source); of != "" {
		language = of
	}
	lexer := lexers.Get(language)
	if lexer == nil || len(source) > maxHighlight {
		return template.HTML(html.EscapeString(source))
	}
	lines := strings.Split(source, "\n")
	text := make([]string, len(lines))
	for i, line := range lines {
		if !magic[i] {
			text[i] = line
		}
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, strings.Join(text, "\n"))
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
		case magic[i]:
			b.WriteString(`<span class="kernel">` + html.EscapeString(line) + `</span>`)
		case i < len(coloured): // a lexer may drop empty lines at the end
			for _, t := range coloured[i] {
				writeToken(&b, t)
			}
		}
	}
	return template.HTML(b.String())
}

var (
	pythonMagic = regexp.MustCompile(
		`^\s*([%!]|\?{1,2}[\w.]+\s*$|[\w.]+\?{1,2}\s*$|[\w, ]+=\s*[%!][\w(./])`,
	)
	threeQuotes = regexp.MustCompile(`"""|'''`)
)

// kernelLines finds commands: % and ! in Go, IPython's in Python, outside multi-line strings.
func kernelLines(language, source string) map[int]bool {
	found := map[int]bool{}
	isGo, isPython := strings.EqualFold(language, "go"), isPython(language)
	if !isGo && !isPython {
		return found
	}
	inText, i := false, 0
	for line := range strings.SplitSeq(source, "\n") {
		switch {
		case isGo:
			found[i] = strings.HasPrefix(line, "%") || strings.HasPrefix(line, "!")
		case !inText && pythonMagic.MatchString(line):
			found[i] = true
		default:
			if len(threeQuotes.FindAllString(line, -1))%2 == 1 {
				inText = !inText
			}
		}
		i++
	}
	return found
}

func isPython(language string) bool {
	language = strings.ToLower(language)
	return language == "python" || language == "ipython" || language == "ipython3" ||
		language == "python3"
}

var magicLanguages = map[string]string{
	"bash": "bash", "sh": "bash", "script": "bash", "html": "html", "svg": "xml",
	"javascript": "javascript", "js": "javascript", "r": "r", "latex": "tex", "sql": "sql",
	"markdown": "markdown", "perl": "perl", "ruby": "ruby", "cython": "cython", "julia": "julia",
	"writefile": "text",
}

func cellMagic(language, source string) string {
	name, ok := strings.CutPrefix(strings.TrimLeft(source, " \t\n"), "%%")
	if !ok || !isPython(language) {
		return ""
	}
	end := strings.IndexFunc(name, func(r rune) bool { return r < 'A' || r > 'z' })
	if end < 0 {
		end = len(name)
	}
	return magicLanguages[strings.ToLower(name[:end])]
}

func writeToken(b *strings.Builder, t chroma.Token) {
	text := html.EscapeString(strings.TrimSuffix(t.Value, "\n"))
	if class := class(t.Type); class != "" && text != "" {
		b.WriteString(`<span class="` + class + `">` + text + `</span>`)
		return
	}
	b.WriteString(text)
}

func class(t chroma.TokenType) string {
	if t == chroma.Error { // unknown to the lexer, but not an error of the author's
		return ""
	}
	for _, t := range []chroma.TokenType{t, t.SubCategory(), t.Category()} {
		if c, ok := chroma.StandardTypes[t]; ok {
			return c
		}
	}
	return ""
}
