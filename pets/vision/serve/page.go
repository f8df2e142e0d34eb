package serve

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image/jpeg"
	"net/http"
	"strings"
	"time"

	"gopets/pets/vision/dataset/images"
	"gopets/plots"
)

//go:embed page.gohtml page.css page.js
var files embed.FS

var pageTemplate = template.Must(template.ParseFS(files, "page.gohtml"))

type view struct {
	Model   string
	Classes []string
	Limit   string
	Bytes   int64 // the limit, for the script
	Error   string
	Answer  *shown
}

type shown struct {
	Name, Class, Percent, Intro string
	Image, Bars                 template.URL // data URIs made here
	BarsAlt                     string
}

func (s *Server) home(x *exchange) error {
	if x.r.Method != http.MethodPost {
		return s.page(x, http.StatusOK, view{})
	}
	a, up, err := s.look(x)
	if err != nil {
		return err
	}
	if wantsJSON(x.r) {
		return x.json(http.StatusOK, a)
	}
	shown, err := show(a, up.name)
	if err != nil {
		return err
	}
	return s.page(x, http.StatusOK, view{Answer: shown})
}

func (s *Server) page(x *exchange, status int, v view) error {
	v.Model, v.Limit, v.Bytes = s.o.Model, megabytes(s.o.MaxBytes), s.o.MaxBytes
	for _, c := range s.classes {
		v.Classes = append(v.Classes, words(c))
	}
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, v); err != nil {
		return err
	}
	return x.write(status, "text/html; charset=utf-8", page.Bytes())
}

func words(class string) string { return strings.ReplaceAll(class, "_", " ") }

const (
	imageSide = 720 // pixels
	barsWidth = 4.2 // inches
	barHeight = 0.4
)

func show(a *Answer, name string) (*shown, error) {
	bars := plots.Bars{Figure: plots.Figure{Width: barsWidth, Height: 0.25 +
		barHeight*float64(len(a.Top))}, Percent: true, Highlight: 1}
	var alt []string
	for _, g := range a.Top {
		bars.Labels = append(bars.Labels, words(g.Class))
		bars.Values = append(bars.Values, g.Probability)
		alt = append(alt, words(g.Class)+" "+percent(g.Probability))
	}
	svg, err := bars.SVG()
	if err != nil {
		return nil, err
	}
	var img bytes.Buffer
	if err := jpeg.Encode(&img, small(a.img).Image(), &jpeg.Options{Quality: 85}); err != nil {
		return nil, err
	}
	intro := "This looks like"
	if a.Probability < 0.5 {
		intro = "Not sure, perhaps"
	}
	return &shown{Name: cmp.Or(name, "your photo"), Class: words(a.Class),
		Percent: percent(a.Probability), Intro: intro,
		Image: dataURI("image/jpeg", img.Bytes()), Bars: dataURI("image/svg+xml", svg),
		BarsAlt: strings.Join(alt, ", ")}, nil
}

func percent(p float64) string { return fmt.Sprintf("%.1f %%", 100*p) }

func dataURI(kind string, data []byte) template.URL {
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data))
}

func small(p *images.RGB) *images.RGB {
	long := max(p.W, p.H)
	if long <= imageSide {
		return p
	}
	return p.Reduced(max(1, p.W*imageSide/long), max(1, p.H*imageSide/long))
}

func asset(x *exchange) error {
	name := strings.TrimPrefix(x.r.URL.Path, "/")
	data, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	x.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(x, x.r, name, time.Time{}, bytes.NewReader(data))
	return nil
}
