package compare_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"gopets/kernelext/internal/compare"
	"gopets/kernelext/notebook"
)

func b64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

// painted makes an image with a few pixels of other colours.
func painted(w, h int, pixels map[image.Point]uint8) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = 200
	}
	for p, v := range pixels {
		m.SetNRGBA(p.X, p.Y, color.NRGBA{200, v, 200, 200})
	}
	return m
}

func pngOf(t *testing.T, m image.Image, level png.CompressionLevel) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: level}).Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImages(t *testing.T) {
	best := func(m image.Image) []byte { return pngOf(t, m, png.BestCompression) }
	plain := painted(8, 4, nil)
	spot := painted(8, 4, map[image.Point]uint8{{1, 1}: 100, {2, 2}: 190})
	jpegOf := func(m image.Image) []byte {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m, nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	gifOf := func(values ...uint8) []byte {
		g := &gif.GIF{}
		for _, v := range values {
			m := image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Black, color.White})
			m.Pix[5] = v
			g.Image, g.Delay = append(g.Image, m), append(g.Delay, 1)
		}
		var b bytes.Buffer
		if err := gif.EncodeAll(&b, g); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	// The header alone claims an image of 4 gigapixels.
	bomb := best(plain)
	copy(bomb[16:], []byte{0, 1, 0, 0, 0, 1, 0, 0})
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	for name, c := range map[string]struct {
		mime      string
		want, got []byte
		rules     compare.Rules
		says      string
	}{
		"another compression": {"image/png", best(plain), pngOf(t, plain, png.NoCompression),
			compare.Rules{}, ""},
		"pixels": {"image/png", best(plain), best(spot), compare.Rules{},
			"display 1, image/png: 2 of the image's 32 pixels differ (6.2 %), by up to 79 of " +
				"255 (8×4)"},
		"a tolerance": {"image/png", best(plain), best(spot),
			compare.Rules{Channel: 10}, "1 of the image's 32 pixels differ (3.1 %), by up to 79"},
		"a larger tolerance": {"image/png", best(plain), best(spot),
			compare.Rules{Channel: 79}, ""},
		"a share": {"image/png", best(plain), best(spot),
			compare.Rules{Pixels: 0.0625}, ""},
		"a smaller share": {"image/png", best(plain), best(spot),
			compare.Rules{Pixels: 0.06}, "2 of"},
		"the share of a tolerance": {"image/png", best(plain), best(spot),
			compare.Rules{Pixels: 0.04, Channel: 10}, ""},
		"sizes": {"image/png", best(plain), best(painted(4, 8, nil)),
			compare.Rules{Channel: 255, Pixels: 1}, "the image has 4×8 pixels, it had 8×4"},
		"JPEG": {"image/jpeg", jpegOf(plain), append(jpegOf(plain), 0),
			compare.Rules{}, ""},
		"another JPEG": {"image/jpeg", jpegOf(plain), jpegOf(spot), compare.Rules{},
			"pixels differ"},
		"GIF": {"image/gif", gifOf(0, 1), append(gifOf(0, 1), 0),
			compare.Rules{}, ""},
		"a GIF's second frame": {"image/gif", gifOf(0, 1), gifOf(0, 0), compare.Rules{},
			"1 of the image's 16 pixels differ (6.2 %), by up to 255 of 255 (4×4, frame 2 of 2)"},
		"a frame more": {"image/gif", gifOf(0), gifOf(0, 1), compare.Rules{},
			"2 frames, it had 1"},
		"what is no image": {"image/png", best(plain), []byte("nonsense"), compare.Rules{},
			"the new image cannot be decoded"},
		"what was no image": {"image/png", []byte("nonsense"), best(plain), compare.Rules{},
			"the saved image cannot be decoded"},
		"half a image": {"image/png", best(plain), best(plain)[:60], compare.Rules{},
			"cannot be decoded"},
		"a image of 4 gigapixels": {"image/png", best(plain), bomb, compare.Rules{},
			"too many pixels"},
	} {
		check(t, name, []notebook.Output{show(c.mime, b64(c.want))},
			[]notebook.Output{show(c.mime, b64(c.got))}, c.rules, c.says)
		// The same inside of HTML, Markdown and JSON.
		for mime, form := range map[string]string{
			"text/html":        `<p><img src="data:%s;base64,%s"></p>`,
			"text/markdown":    "![](data:%s;base64,%s)",
			"application/json": `{"a": "data:%s;base64,%s"}`} {
			text := func(data []byte) []notebook.Output {
				return []notebook.Output{show(mime, fmt.Sprintf(form, c.mime, b64(data)))}
			}
			says := c.says
			if i := strings.Index(says, "image/png: "); i > 0 {
				says = fmt.Sprintf("display 1, %s, image/png 1: %s", mime,
					says[i+len("image/png: "):])
			}
			check(t, name+" in "+mime, text(c.want), text(c.got), c.rules, says)
		}
	}
	// Lines as notebooks break base64, and no padding.
	broken := b64(best(plain))
	check(t, "line breaks", []notebook.Output{show("image/png", broken)},
		[]notebook.Output{show("image/png", strings.TrimRight(broken[:20]+"\n"+broken[20:]+"\n",
			"=\n"))}, compare.Rules{}, "")
	d := check(t, "files", []notebook.Output{show("image/png", b64(best(plain)))},
		[]notebook.Output{show("image/png", b64(best(spot)))}, compare.Rules{}, "differ")
	if p := d[0].Image; p == nil || !bytes.Equal(p.Got, best(spot)) || p.Differing != 2 ||
		d[0].Unified() != "" {
		t.Errorf("the difference is %+v", d[0])
	}
}

