package vision_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The table of fastai.md names tests: each must be there.
func TestTableOfTests(t *testing.T) {
	text, err := os.ReadFile("fastai.md")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for line := range strings.Lines(string(text)) {
		dir := ""
		for _, word := range regexp.MustCompile(`[\w/]+:|(Test|Fuzz)\w+`).FindAllString(line, -1) {
			if folder, ok := strings.CutSuffix(word, ":"); ok {
				dir = strings.TrimPrefix(folder, "pets/")
				if dir != folder {
					dir = filepath.Join("..", dir)
				}
				continue
			}
			named++
			if !has(t, dir, "func "+word+"(") {
				t.Errorf("%q has no %s", dir, word)
			}
		}
	}
	if named < 50 {
		t.Errorf("only %d tests found in the table", named)
	}
}

func has(t *testing.T, dir, text string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(code), text) {
			return true
		}
	}
	return false
}
