package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tarOf packs entries; a header without a size gets that of its body.
func tarOf(t testing.TB, entries ...tar.Header) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range entries {
		body := h.PAXRecords["body"]
		h.PAXRecords, h.Mode = nil, 0o644
		h.Size = int64(len(body))
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func file(name, body string) tar.Header {
	return tar.Header{Name: name, PAXRecords: map[string]string{"body": body}}
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// unpackInto unpacks into a folder inside another, and returns both.
func unpackInto(t testing.TB, archive []byte, most limits) (outer, inner string, err error) {
	outer = t.TempDir()
	inner = filepath.Join(outer, "inner")
	if err := os.Mkdir(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(inner)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	return outer, inner, unpack(bytes.NewReader(archive), root, most)
}

// contents are all files below a folder.
func contents(t testing.TB, dir string) map[string]string {
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		found[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestUnpack(t *testing.T) {
	plain := tarOf(t, tar.Header{Name: "pets/", Typeflag: tar.TypeDir},
		file("pets/images/a_1.jpg", "A"), file("./pets/list.txt", "list"),
		file("pets/images/a..b", "dots"))
	for name, archive := range map[string][]byte{"tar": plain, "tar.gz": gzipped(plain)} {
		_, inner, err := unpackInto(t, archive, archiveLimits(1<<20))
		got := contents(t, inner)
		if err != nil || len(got) != 3 || got["pets/images/a_1.jpg"] != "A" ||
			got["pets/list.txt"] != "list" || got["pets/images/a..b"] != "dots" {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestUnpackRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		archive []byte
		want    string
	}{
		"parent":         {tarOf(t, file("../evil", "x")), "leads outside"},
		"parent inside":  {tarOf(t, file("a/b/../../../evil", "x")), "leads outside"},
		"parent windows": {tarOf(t, file(`a\..\..\evil`, "x")), "leads outside"},
		"absolute":       {tarOf(t, file("/evil", "x")), "not a path inside"},
		"drive":          {tarOf(t, file(`C:\evil`, "x")), "not a path inside"},
		"symlink": {tarOf(t, tar.Header{Name: "a", Linkname: "/etc",
			Typeflag: tar.TypeSymlink}, file("a/evil", "x")), "link"},
		"hardlink": {tarOf(t, tar.Header{Name: "a", Linkname: "/etc/passwd",
			Typeflag: tar.TypeLink}), "link"},
		"device": {tarOf(t, tar.Header{Name: "a", Typeflag: tar.TypeChar}),
			"neither file nor folder"},
		"pipe": {tarOf(t, tar.Header{Name: "a", Typeflag: tar.TypeFifo}),
			"neither file nor folder"},
		"no name": {tarOf(t, file(".", "x")), "no name"},
		"huge":    {tarOf(t, file("a", strings.Repeat("x", 3000))), "over 0 MB"},
		"bomb": {gzipped(tarOf(t, file("a", strings.Repeat("x", 800)),
			file("b", strings.Repeat("x", 800)))), "over 0 MB"},
		"many": {tarOf(t, file("1", ""), file("2", ""), file("3", ""), file("4", "")),
			"more than 3 files"},
		"cut":            {gzipped(tarOf(t, file("a", "xyz")))[:40], "ends early"},
		"not tar":        {bytes.Repeat([]byte("hello"), 1000), "damaged"},
		"nothing":        {nil, "empty or no tar"},
		"file as folder": {tarOf(t, file("a", "x"), file("a/b", "x")), `"a/b"`},
	} {
		outer, inner, err := unpackInto(t, c.archive, limits{bytes: 1000, files: 3})
		says(t, name, err, c.want)
		for file := range contents(t, outer) {
			if !strings.HasPrefix(file, "inner/") {
				t.Errorf("%s: wrote %s outside its folder", name, file)
			}
		}
		if links, _ := filepath.Glob(filepath.Join(inner, "*")); len(links) > 0 &&
			(name == "symlink" || name == "hardlink") {
			t.Errorf("%s: made %v", name, links)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(tarOf(f, file("pets/a", "x")))
	f.Add(gzipped(tarOf(f, file("../a", "x"))))
	f.Add(tarOf(f, tar.Header{Name: "a", Linkname: "..", Typeflag: tar.TypeSymlink},
		file("a/b", "x")))
	f.Fuzz(func(t *testing.T, archive []byte) {
		outer, _, _ := unpackInto(t, archive, limits{bytes: 1 << 16, files: 16})
		entries, err := os.ReadDir(outer)
		if err != nil || len(entries) != 1 {
			t.Errorf("something was written outside the folder: %v, %v", entries, err)
		}
	})
}

// says checks that an error exists and contains every one of the words.
func says(t *testing.T, name string, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", name)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: the error lacks %q: %v", name, w, err)
		}
	}
}
