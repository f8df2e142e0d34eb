package paint

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

var testRed, testBlue = RGB{200, 0, 0}, RGB{0, 0, 200}

func at(c *Canvas, x, y int) RGB {
	p := c.Pix[4*(y*c.W+x):]
	return RGB{float64(p[0]), float64(p[1]), float64(p[2])}
}

func TestFillCoversWhatItShould(t *testing.T) {
	c := NewCanvas(10, 10)
	c.Fill(Polygon(2, 2, 6.5, 2, 6.5, 8, 2, 8), RGB{0, 0, 0})
	for _, want := range []struct {
		x, y int
		v    float64
	}{{2, 2, 0}, {5, 7, 0}, {6, 4, 127}, {7, 4, 255}, {1, 4, 255}, {4, 8, 255}} {
		if got := at(c, want.x, want.y).R; math.Abs(got-want.v) > 1 {
			t.Errorf("pixel (%d,%d) is %v, want %v", want.x, want.y, got, want.v)
		}
	}
}

func TestWithinProtects(t *testing.T) {
	c := NewCanvas(20, 20)
	c.Within(Polygon(0, 0, 10, 0, 10, 20, 0, 20), func() {
		c.Within(Polygon(0, 0, 20, 0, 20, 10, 0, 10), func() {
			c.Fill(Polygon(-5, -5, 30, -5, 30, 30, -5, 30), testRed)
			c.Flood(func(x, y float64) RGB { return testRed })
		})
	})
	for _, p := range [][2]int{{12, 4}, {4, 12}, {12, 12}} {
		if got := at(c, p[0], p[1]); got.G != 255 {
			t.Errorf("pixel %v outside both clips is %v", p, got)
		}
	}
	if got := at(c, 4, 4); got != testRed {
		t.Errorf("inside both clips: %v, want %v", got, testRed)
	}
	c.Fill(Polygon(0, 0, 20, 0, 20, 20, 0, 20), testBlue)
	if got := at(c, 15, 15); got != testBlue {
		t.Errorf("the clip is still there afterwards: %v", got)
	}
}

func TestOffTheCanvas(t *testing.T) {
	c := NewCanvas(8, 8)
	before := bytes.Clone(c.Pix)
	r := Rand{rand.New(rand.NewPCG(1, 1))}
	for _, d := range []float64{-1e9, -100, 100, 1e9} {
		c.At(Move(d, d), func() {
			c.Fill(Ellipse(0, 0, 5, 5), testRed)
			c.Within(Ellipse(0, 0, 5, 5),
				func() { c.Flood(func(x, y float64) RGB { return testRed }) })
			c.Shadow(0, 0, 5, 5, 1)
			c.Whiskers(r, 3, 0, 0, 5, 1, testRed)
		})
	}
	if !bytes.Equal(before, c.Pix) {
		t.Error("something that lies beside the canvas was seen")
	}
	c.Fill(Polygon(-1e7, -1e7, 1e7, -1e7, 1e7, 1e7, -1e7, 1e7), testRed)
	if got := at(c, 4, 4); got != testRed {
		t.Errorf("a huge shape around the canvas gives %v, want %v", got, testRed)
	}
}

func TestTransforms(t *testing.T) {
	m := Move(3, -2).Mul(Turn(0.7)).Mul(Scale(-2, 0.5))
	p := Pt{1.25, -4}
	q := m.inverse().Apply(m.Apply(p))
	if math.Abs(q.X-p.X)+math.Abs(q.Y-p.Y) > 1e-9 {
		t.Errorf("there and back: %v, want %v", q, p)
	}
	if got := m.size(); math.Abs(got-1) > 1e-9 { // √(2·½)
		t.Errorf("size %v, want 1", got)
	}
	if q := Turn(math.Pi / 2).Apply(Pt{1, 0}); math.Abs(q.X)+math.Abs(q.Y-1) > 1e-9 {
		t.Errorf("a quarter turn gives %v, want (0,1)", q)
	}
}

func TestLightComesFromTheSun(t *testing.T) {
	for _, flip := range []float64{1, -1} { // a mirrored animal is lit from the same side
		c := NewCanvas(40, 40)
		c.At(Move(20, 20).Mul(Scale(flip*18, 18)), func() {
			c.Within(Ellipse(0, 0, 1, 1), func() {
				c.Flood(func(x, y float64) RGB { return RGB{120, 120, 120} })
				c.Light(0, 0, 1, 1, Sun{X: -0.7, Y: 0, Strength: 1}, 0, 1)
			})
		})
		if left, right := at(c, 8, 20).R, at(c, 32, 20).R; left <= right+20 {
			t.Errorf("flip %v: left %v, right %v, but the sun stands on the left", flip, left,
				right)
		}
	}
}

