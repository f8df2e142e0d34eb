package render

import (
	"encoding/base64"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// foreign prepares a notebook's HTML for the sanitiser, which drops things silently: SVG becomes an
// image, a style sheet is taken out, and what cannot be shown leaves a note.
type foreign struct {
	m       *markdown
	files   attachments
	css     strings.Builder // of style sheets
	library string          // that a script or a frame draws with
	script  bool            // a script was dropped
	shown   bool            // something is there to be seen
	noted   bool            // a note is there
	large   bool            // a table or an image is there
}

func (f *foreign) prepare(s string) (string, error) {
	root, err := fragment(s)
	if err != nil {
		return "", err
	}
	f.children(root)
	return inner(root)
}

type visibleParts struct{ something, missing, noted bool }

func (f *foreign) children(n *html.Node) (all visibleParts) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		s := f.node(c)
		all.something = all.something || s.something
		all.missing = all.missing || s.missing
		all.noted = all.noted || s.noted
		c = next
	}
	return all
}

// waiting matches what libraries write until their script runs.
var waiting = regexp.MustCompile(
	`^(Loading BokehJS ?\.\.\.|Make this Notebook Trusted to load map: File -> Trust Notebook)$`,
)

func (f *foreign) node(n *html.Node) visibleParts {
	switch n.Type {
	case html.TextNode:
		if waiting.MatchString(strings.TrimSpace(n.Data)) {
			n.Data = ""
		}
		something := strings.TrimSpace(n.Data) != ""
		f.shown = f.shown || something
		return visibleParts{something: something}
	case html.ElementNode:
	default:
		n.Parent.RemoveChild(n)
		return visibleParts{}
	}
	if style := attr(n, "style"); len(style) > maxStyle {
		setAttr(n, "style", style[:strings.LastIndexByte(style[:maxStyle], ';')+1])
	}
	switch n.Data {
	case "script":
		f.script = true
		if f.library == "" {
			f.library = libraryIn(textOf(n) + " " + attr(n, "src") + " " + attr(n, "type"))
		}
		n.Parent.RemoveChild(n)
		return visibleParts{missing: true}
	case "style":
		f.css.WriteString(textOf(n) + "\n")
		n.Parent.RemoveChild(n)
		return visibleParts{}
	case "link", "meta", "base", "title", "noscript", "template":
		n.Parent.RemoveChild(n)
		return visibleParts{}
	case "svg":
		return f.drawing(n)
	case "img":
		return f.image(n)
	case "iframe", "frame", "object", "embed", "video", "audio", "canvas":
		return f.frame(n)
	}
	if _, hidden := attrAt(n, "hidden"); hidden {
		n.Parent.RemoveChild(n) // no script will ever show it
		return visibleParts{}
	}
	f.names(n)
	if n.Data == "a" {
		f.link(n)
	}
	shown, noted := f.shown, f.noted
	s := f.children(n)
	switch n.Data {
	case "input", "progress", "meter", "hr":
		s.something = true
	case "table":
		f.large = true
	}
	style := attr(n, "style")
	switch {
	case hides.MatchString(style), flat.MatchString(style) && clips.MatchString(style):
		f.shown, s.something = shown, false
		f.noted, s.noted = noted, false
	case paints.MatchString(style):
		s.something = true
	case s.missing || !s.something:
		// No space for what is missing.
		setAttr(n, "style", rooms.ReplaceAllString(style, "$1"))
		for _, key := range []string{"width", "height"} {
			if !s.something && !s.noted {
				removeAttr(n, key)
			}
		}
	}
	f.shown = f.shown || s.something
	f.noted = f.noted || s.noted
	return s
}

var (
	hides  = regexp.MustCompile(`(?i)(^|;)\s*(display\s*:\s*none|opacity\s*:\s*[0.]+%?\s*(;|$))`)
	flat   = regexp.MustCompile(`(?i)(^|;)\s*(max-)?(height|width)\s*:\s*0[a-z%]*\s*(;|$)`)
	clips  = regexp.MustCompile(`(?i)(^|;)\s*overflow\s*:\s*(hidden|clip)`)
	paints = regexp.MustCompile(`(?i)(^|;)\s*(background|border)[a-z-]*\s*:`)
	rooms  = regexp.MustCompile(
		`(?i)(^|;)\s*((min-)?height|padding|padding-top|padding-bottom|aspect-ratio)\s*:[^;]*`,
	)
)

