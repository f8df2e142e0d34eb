package render

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/image/colornames"
	"golang.org/x/net/html"
)

// styleProperties are the allowed CSS properties, with the checks of their values. None moves an
// element out of its place (position, transform, negative margins, text-indent, letter-spacing,
// clip), fetches or blends. page.css clips each output and cell.
var styleProperties = func() map[string]func(string) bool {
	properties := map[string]func(string) bool{}
	add := func(check func(string) bool, names string) {
		for name := range strings.FieldsSeq(names) {
			properties[name] = check
		}
	}
	add(plain, `color background background-color border border-top border-bottom border-left
		border-right border-color border-style text-align vertical-align text-decoration
		white-space word-break overflow-wrap
		font font-family font-size font-style font-weight font-variant-numeric display flex flex-wrap
		flex-direction align-items justify-content grid-template-columns float clear opacity box-sizing
		list-style list-style-type table-layout object-fit aspect-ratio overflow overflow-x overflow-y`)
	add(length, `width height min-width max-width min-height max-height padding padding-top
		padding-bottom padding-left padding-right border-radius border-collapse border-spacing
		border-width line-height gap`)
	add(margin, `margin margin-top margin-bottom margin-left margin-right`)
	return properties
}()

var (
	plainStyle = regexp.MustCompile(`^[\w #%.,/+*"'()-]*$`)
	functions  = regexp.MustCompile(
		`\b(rgba?|hsla?|calc|min|max|clamp|minmax|repeat|linear-gradient)\(`,
	)
	negative = regexp.MustCompile(`(^|[\s,(/*+-])-\s*[\d.(]`)
	margins  = regexp.MustCompile(`^(auto|\d*\.?\d+[a-z%]*)(\s+(auto|\d*\.?\d+[a-z%]*)){0,3}$`)
)

// plain accepts harmless characters and functions: no url() or image(). CSS escapes must be
// decoded.
func plain(v string) bool {
	v = strings.ToLower(v)
	depth := 0
	for _, r := range v {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0 && strings.Count(v, `"`)%2 == 0 && strings.Count(v, "'")%2 == 0 &&
		plainStyle.MatchString(v) && !strings.Contains(functions.ReplaceAllString(v, ""), "(")
}

func length(v string) bool { return plain(v) && !negative.MatchString(v) }

func margin(v string) bool { return margins.MatchString(strings.TrimSpace(strings.ToLower(v))) }

// readableColours makes an element's only colour readable in both themes: text on its background
// gets black or white, coloured text a colour for each theme.
func readableColours(n *html.Node) {
	if n.Type == html.ElementNode {
		style := attr(n, "style")
		color, background := "", false
		for declaration := range strings.SplitSeq(style, ";") {
			key, value, _ := strings.Cut(declaration, ":")
			switch strings.TrimSpace(key) {
			case "color":
				color = strings.TrimSpace(value)
			case "background", "background-color":
				background = true
			}
		}
		if background {
			if ink := textColorFor(style); ink != "" && color == "" {
				setAttr(n, "style", strings.TrimRight(style, "; ")+"; "+ink)
			}
			return // its content was chosen for it
		}
		if hex := hexColor(color); hex != "" {
			rest := strings.Trim(colorOnly.ReplaceAllString(style, "$1"), "; ")
			if rest != "" {
				rest += "; "
			}
			setAttr(
				n,
				"style",
				rest+"--l:"+readable(
					hex,
					lightBackground,
					0,
				)+";--d:"+readable(
					hex,
					darkBackground,
					255,
				),
			)
			setAttr(n, "class", strings.TrimSpace(attr(n, "class")+" fx"))
		}
	}
	for c := range n.ChildNodes() {
		readableColours(c)
	}
}

var (
	colorOnly = regexp.MustCompile(`(^|;)\s*color:[^;]*`)
	ground    = regexp.MustCompile(`(?:^|;)\s*background(?:-color)?\s*:\s*([^;]*?)\s*(?:;|$)`)
	rgbColor  = regexp.MustCompile(`^rgba?\((\d{1,3}), ?(\d{1,3}), ?(\d{1,3})(?:, ?1(?:\.0*)?)?\)$`)
	hexDigits = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
)

func textColorFor(style string) string {
	m := ground.FindStringSubmatch(style)
	if m == nil {
		return ""
	}
	if hex := hexColor(m[1]); hex != "" {
		return "color: " + textColorOn(hex)
	}
	return ""
}

func hexColor(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if hexDigits.MatchString(s) {
		if len(s) == 4 {
			s = "#" + strings.Repeat(
				s[1:2],
				2,
			) + strings.Repeat(
				s[2:3],
				2,
			) + strings.Repeat(
				s[3:],
				2,
			)
		}
		return s
	}
	if c, ok := colornames.Map[s]; ok {
		return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	}
	if m := rgbColor.FindStringSubmatch(s); m != nil {
		hex := "#"
		for _, part := range m[1:] {
			n, _ := strconv.Atoi(part) // three digits
			hex += fmt.Sprintf("%02x", min(n, 255))
		}
		return hex
	}
	return ""
}
