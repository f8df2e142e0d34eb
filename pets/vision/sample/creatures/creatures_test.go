package creatures

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// some is the step between the classes that are drawn where all would take long.
const some = 7

var update = flag.Bool("update", false, "rewrite testdata/pixels.txt")

// The embedded backbones were trained on these very pixels: a change here means that they can't be
// reproduced any more.
func TestPixelsStay(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skipf("the pixels are recorded on amd64; %s may round some of them differently",
			runtime.GOARCH)
	}
	var now strings.Builder
	for class, name := range Classes() {
		fmt.Fprintf(&now, "%s %x\n", name,
			sha256.Sum256(Draw(class, rand.New(rand.NewPCG(5, uint64(class)))).Pix))
	}
	for class := 0; class < len(Classes()); class += some {
		fmt.Fprintf(&now, "%s, fine %x\n", Classes()[class],
			sha256.Sum256(DrawFine(class, rand.New(rand.NewPCG(5, uint64(class)))).Pix))
	}
	const file = "testdata/pixels.txt"
	if *update {
		if err := os.WriteFile(file, []byte(now.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.Split(string(want), "\n")
	for i, row := range strings.Split(now.String(), "\n") {
		if i >= len(old) || row != old[i] {
			t.Fatalf(
				"row %d of %s is now %q: the images have changed, so the embedded backbones "+
					"must be trained again (then run with -update)", i+1, file, row)
		}
	}
}

func TestSameStreamSameImage(t *testing.T) {
	seen := map[[32]byte]string{}
	for class := 0; class < len(Classes()); class += some {
		name := Classes()[class]
		a := sha256.Sum256(Draw(class, rand.New(rand.NewPCG(3, uint64(class)))).Pix)
		if b := sha256.Sum256(Draw(class, rand.New(rand.NewPCG(3, uint64(class)))).Pix); a != b {
			t.Errorf("%s: two drawings from one seed differ", name)
		}
		if other, ok := seen[a]; ok {
			t.Errorf("%s and %s are the same image", name, other)
		}
		seen[a] = name
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, name := range Classes() {
		if name == "" || seen[name] {
			t.Errorf("class %q is there twice or has no name", name)
		}
		seen[name] = true
	}
	if len(seen) < 40 {
		t.Errorf("%d classes, want 40 or more", len(seen))
	}
}

func TestSizes(t *testing.T) {
	for _, s := range [][2]int{{128, 128}, {97, 61}, {40, 160}, {1, 1}} {
		for class := 0; class < len(Classes()); class += some {
			img := drawSize(class, s[0], s[1], rand.New(rand.NewPCG(1, 2)))
			if img.Rect.Dx() != s[0] || img.Rect.Dy() != s[1] {
				t.Fatalf("class %d: %v, want %v", class, img.Rect, s)
			}
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	n := len(Classes())
	for i := 0; b.Loop(); i++ {
		Draw(i%n, rand.New(rand.NewPCG(1, uint64(i))))
	}
}

func Example() {
	class := 2
	img := Draw(class, rand.New(rand.NewPCG(1, 0)))
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		fmt.Println(err)
		return
	}
	name := filepath.Join(os.TempDir(), Classes()[class]+".png")
	fmt.Println(filepath.Base(name), img.Bounds().Size())
	// Output: sun_bear.png (128,128)
}
