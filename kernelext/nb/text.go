package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"golang.org/x/net/html"

	"gopets/kernelext/internal/terminal"
	"gopets/kernelext/notebook"
)

func outputText(o notebook.Output) string {
	// A bar's plain text is better.
	markup, ok := o.Mime("text/html")
	_, alternative := o.Data["text/plain"]
	if ok && !(alternative && strings.Contains(markup, "<progress")) {
		if s := htmlText(markup); s != "" {
			return s
		}
	}
	for _, mime := range []string{"text/markdown", "text/plain"} {
		if text, ok := o.Mime(mime); ok {
			return plain(strings.TrimRight(text, "\n"))
		}
	}
	for mime, raw := range o.Data {
		if strings.HasPrefix(mime, "image/") {
			return imageText(strings.TrimPrefix(mime, "image/"), raw)
		}
	}
	return ""
}

func imageText(kind string, raw json.RawMessage) string {
	var data []byte
	if json.Unmarshal(raw, &data) == nil {
		if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
			return fmt.Sprintf("[image %s %d×%d]", kind, c.Width, c.Height)
		}
	}
	return fmt.Sprintf("[image %s, %d KB]", kind, (len(raw)*3/4+1023)/1024)
}

// htmlText reads HTML as text: blocks and rows are lines, images their alternative text.
func htmlText(s string) string {
	var b strings.Builder
	hidden := 0
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return tidy(b.String())
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(spaces.ReplaceAllString(string(z.Text()), " "))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := string(name)
			switch tag {
			case "style", "script", "title":
				hidden++
			case "br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "pre", "table":
				b.WriteByte('\n')
			case "td", "th":
				b.WriteString("\t")
			case "img":
				alt := attributes(z, more)["alt"]
				b.WriteString(strings.TrimSuffix("\n[image: "+alt, ": ") + "]\n")
			case "progress", "meter":
				b.WriteString(bar(attributes(z, more)))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "style", "script", "title":
				hidden = max(0, hidden-1)
			case "p", "div", "table", "h1", "h2", "h3", "h4", "pre":
				b.WriteByte('\n')
			}
		}
	}
}

func attributes(z *html.Tokenizer, more bool) map[string]string {
	all := map[string]string{}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		all[string(key)] = string(value)
	}
	return all
}

func bar(a map[string]string) string {
	const cells = 20
	value, err := strconv.ParseFloat(a["value"], 64)
	if err != nil {
		return " …"
	}
	whole, err := strconv.ParseFloat(a["max"], 64)
	if err != nil || !(whole > 0) {
		whole = 1
	}
	done := min(value/whole, 1)
	if !(done > 0) { // also for NaN
		done = 0
	}
	n := int(done*cells + 0.5)
	return fmt.Sprintf(" %s%s %.0f %%", strings.Repeat("█", n), strings.Repeat("░", cells-n),
		100*done)
}

var spaces = regexp.MustCompile(`\s+`)

func tidy(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, plain(line))
		}
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, strings.Join(lines, "\n"))
	w.Flush()
	return b.String()
}

func plain(s string) string { return terminal.Plain(s) }

func lastLine(s string) string {
	s = strings.TrimSpace(terminal.Text(s))
	return strings.TrimSpace(s[strings.LastIndexByte(s, '\n')+1:])
}

func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:max(0, n-1)]) + "…"
}