// anchorID returns the page's id for one of the notebook's, which may have spaces.
func anchorID(id string) string { return "u-" + strings.Join(strings.Fields(id), "-") }

// names keeps an element's id, with a prefix, and its classes except the page's. An old anchor's
// name is its id.
func (f *foreign) names(n *html.Node) {
	if name, ok := attrAt(n, "name"); ok && n.Data == "a" && attr(n, "id") == "" {
		setAttr(n, "id", name)
	}
	if id, ok := attrAt(n, "id"); ok && !(f.m.used[id] && heading1to6.MatchString(n.Data)) {
		if strings.TrimSpace(id) == "" {
			removeAttr(n, "id")
		} else {
			f.m.anchors[anchorID(id)] = true
			setAttr(n, "id", anchorID(id))
		}
	}
	if class, ok := attrAt(n, "class"); ok {
		setAttr(
			n,
			"class",
			strings.Join(slices.DeleteFunc(strings.Fields(class), func(c string) bool {
				return slices.Contains(ownClasses, c)
			}), " "),
		)
	}
}

var heading1to6 = regexp.MustCompile(`^h[1-6]$`)

// ownClasses are used for layout in page.css.
var ownClasses = []string{
	"skip", "count", "copy", "in", "out", "failed", "code", "raw", "text", "more", "stdout",
	"stderr", "error", "display", "fx",
}

func (f *foreign) frame(n *html.Node) visibleParts {
	what := map[string]string{"video": "a video", "audio": "a sound", "canvas": "a drawing"}[n.Data]
	if what == "" {
		what = "an embedded page"
	}
	address := attr(n, "src") + attr(n, "data")
	if s := sourceOf(n); address == "" {
		address = s
	}
	if library := libraryIn(attr(n, "srcdoc")); library != "" {
		what = library
	}
	note := element("em")
	setAttr(note, "class", "note")
	n.Parent.InsertBefore(note, n)
	n.Parent.RemoveChild(n)
	if remote.MatchString(address) {
		a := element("a")
		setAttr(a, "href", absolute(address))
		a.AppendChild(textNode(shortened(address)))
		note.AppendChild(textNode("Not shown: " + what + ", "))
		note.AppendChild(a)
		f.noted = true
		return visibleParts{noted: true, missing: true}
	}
	if n.Data == "canvas" && f.script {
		note.Parent.RemoveChild(note)
		return visibleParts{missing: true}
	}
	if mime, _, ok := strings.Cut(strings.TrimPrefix(address, "data:"), ";"); ok &&
		strings.HasPrefix(address, "data:") {
		what += " (" + mime + ", " + kilobytes(len(address)*3/4) + ")"
	}
	note.AppendChild(textNode("Not shown: " + what + "; open the notebook in Jupyter."))
	f.noted = true
	return visibleParts{noted: true, missing: true}
}

func sourceOf(n *html.Node) string {
	for c := range n.Descendants() {
		if c.Data == "source" {
			return attr(c, "src")
		}
	}
	return ""
}

var remote = regexp.MustCompile(`^(?i:https?:)?//`)

func absolute(address string) string {
	if strings.HasPrefix(address, "//") {
		return "https:" + address
	}
	return address
}

func shortened(address string) string {
	if len(address) > 80 {
		return strings.ToValidUTF8(address[:80], "") + "…"
	}
	return address
}

