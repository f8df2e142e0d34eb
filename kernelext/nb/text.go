package main

import (
	"fmt"
	"regexp"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"golang.org/x/net/html"

	"gopets/kernelext/notebook"
)

// outputText says in plain text what a display shows.
func outputText(o notebook.Output) string {
	if text, ok := o.Mime("text/html"); ok {
		if s := htmlText(text); s != "" {
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
			return fmt.Sprintf("[picture, %s, %d KB]", strings.TrimPrefix(mime, "image/"), (len(raw)*3/4+1023)/1024)
		}
	}
	return ""
}

// htmlText reads a piece of HTML as text: blocks and rows are lines, cells stand apart, a picture is its alternative text.
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
				alt := ""
				for more {
					var key, value []byte
					key, value, more = z.TagAttr()
					if string(key) == "alt" {
						alt = string(value)
					}
				}
				b.WriteString(strings.TrimSuffix("\n[picture: "+alt, ": ") + "]\n")
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

var spaces = regexp.MustCompile(`\s+`)

// tidy trims the lines, sets the columns of tables in line and drops empty lines.
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

var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b.`)

// plain takes colours and other control sequences out of a text, so that a notebook cannot drive the terminal.
func plain(s string) string {
	s = escapes.ReplaceAllString(s, "")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// lastState gives what stands in a line after its carriage returns.
func lastState(line string) string {
	line = strings.TrimRight(line, "\r")
	return plain(line[strings.LastIndexByte(line, '\r')+1:])
}

// lastLine gives the last line of a text that holds something.
func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return strings.TrimSpace(lastState(s[strings.LastIndexByte(s, '\n')+1:]))
}

// clip cuts a text to a number of characters.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:max(0, n-1)]) + "…"
}
