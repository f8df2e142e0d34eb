package render

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Every colour that a terminal may ask for must be read on every paper, light and dark.
func TestTerminalColoursCanBeRead(t *testing.T) {
	light, dark := papers(t, pageCSS)
	for n := range 256 {
		c := color256(n)
		if !strings.HasPrefix(c, "#") {
			continue // one of the page's own, below
		}
		for _, p := range light {
			near(t, fmt.Sprintf("colour %d", n), readable(c, lightPaper, 0), p)
		}
		for _, p := range dark {
			near(t, fmt.Sprintf("colour %d", n), readable(c, darkPaper, 255), p)
		}
		near(t, fmt.Sprintf("text on colour %d", n), inkOn(c), c)
	}
}

// The page's own colours and those of the code's tokens, on the papers that they stand on.
func TestColoursCanBeRead(t *testing.T) {
	light, dark := papers(t, pageCSS)
	themes := strings.SplitN(pageCSS, "@media", 2)
	for i, p := range [][]string{light, dark} {
		vars := variables(themes[i])
		for _, name := range strings.Fields("ink faint link bad black red green yellow blue magenta cyan white") {
			for _, paper := range p {
				near(t, "--"+name, vars[name], paper)
			}
		}
	}
	for i, sheet := range strings.SplitN(strings.TrimPrefix(string(css()), pageCSS), "@media screen", 2) {
		paper := variables(themes[i])["code"]
		for _, m := range regexp.MustCompile(`(\.chroma[^{]*)\{[^}]*?[ {;]color: ?(#[0-9a-f]{6})[^}]*`).FindAllStringSubmatch(sheet, -1) {
			if token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(m[1]), ".chroma .")); token == "w" || token == "ln" || token == "lnt" {
				continue // white space, and line numbers, which a page has not
			}
			on := paper
			if own := regexp.MustCompile(`background-color: ?(#[0-9a-f]{6})`).FindStringSubmatch(m[0]); own != nil {
				on = own[1]
			}
			near(t, m[1], m[2], on)
		}
	}
}

func near(t *testing.T, what, color, paper string) {
	t.Helper()
	if c := contrast(color, paper); c < wanted {
		t.Errorf("%s: %s on %s has a contrast of %.2f, wanted %v", what, color, paper, c, wanted)
	}
}

// papers are the backgrounds of text in both schemes.
func papers(t *testing.T, css string) (light, dark []string) {
	t.Helper()
	for i, theme := range strings.SplitN(css, "@media", 2) {
		vars := variables(theme)
		var p []string
		for _, name := range []string{"paper", "code", "warn-paper", "bad-paper"} {
			if vars[name] == "" {
				t.Fatalf("page.css has no --%s in scheme %d", name, i)
			}
			p = append(p, vars[name])
		}
		if i == 0 {
			light = p
		} else {
			dark = p
		}
	}
	return light, dark
}

func variables(css string) map[string]string {
	vars := map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(css, -1) {
		if vars[m[1]] == "" {
			vars[m[1]] = m[2]
		}
	}
	return vars
}

func TestContrast(t *testing.T) {
	if c := contrast("#000000", "#ffffff"); c < 20.99 || c > 21.01 {
		t.Error(c)
	}
	if c := contrast("#777777", "#ffffff"); c < 4.47 || c > 4.49 {
		t.Error(c)
	}
}