// image embeds an image; a remote one becomes a link, a broken one its text.
func (f *foreign) image(n *html.Node) visibleParts {
	f.names(n)
	src, alt := strings.TrimSpace(attr(n, "src")), strings.TrimSpace(attr(n, "alt"))
	instead := func(inner *html.Node) visibleParts {
		n.Parent.InsertBefore(inner, n)
		n.Parent.RemoveChild(n)
		f.shown = true
		return visibleParts{something: true}
	}
	note := func(why string) visibleParts {
		em := element("em")
		setAttr(em, "class", "note")
		em.AppendChild(textNode(strings.TrimSpace(alt + " (" + why + ")")))
		return instead(em)
	}
	switch {
	case remote.MatchString(src):
		a := element("a")
		setAttr(a, "href", absolute(src))
		if alt == "" {
			alt = "image: " + shortened(src)
		}
		a.AppendChild(textNode(alt))
		return instead(a)
	case strings.HasPrefix(src, "data:"):
		uri, err := imageURI(src)
		if err != nil {
			return note(err.Error())
		}
		setAttr(n, "src", uri)
	case src == "":
		return note("image without an address")
	default:
		uri, why := f.m.local(src, f.files)
		if uri == "" {
			if why == "" {
				why = "image not shown: " + shortened(src)
			}
			return note(why)
		}
		setAttr(n, "src", uri)
	}
	f.shown, f.large = true, true
	return visibleParts{something: true}
}

func imageURI(uri string) (string, error) {
	broken := errors.New("broken image")
	head, body, ok := strings.Cut(strings.TrimPrefix(uri, "data:"), ",")
	if !ok {
		return "", broken
	}
	mime, parameters, _ := strings.Cut(head, ";")
	mime = strings.ToLower(strings.TrimSpace(mime))
	plain, err := url.PathUnescape(body)
	if err != nil {
		plain = body
	}
	data := []byte(plain)
	if strings.Contains(strings.ToLower(parameters), "base64") {
		if data, err = decodeBase64(plain); err != nil {
			return "", broken
		}
	}
	if !canShow(mime, data) {
		return "", broken
	}
	return dataURI(mime, data), nil
}

func decodeBase64(s string) ([]byte, error) {
	s = strings.TrimRight(strings.Join(strings.Fields(s), ""), "=")
	return base64.RawStdEncoding.DecodeString(s)
}

// drawing converts inline SVG, which the sanitiser does not support, to an image.
func (f *foreign) drawing(n *html.Node) visibleParts {
	parent := n.Parent
	data, ok := standalone(n)
	if !ok {
		parent.RemoveChild(n)
		return visibleParts{missing: true}
	}
	img := element("img")
	setAttr(img, "class", "onlight")
	setAttr(img, "src", dataURI("image/svg+xml", data))
	alt := attr(n, "aria-label")
	for c := range n.Descendants() {
		if c.Data == "title" && alt == "" {
			alt = textOf(c)
		}
	}
	if alt == "" {
		alt = "drawing"
	}
	setAttr(img, "alt", alt)
	parent.InsertBefore(img, n)
	parent.RemoveChild(n)
	f.shown, f.large = true, true
	return visibleParts{something: true}
}

var nothingDrawn = regexp.MustCompile(`(?i)display\s*:\s*none|(^|;)\s*width\s*:\s*0(px)?\s*(;|$)`)

// standalone returns inline SVG as a file. One that is hidden, or uses parts of another, is left
// out.
func standalone(n *html.Node) ([]byte, bool) {
	if nothingDrawn.MatchString(attr(n, "style")) {
		return nil, false
	}
	draws := false
	for c := range n.Descendants() {
		switch c.Data {
		case "path", "rect", "line", "circle", "ellipse", "polygon", "polyline", "text", "image":
			draws = draws || c.Type == html.ElementNode
		}
	}
	if !draws {
		return nil, false
	}
	n.Attr = slices.DeleteFunc(
		n.Attr,
		func(a html.Attribute) bool { return strings.HasPrefix(a.Key, "xmlns") },
	)
	n.Attr = append(n.Attr, html.Attribute{Key: "xmlns", Val: "http://www.w3.org/2000/svg"},
		html.Attribute{Key: "xmlns:xlink", Val: "http://www.w3.org/1999/xlink"})
	var b strings.Builder
	if html.Render(&b, n) != nil {
		return nil, false
	}
	return []byte(b.String()), wellFormed([]byte(b.String()))
}
