package images

import "testing"

func TestResizedTo(t *testing.T) {
	for _, c := range [][5]int{ // w, h, size, wanted w, h (fastai §4.2a)
		{500, 375, 224, 299, 224}, {333, 500, 224, 224, 336}, {150, 200, 224, 224, 299},
		{500, 375, 299, 399, 299},
		{80, 60, 32, 43, 32}, {1, 1, 224, 224, 224}, {1000, 1, 8, 8000, 8},
	} {
		if w, h := ResizedTo(c[0], c[1], c[2], c[2]); w != c[3] || h != c[4] {
			t.Errorf("%d×%d to %d: %d×%d, want %d×%d", c[0], c[1], c[2], w, h, c[3], c[4])
		}
	}
}

func TestArea(t *testing.T) {
	p := New(7, 1) // 0…6 by 1/1.4 (fastai §4.3)
	for i := range p.Pix {
		p.Pix[i] = uint8(i / 3)
	}
	got := p.Area(5, 1, nil)
	for i, want := range []float32{.5, 1.5, 3, 4.5, 5.5} {
		for c := range 3 {
			if got[3*i+c] != want {
				t.Errorf("place %d is %v, want %v", i, got[3*i+c], want)
			}
		}
	}
	q := ramp(5, 4)
	for i, v := range q.Area(5, 4, nil) {
		if v != float32(q.Pix[i]) {
			t.Fatalf("the same size changed value %d: %v, was %d", i, v, q.Pix[i])
		}
	}
	white := New(3000, 2000)
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	for _, v := range white.Area(3, 2, nil) {
		if v != 255 {
			t.Fatalf("a white image became %v", v)
		}
	}
}