func TestMarked(t *testing.T) {
	plain, spot := painted(8, 4, nil), painted(8, 4, map[image.Point]uint8{{1, 1}: 100})
	d := check(t, "marked", []notebook.Output{show("image/png", b64(pngOf(t, plain, 0)))},
		[]notebook.Output{show("image/png", b64(pngOf(t, spot, 0)))}, compare.Rules{}, "differ")
	file, err := d[0].Image.Marked()
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for y := range 4 {
		for x := range 8 {
			r, g, _, _ := m.At(x, y).RGBA()
			if isRed := r > 2*g; isRed != (x == 1 && y == 1) || m.Bounds().Dx() != 8 {
				t.Errorf("pixel %d, %d is %v", x, y, m.At(x, y))
			}
		}
	}
	d = check(t, "sizes", []notebook.Output{show("image/png", b64(pngOf(t, plain, 0)))},
		[]notebook.Output{show("image/png", b64(pngOf(t, painted(4, 4, nil), 0)))}, compare.Rules{},
		"it had 8×4")
	if file, err := d[0].Image.Marked(); file != nil || err != nil {
		t.Errorf("images of different sizes are marked, error %v", err)
	}
}

// Frames of a GIF are pieces; what is seen counts, not how it is put together.
func TestGIFsAreSeenAsWhole(t *testing.T) {
	palette := color.Palette{color.Transparent, color.Black, color.White}
	frame := func(r image.Rectangle, index uint8) *image.Paletted {
		m := image.NewPaletted(r, palette)
		for i := range m.Pix {
			m.Pix[i] = index
		}
		return m
	}
	encode := func(disposal []byte, frames ...*image.Paletted) []notebook.Output {
		g := &gif.GIF{Image: frames, Delay: make([]int, len(frames)), Disposal: disposal,
			Config: image.Config{Width: 4, Height: 4, ColorModel: palette}}
		var b bytes.Buffer
		if err := gif.EncodeAll(&b, g); err != nil {
			t.Fatal(err)
		}
		return []notebook.Output{show("image/gif", b64(b.Bytes()))}
	}
	whole, corner := image.Rect(0, 0, 4, 4), image.Rect(0, 0, 1, 1)
	cornered := frame(whole, 1)
	cornered.SetColorIndex(0, 0, 2)
	holed := frame(whole, 1)
	holed.SetColorIndex(0, 0, 0)
	none, background, previous := byte(gif.DisposalNone), byte(gif.DisposalBackground),
		byte(gif.DisposalPrevious)
	kept := encode([]byte{none, none, none}, frame(whole, 1), frame(corner, 2), frame(corner, 0))
	check(t, "none", kept, encode([]byte{background, background, background}, frame(whole, 1),
		cornered, cornered), compare.Rules{}, "")
	restored := encode([]byte{none, previous, none}, frame(whole, 1), frame(corner, 2),
		frame(corner, 0))
	check(t, "previous", restored, encode([]byte{background, background, background},
		frame(whole, 1), cornered, frame(whole, 1)), compare.Rules{}, "")
	cleared := encode([]byte{none, background, none}, frame(whole, 1), frame(corner, 2),
		frame(corner, 0))
	check(t, "background", cleared, encode([]byte{background, background, background},
		frame(whole, 1), cornered, holed), compare.Rules{}, "")
	check(t, "they differ", kept, restored, compare.Rules{}, "frame 3 of 3")
}
