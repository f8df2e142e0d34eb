package dataset

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Labelled is an image's file and the name of its class.
type Labelled struct{ Path, Label string }

// LabelByRegexp returns each label from the first group of a pattern (RE2), searched in the whole
// path with slashes (fastai's from_name_re, §2.1), for instance `/([^/]+)_\d+.jpg$`.
func LabelByRegexp(files []string, pattern string) ([]Labelled, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil,
			fmt.Errorf(
				"label pattern `%s`: %w (Go's syntax has no look-ahead, look-behind or "+
					"back-references)", pattern, err)
	}
	if re.NumSubexp() < 1 {
		return nil,
			fmt.Errorf(
				"label pattern `%s`: it has no group: put parentheses around the part that is "+
					"the label, as in `%s`", pattern, `/([^/]+)_\d+.jpg$`)
	}
	items := make([]Labelled, 0, len(files))
	failed, example := 0, ""
	for _, file := range files {
		m := re.FindStringSubmatch(filepath.ToSlash(file))
		if m == nil || m[1] == "" {
			if failed == 0 {
				example = file
			}
			failed++
			continue
		}
		items = append(items, Labelled{file, m[1]})
	}
	if failed > 0 {
		return nil,
			fmt.Errorf("label pattern `%s`: it does not match %d of %d files, for example %q: %s",
				pattern, failed, len(files), example,
				advice(re, pattern, filepath.ToSlash(example)))
	}
	return items, nil
}

func advice(re *regexp.Regexp, pattern, file string) string {
	matches := func(changed string) bool {
		other, err := regexp.Compile(changed)
		return err == nil && other.NumSubexp() > 0 && other.MatchString(file)
	}
	if re.MatchString(file) {
		return "the group for the label is empty there: let it match at least one character"
	}
	if strings.HasPrefix(pattern, "/") && matches(strings.TrimPrefix(pattern, "/")) {
		return "the pattern begins with / but the path has no folder: leave the / out"
	}
	if matches("(?i)" + pattern) {
		return "only upper and lower case differ: begin the pattern with (?i)"
	}
	if ext := path.Ext(file); ext != "" {
		if stem := patternExtension.ReplaceAllString(pattern, ""); stem != pattern &&
			matches(stem+regexp.QuoteMeta(ext)+"$") {
			return fmt.Sprintf("the file ends in %s and the pattern in %s: end it with %s", ext,
				patternExtension.FindString(pattern), `\.\w+$`)
		}
	}
	return fmt.Sprintf(
		"the pattern is searched in the whole path and its first group is the label: change it "+
			"to fit this name, or leave such files out; "+
			"for names like %q a pattern is `%s`", path.Base(file), suggestion(file))
}

var patternExtension = regexp.MustCompile(`\\?\.(jpe?g|png|gif|webp|bmp|tiff?)\$?$`)

func suggestion(file string) string {
	base := path.Base(file)
	for _, p := range []string{`([^/]+)_\d+\.\w+$`, `([^/]+)[-.]\d+\.\w+$`,
		`([^/]+) \(?\d+\)?\.\w+$`} {
		if regexp.MustCompile(`^` + p).MatchString(base) {
			return p
		}
	}
	return `([^/]+)/[^/]+$`
}

// LabelByFolder uses the name of each file's folder as its label.
func LabelByFolder(files []string) ([]Labelled, error) {
	return LabelByFunc(files, func(file string) (string, error) {
		dir := path.Base(path.Dir(filepath.ToSlash(file)))
		if dir == "." || dir == "/" {
			return "",
				errors.New(
					"the path has no folder: put the images of each class into a folder with the " +
						"class's name")
		}
		return dir, nil
	})
}

// checkClassFolders requires every file in a class folder below one of the roots, and two classes.
func checkClassFolders(files []string, roots ...string) error {
	const fix = "put the images of each class into a folder with the class's name"
	beside, class := 0, ""
	example, classes := "", map[string]bool{}
	for _, file := range files {
		dir := filepath.Dir(file)
		if slices.ContainsFunc(roots,
			func(root string) bool { return filepath.Clean(root) == dir }) {
			if beside++; beside == 1 {
				example = filepath.Base(file)
			}
			continue
		}
		class = filepath.Base(dir)
		classes[class] = true
	}
	switch {
	case len(files) == 0:
		return nil // reported elsewhere
	case beside == len(files):
		return fmt.Errorf("%s has no class folders: its %d images are in the folder itself: %s, "+
			"or take the labels from the names (FromNameRE)", roots[0], beside, fix)
	case beside > 0:
		return fmt.Errorf("%d of %d images are beside the class folders, for example %s: %s",
			beside, len(files), example, fix)
	case len(classes) == 1:
		return fmt.Errorf("all %d images are in one class folder, %s: %s, two classes at least",
			len(files), class, fix)
	}
	return nil
}

// LabelByFunc calls label for each file.
func LabelByFunc(files []string, label func(file string) (string, error)) ([]Labelled, error) {
	items := make([]Labelled, len(files))
	for i, file := range files {
		name, err := label(file)
		if err == nil && name == "" {
			err = errors.New("the label is empty")
		}
		if err != nil {
			return nil, fmt.Errorf("label of %q: %w", file, err)
		}
		items[i] = Labelled{file, name}
	}
	return items, nil
}

// LabelByLists uses labels[i] for files[i].
func LabelByLists(files, labels []string) ([]Labelled, error) {
	if len(files) != len(labels) {
		return nil, fmt.Errorf("labels: %d files but %d labels: give one label for each file",
			len(files), len(labels))
	}
	items := make([]Labelled, len(files))
	for i := range files {
		if labels[i] == "" {
			return nil, fmt.Errorf("label of %q: the label is empty", files[i])
		}
		items[i] = Labelled{files[i], labels[i]}
	}
	return items, nil
}
