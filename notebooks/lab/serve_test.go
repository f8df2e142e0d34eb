package lab

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopets/pets/vision/dataset/images"
	"gopets/pets/vision/sample"
	"gopets/pets/vision/serve"
)

// shades distinguishes light from dark images.
type shades struct{}

func (shades) Predict(ctx context.Context, list []*images.RGB) ([][]float32, error) {
	rows := make([][]float32, len(list))
	for i, p := range list {
		sum := 0
		for _, v := range p.Pix {
			sum += int(v)
		}
		light := float32(sum) / float32(255*len(p.Pix))
		rows[i] = []float32{light, 1 - light}
	}
	return rows, nil
}

// The page of the prediction service in Chromium, wide and on a phone, with script and without:
// choose a photo, send it, read the bars; nothing sticks out, and the page's own policy lets
// through all that it needs.
func TestServicePage(t *testing.T) {
	if !*ask {
		t.Skip("a real browser takes a while: ask for it with -lab")
	}
	dir := filepath.Join(t.TempDir(), "pets")
	if err := sample.Generate(t.Context(), dir,
		sample.Options{PerBreed: 1, Folders: []string{"pug"}}, nil); err != nil {
		t.Fatal(err)
	}
	photo := filepath.Join(dir, "pug", "pug_1.jpg")
	s, err := serve.New(shades{}, []string{"light_image", "dark_image"},
		serve.Options{Model: "shades"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	service := httptest.NewServer(s)
	defer service.Close()

	for _, c := range []struct {
		name          string
		width, height int
		noScript      bool
	}{{"wide", 1280, 900, false}, {"phone", 375, 812, false}, {"no-script", 375, 812, true}} {
		p := openBrowser(t, c.width, c.height)
		p.do("Emulation.setScriptExecutionDisabled", map[string]any{"value": c.noScript}, nil)
		p.open(service.URL)
		p.wait("the form", time.Minute,
			`document.readyState === "complete" && document.querySelector("form button")`)
		var root struct{ Root struct{ NodeID int } }
		p.do("DOM.getDocument", nil, &root)
		var input struct{ NodeID int }
		p.do("DOM.querySelector", map[string]any{"nodeId": root.Root.NodeID, "selector": "#photo"},
			&input)
		p.do("DOM.setFileInputFiles", map[string]any{"nodeId": input.NodeID,
			"files": []string{photo}}, nil)
		if !c.noScript {
			p.wait("the preview", time.Minute,
				`document.getElementById("preview").naturalWidth > 0 && !document.getElementById("preview").hidden`)
		}
		p.eval(nil, `document.querySelector("form").requestSubmit()`)
		p.wait("the answer", time.Minute,
			`document.readyState === "complete" && document.querySelector(".bars")?.naturalWidth > 0`)
		var seen struct {
			Intro, Bars        string
			Image, Wide, Blank int
		}
		p.eval(&seen,
			`({Intro: document.querySelector(".intro").textContent, Bars: document.querySelector(".bars").alt, Image: document.querySelector("figure img").naturalWidth,
			Wide: document.documentElement.scrollWidth - innerWidth, Blank: [...document.images].filter(i => i.checkVisibility() && !i.naturalWidth).length})`)
		if !strings.Contains(seen.Intro, "image") ||
			!strings.Contains(seen.Bars, "light image ") || seen.Image < 100 || seen.Wide > 0 ||
			seen.Blank > 0 {
			t.Errorf("%s: %+v", c.name, seen)
		}
		p.shot("service-" + c.name + ".png")
	}
}
