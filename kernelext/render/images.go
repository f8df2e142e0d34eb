package render

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"
	"strings"
)

// imageData decodes an output's image: SVG is text, others base64. It accepts no other content.
func imageData(mime, text string) ([]byte, bool) {
	if mime == "image/svg+xml" {
		return []byte(text), harmlessSVG([]byte(text))
	}
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return data, err == nil && isImage(mime, data)
}

func isImage(mime string, data []byte) bool {
	switch mime {
	case "image/svg+xml":
		return harmlessSVG(data)
	case "image/webp":
		return http.DetectContentType(data) == mime
	case "image/png", "image/jpeg", "image/gif":
		// Only the header: a browser shows the beginning of a truncated image.
		_, format, err := image.DecodeConfig(bytes.NewReader(data))
		return err == nil && "image/"+format == mime
	}
	return false
}

func canShow(mime string, data []byte) bool {
	if mime == "image/svg+xml" {
		return wellFormed(data)
	}
	return isImage(mime, data)
}

func wellFormed(data []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	root := ""
	for {
		t, err := d.Token()
		if err != nil {
			return errors.Is(err, io.EOF) && root == "svg"
		}
		switch t := t.(type) {
		case xml.Directive:
			if bytes.ContainsAny(t, "[") { // entities, which may grow without bound
				return false
			}
		case xml.StartElement:
			if root == "" {
				root = t.Name.Local
			}
		}
	}
}

// harmlessSVG reports whether an SVG only draws: opened as a file, it could run scripts and fetch.
func harmlessSVG(data []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(data))
	root := true
	for {
		t, err := d.Token()
		if err != nil {
			return errors.Is(err, io.EOF) && !root
		}
		switch t := t.(type) {
		case xml.Directive:
			if bytes.ContainsAny(t, "[") { // entities
				return false
			}
		case xml.ProcInst:
			if t.Target != "xml" {
				return false
			}
		case xml.StartElement:
			name := strings.ToLower(t.Name.Local)
			if root && name != "svg" {
				return false
			}
			root = false
			switch name {
			case "script", "foreignobject", "iframe", "object", "embed", "handler", "animate",
				"set",
				"animatetransform", "animatemotion":
				return false
			}
			if strings.HasSuffix(t.Name.Space, "xhtml") {
				return false
			}
			for _, a := range t.Attr {
				key, value := strings.ToLower(a.Name.Local),
					strings.ToLower(strings.TrimSpace(a.Value))
				inside := strings.HasPrefix(value, "#") ||
					strings.HasPrefix(value, "data:image/png;")
				if strings.HasPrefix(key, "on") || (key == "href" || key == "src") && !inside {
					return false
				}
			}
		}
	}
}
