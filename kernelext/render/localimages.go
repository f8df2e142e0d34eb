package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

const maxImage = 20 << 20

// local embeds an attachment or a file of the notebook's folder. note says why there is none; both
// are "" for other addresses.
func (m *markdown) local(address string, files attachments) (uri, note string) {
	if name, ok := strings.CutPrefix(address, "attachment:"); ok {
		if plain, err := url.PathUnescape(name); err == nil && files[name] == nil {
			name = plain
		}
		for _, mime := range slices.Sorted(maps.Keys(files[name])) {
			var text string
			if json.Unmarshal(files[name][mime], &text) != nil {
				continue
			}
			data, err := decodeBase64(text)
			if err != nil {
				data = []byte(text) // SVG may be text
			}
			if canShow(mime, data) {
				return dataURI(mime, data), ""
			}
		}
		return "", "image not shown: the cell has no attachment " + shortened(
			name,
		) + " that is an image"
	}
	u, err := url.Parse(address)
	if err != nil || m.folder == nil || u.Scheme != "" || u.Host != "" || u.Path == "" {
		return "", ""
	}
	mime, data, err := readImage(m.folder, filepath.FromSlash(u.Path))
	if err != nil {
		return "", "image not shown: " + err.Error()
	}
	return dataURI(mime, data), ""
}

// readImage reads an image in a folder, which no path leaves; its content determines its type.
func readImage(folder *os.Root, path string) (mime string, data []byte, err error) {
	info, err := folder.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, fmt.Errorf("there is no file %s", path)
	case err != nil && (!filepath.IsLocal(path) || strings.Contains(err.Error(), "escapes")):
		return "", nil, fmt.Errorf("%s is outside the notebook's folder", path)
	case err != nil:
		return "", nil, fmt.Errorf("%s cannot be read: %w", path, err)
	case !info.Mode().IsRegular():
		return "", nil, fmt.Errorf("%s is not a file", path)
	case info.Size() > maxImage:
		return "", nil, fmt.Errorf(
			"%s has %s, the limit is %s",
			path,
			kilobytes(int(info.Size())),
			kilobytes(maxImage),
		)
	}
	f, err := folder.Open(path)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	if data, err = io.ReadAll(io.LimitReader(f, maxImage)); err != nil {
		return "", nil, err
	}
	mime = http.DetectContentType(data)
	if bytes.Contains(data[:min(len(data), 1024)], []byte("<svg")) {
		mime = "image/svg+xml"
	}
	if !isImage(mime, data) {
		return "", nil, fmt.Errorf("%s is not a PNG, JPEG, GIF, WebP or SVG without scripts", path)
	}
	return mime, data, nil
}

func (m *markdown) embedImages(s string, files attachments) string {
	if !strings.Contains(strings.ToLower(s), "<img") {
		return s
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		raw := string(z.Raw())
		if t := z.Token(); t.Data == "img" &&
			(t.Type == html.StartTagToken || t.Type == html.SelfClosingTagToken) {
			raw = m.embedImage(raw, t, files)
		}
		b.WriteString(raw)
	}
	return b.String()
}

func (m *markdown) embedImage(raw string, t html.Token, files attachments) string {
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
