package render

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// maxPicture is how large a picture beside the notebook may be, in bytes.
const maxPicture = 20 << 20

// local embeds the picture that an address names: an attachment, or a file in the notebook's
// folder. The note tells why one is not there; it is empty, and so is the URI, for an address of
// another kind.
func (m *markdown) local(address string, files map[string]map[string]json.RawMessage) (uri, note string) {
	if name, ok := strings.CutPrefix(address, "attachment:"); ok {
		if plain, err := url.PathUnescape(name); err == nil && files[name] == nil {
			name = plain
		}
		for _, mime := range slices.Sorted(maps.Keys(files[name])) {
			var text string
			if json.Unmarshal(files[name][mime], &text) == nil && strings.HasPrefix(mime, "image/") {
				return "data:" + mime + ";base64," + strings.Join(strings.Fields(text), ""), ""
			}
		}
		return "", ""
	}
	u, err := url.Parse(address)
	if err != nil || m.folder == nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return "", ""
	}
	mime, data, err := readPicture(m.folder, filepath.FromSlash(u.Path))
	if err != nil {
		return "", fmt.Sprintf("picture not shown: %v", err)
	}
	return "data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(data), ""
}

// readPicture reads a picture in a folder, which no path and no link leads out of. What it is, its
// content tells.
func readPicture(folder *os.Root, path string) (mime string, data []byte, err error) {
	info, err := folder.Stat(path)
	switch {
	case err != nil:
		return "", nil, err
	case !info.Mode().IsRegular():
		return "", nil, fmt.Errorf("%s is no file", path)
	case info.Size() > maxPicture:
		return "", nil, fmt.Errorf("%s has %d MB, more than %d", path, info.Size()>>20, maxPicture>>20)
	}
	f, err := folder.Open(path)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	if data, err = io.ReadAll(io.LimitReader(f, maxPicture)); err != nil {
		return "", nil, err
	}
	mime = http.DetectContentType(data)
	if bytes.Contains(data[:min(len(data), 1024)], []byte("<svg")) {
		mime = "image/svg+xml"
	}
	if !isPicture(mime, data) {
		return "", nil, fmt.Errorf("%s is no PNG, JPEG, GIF, WebP or harmless SVG", path)
	}
	return mime, data, nil
}

// embedImages embeds the pictures of img elements; all other HTML stays as it is written.
func (m *markdown) embedImages(s string, files map[string]map[string]json.RawMessage) string {
	if !strings.Contains(strings.ToLower(s), "<img") {
		return s
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		raw := string(z.Raw())
		if t := z.Token(); t.Data == "img" && (t.Type == html.StartTagToken || t.Type == html.SelfClosingTagToken) {
			raw = m.embedImage(raw, t, files)
		}
		b.WriteString(raw)
	}
	return b.String()
}

func (m *markdown) embedImage(raw string, t html.Token, files map[string]map[string]json.RawMessage) string {
	alt := ""
	for _, a := range t.Attr {
		if a.Key == "alt" {
			alt = a.Val + " "
		}
	}
	for i, a := range t.Attr {
		if a.Key != "src" {
			continue
		}
		uri, note := m.local(a.Val, files)
		if note != "" {
			return "<em>" + printable(alt+"("+note+")") + "</em>"
		}
		if uri != "" {
			t.Attr[i].Val = uri
			return t.String()
		}
	}
	return raw
}
