package render

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Every colour that a terminal can use must be readable on every background, light and dark.
func TestTerminalColoursCanBeRead(t *testing.T) {
	light, dark := backgrounds(t, pageCSS)
	for n := range 256 {
		c := color256(n)
		if !strings.HasPrefix(c, "#") {
			continue // one of the page's own, below
		}
		for _, p := range light {
			near(t, fmt.Sprintf("colour %d", n), readable(c, lightBackground, 0), p)
		}
		for _, p := range dark {
			near(t, fmt.Sprintf("colour %d", n), readable(c, darkBackground, 255), p)
		}
		near(t, fmt.Sprintf("text on colour %d", n), textColorOn(c), c)
	}
}

// The page's own colours and those of the code's tokens, on the backgrounds that they stand on.
func TestColoursCanBeRead(t *testing.T) {
	light, dark := backgrounds(t, pageCSS)
	themes := strings.SplitN(pageCSS, "@media", 2)
	for i, p := range [][]string{light, dark} {
		vars := variables(themes[i])
		for _, name := range strings.Fields(
			"text faint link error black red green yellow blue magenta cyan white") {
			for _, background := range p {
				near(t, "--"+name, vars[name], background)
			}
		}
	}
	for i, sheet := range strings.SplitN(strings.TrimPrefix(string(css()), pageCSS),
		"@media screen", 2) {
		background := variables(themes[i])["code"]
		for _, m := range regexp.MustCompile(
			`(\.chroma[^{]*)\{[^}]*?[ {;]color: ?(#[0-9a-f]{6})[^}]*`).FindAllStringSubmatch(sheet,
			-1) {
			if token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(m[1]),
				".chroma .")); token == "w" ||
				token == "ln" ||
				token == "lnt" {
				continue // white space and line numbers, which a page does not have
			}
			on := background
			if own := regexp.MustCompile(`background-color: ?(#[0-9a-f]{6})`).FindStringSubmatch(
				m[0]); own != nil {
				on = own[1]
			}
			near(t, m[1], m[2], on)
		}
	}
}

func near(t *testing.T, what, color, background string) {
	t.Helper()
	if c := contrast(color, background); c < wanted {
		t.Errorf(
			"%s: %s on %s has a contrast of %.2f, wanted %v",
			what,
			color,
			background,
			c,
			wanted,
		)
	}
}

// backgrounds are the backgrounds of text in both schemes.
func backgrounds(t *testing.T, css string) (light, dark []string) {
	t.Helper()
	for i, theme := range strings.SplitN(css, "@media", 2) {
		vars := variables(theme)
		var p []string
		for _, name := range []string{"background", "code", "warning-background",
			"error-background"} {
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
	for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(css,
		-1) {
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
