package sample

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// annotate writes Oxford's lists: name, class from 1, species (1 cat, 2 dog), number in it.
func annotate(dir string, perBreed int) error {
	list := strings.Builder{}
	list.WriteString(
		"#Image CLASS-ID SPECIES BREED ID\n#ID: 1:37 Class ids\n#SPECIES: 1:Cat 2:Dog\n" +
			"#BREED ID: 1-25:Cat 1:12:Dog\n#All images with 1st letter as captial are cat " +
			"images\n#images with small first letter are dog images\n")
	var train, test strings.Builder
	number := map[bool]int{}
	for i, b := range breeds() {
		number[b.cat]++
		species := 2
		if b.cat {
			species = 1
		}
		for n := 1; n <= perBreed; n++ {
			row := fmt.Sprintf("%s_%d %d %d %d\n", b.name, n, i+1, species, number[b.cat])
			list.WriteString(row)
			if n <= (perBreed+1)/2 {
				train.WriteString(row)
			} else {
				test.WriteString(row)
			}
		}
	}
	for name, text := range map[string]string{"list.txt": list.String(),
		"trainval.txt": train.String(), "test.txt": test.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