func TestFieldsStayInRange(t *testing.T) {
	for name, f := range map[string]Field{
		"stripes": Stripes(3, 0.4, 7), "spots": Spots(4, 0.3, 7), "rosettes": Rosettes(3, 0.35, 7),
		"patches": Patches(1, 0.45, 7), "speckles": Speckles(9, 0.8, 7),
		"turned": Field(Stripes(3, 0.4, 7)).Turned(1),
		"sum":    Field(Spots(4, 0.3, 7)).Plus(Stripes(2, 0.3, 1)),
	} {
		low, high := 9.0, -9.0
		for i := range 10000 {
			v := f(float64(i%100)*0.037-1.9, float64(i/100)*0.041-2.1)
			low, high = min(low, v), max(high, v)
		}
		if low < 0 || high > 1.3 || high < 0.5 || low > 0.1 {
			t.Errorf("%s goes from %.2f to %.2f: want about 0 to 1, both reached", name, low, high)
		}
	}
}

func TestEnlargeKeepsAColour(t *testing.T) {
	small := NewCanvas(6, 5)
	small.Flood(func(x, y float64) RGB { return RGB{10, 77, 200} })
	c := NewCanvas(17, 13)
	c.enlarge(small, 4)
	for y := range c.H {
		for x := range c.W {
			if got := at(c, x, y); got != (RGB{10, 77, 200}) {
				t.Fatalf("(%d,%d) is %v", x, y, got)
			}
		}
	}
}

func TestFurryGrowsOutwards(t *testing.T) {
	count := func(p Path) (dark int) {
		c := NewCanvas(60, 60)
		c.At(Move(30, 30), func() { c.Fill(p, RGB{}) })
		for i := 0; i < len(c.Pix); i += 4 {
			if c.Pix[i] < 128 {
				dark++
			}
		}
		return dark
	}
	round := Ellipse(0, 0, 18, 18)
	back := make(Path, len(round))
	for i := range round {
		back[len(back)-1-i] = round[i]
	}
	for name, p := range map[string]Path{"clockwise": round, "the other way": back} {
		r := Rand{rand.New(rand.NewPCG(1, 2))}
		if smooth, furry := count(p), count(p.Furry(r, 5, 3, 0, 0)); furry <= smooth {
			t.Errorf("%s: %d pixels with fur, %d without", name, furry, smooth)
		}
	}
}

func TestEveryPlaceIsDrawnAlike(t *testing.T) {
	for seed := range uint64(40) {
		draw := func() []byte {
			r := Rand{rand.New(rand.NewPCG(seed, 9))}
			c := NewCanvas(64, 48)
			s := c.Backdrop(r)
			s.Front(c)
			c.Develop(r, s.Sun, 1, 1, 4)
			return c.Pix
		}
		if !bytes.Equal(draw(), draw()) {
			t.Errorf("seed %d: two images from one seed differ", seed)
		}
	}
}

func BenchmarkBackdrop(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		NewCanvas(320, 240).Backdrop(Rand{rand.New(rand.NewPCG(uint64(i), 0))})
	}
}

func ExampleCanvas() {
	r := Rand{rand.New(rand.NewPCG(1, 2))}
	c := NewCanvas(160, 120)
	scene := c.Backdrop(r)
	orange, brown := Hex(0xd08a4a), Hex(0x6b3a1c)
	c.At(Move(80, 60).Mul(Scale(40, 40)), func() { // from here a unit is 40 pixels
		c.Within(Ellipse(0, 0, 1, 0.9).Furry(r, 0.08, 0.06, 0, 0.4), func() {
			c.Flood(Coat(orange, brown, Stripes(3, 0.4, 0)))
			c.Light(0, 0, 1, 0.9, scene.Sun, 0.2, 7)
		})
		for _, side := range []float64{-1, 1} {
			c.Eye(Eye{Iris: Hex(0x7fae55), Pupil: Slit}, 0.4*side, -0.1, 0.2, side, Pt{}, scene.Sun)
		}
	})
	scene.Front(c)
	c.Develop(r, scene.Sun, 1, 1, 3)
	fmt.Println(c.Image().Bounds().Size())
	// Output: (160,120)
}
