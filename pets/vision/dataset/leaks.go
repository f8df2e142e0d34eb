package dataset

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

type pair struct{ Valid, Train string }

func (s *Split) duplicates(ctx context.Context) []pair {
	bySize := map[int64][]string{}
	sizes := make([]int64, len(s.Valid))
	for i, it := range s.Valid {
		if sizes[i] = fileSize(it.Path); sizes[i] > 0 {
			bySize[sizes[i]] = nil
		}
	}
	for _, it := range s.Train {
		size := fileSize(it.Path)
		if list, wanted := bySize[size]; wanted {
			bySize[size] = append(list, it.Path)
		}
	}
	var pairs []pair
	sums := map[string][sha256.Size]byte{}
	sum := func(path string) [sha256.Size]byte {
		if _, known := sums[path]; !known {
			sums[path] = fileSum(path)
		}
		return sums[path]
	}
	for i, it := range s.Valid {
		if ctx.Err() != nil {
			break
		}
		for _, train := range bySize[sizes[i]] {
			if of := sum(it.Path); of == sum(train) && of != [sha256.Size]byte{} {
				pairs = append(pairs, pair{it.Path, train})
				break
			}
		}
	}
	return pairs
}

// Warning returns a line for each problem: classes that seem to be one or have no training image,
// and images in both sets.
func (s *Split) Warning(ctx context.Context) string {
	var lines []string
	if groups := alike(slices.Concat(s.Classes, s.DroppedLabels)); len(groups) > 0 {
		lines = append(lines, fmt.Sprintf("classes with almost one name: %s: rename the folders "+
			"or labels if they are one class", some(groups)))
	}
	if n := len(s.DroppedLabels); n > 0 {
		lines = append(lines, fmt.Sprintf("%s left out, with images in the validation set only: "+
			"%s: add training images, or stratify the split", count(n, "class is", "classes are"),
			some(s.DroppedLabels)))
	}
	if pairs := s.duplicates(ctx); len(pairs) > 0 {
		names := make([]string, len(pairs))
		for i, p := range pairs {
			names[i] = p.names()
		}
		lines = append(lines, fmt.Sprintf("%s in the training set too: %s: remove one of each, "+
			"or the error rate looks too good", count(len(pairs), "validation image is",
			"validation images are"), some(names)))
	}
	return strings.Join(lines, "\n")
}

func (p pair) names() string {
	valid, train := strings.Split(filepath.ToSlash(p.Valid), "/"),
		strings.Split(filepath.ToSlash(p.Train), "/")
	n := 1
	for n < min(len(valid), len(train)) && valid[len(valid)-n] == train[len(train)-n] {
		n++
	}
	return strings.Join(valid[len(valid)-n:], "/") + " = " + strings.Join(train[len(train)-n:], "/")
}

func alike(classes []string) (groups []string) {
	same := map[string][]string{}
	for _, c := range classes {
		key := strings.ToLower(strings.Join(strings.Fields(c), " "))
		same[key] = append(same[key], strconv.Quote(c))
	}
	for _, names := range same {
		if len(names) > 1 {
			groups = append(groups, strings.Join(names, " and "))
		}
	}
	slices.Sort(groups)
	return groups
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func some(names []string) string {
	const most = 12
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return info.Size()
}

// fileSum returns the zero sum for a file that cannot be read.
func fileSum(path string) (sum [sha256.Size]byte) {
	f, err := os.Open(path)
	if err != nil {
		return sum
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum
	}
	h.Sum(sum[:0])
	return sum
}
