package weights

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"gopets/pets/internal/cachedir"
	"gopets/pets/internal/download"
)

// Options are options for [Load]. The zero value looks everywhere and may download.
type Options struct {
	Path string // read this file and nothing else
	// gopets' cache; "" means $GOPETS_CACHE, else "gopets" in the user's cache folder
	CacheDir string
	Offline  bool                                 // never download
	Progress func(what string, done, total int64) // of a download; total is 0 when unknown
	// "" means $HF_ENDPOINT, else https://huggingface.co
	HubURL   string
	TorchURL string       // "" means https://download.pytorch.org/models
	Client   *http.Client // nil: http.Client with short time-outs
}

// A Source is where weights came from.
type Source struct {
	// "file", "embedded", "torch's cache", "Hugging Face's cache", "gopets' cache", "download"
	Kind string
	Path string // the file that was read, "" for embedded weights
	URL  string // of a download
}

func (s Source) String() string {
	switch {
	case s.URL != "":
		return s.URL
	case s.Path != "":
		return s.Kind + ": " + s.Path
	}
	return s.Kind
}

// Load returns a network's pretrained weights: o.Path, embedded, cached, or downloaded.
func Load(ctx context.Context, arch string, o Options) (*File, Source, error) {
	if o.Path != "" {
		file, err := Read(o.Path)
		return file, Source{Kind: "file", Path: o.Path}, err
	}
	if slices.Contains(embeddedNames, arch) {
		return openEmbedded(arch)
	}
	from, known := origins[arch]
	if !known {
		return nil, Source{}, fmt.Errorf("weights for %q: no such network; known are %s", arch,
			strings.Join(Names(), ", "))
	}
	cache := cmp.Or(o.CacheDir, cachedir.Default())
	var troubles []error
	for _, p := range places(arch, cache) {
		file, err := readChecked(p.path)
		if err == nil {
			return file, Source{Kind: p.kind, Path: p.path}, nil
		}
		troubles = append(troubles, err)
	}
	if !o.Offline {
		for _, d := range downloads(from, o) {
			path := filepath.Join(cache, "weights", d.name)
			err := d.fetch(ctx, path, o)
			if err == nil {
				file, err := readChecked(path)
				if err == nil {
					return file, Source{Kind: "download", Path: path, URL: d.url}, nil
				}
				// an unreadable file in our own cache must not be found again
				_ = os.Remove(path)
				troubles = append(troubles, err)
				continue
			}
			if ctx.Err() != nil {
				return nil, Source{}, fmt.Errorf("weights for %s: %w", arch, ctx.Err())
			}
			troubles = append(troubles, err)
		}
	}
	return nil, Source{}, missing(arch, from, cache, o, troubles)
}

func missing(arch string, from origin, cache string, o Options, troubles []error) error {
	reason := "they are not in a cache folder"
	if o.Offline {
		reason += " and downloading is switched off"
	} else {
		reason += " and could not be downloaded"
	}
	all := downloads(from, o)
	last := all[len(all)-1]
	text := fmt.Sprintf("weights for %s: %s. By hand: fetch %s (%d MB) where there is a network "+
		"and put it into %s as %s, or give the file (Options.Path; in a notebook WeightsFile); "+
		"petnet10 and petnet18 need no download", arch, reason, last.url, from.size>>20,
		filepath.Join(cache, "weights"),
		last.name)
	if len(troubles) > 0 {
		return fmt.Errorf("%s. Errors: %w", text, errors.Join(troubles...))
	}
	return errors.New(text)
}

// Read reads a weight file by content, and removes prefixes of names ("module.", "model." …).
func Read(path string) (*File, error) {
	file, err := read(path)
	if err != nil {
		return nil, err
	}
	file.unwrap()
	return file, nil
}

func read(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading weights: %w", err)
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	f.Close()
	if errors.Is(err, syscall.EISDIR) {
		return nil, fmt.Errorf("reading weights from %s: it is a folder: name the file in it", path)
	}
	head = head[:n]
	safetensors := n >= 9 && head[8] == '{' && head[5]|head[6]|head[7] == 0
	if other := otherKind(head); other != "" && !safetensors {
		return nil, fmt.Errorf("reading weights from %s: it is %s", path, other)
	}
	if n >= 4 && (string(head[:2]) == "PK" || head[0] == 0x80 && head[1] <= 5) {
		// a long safetensors header could start alike; JSON follows after eight bytes
		if file, err := ReadTorch(path); err == nil {
			return file, nil
		} else if !safetensors {
			return nil, err
		}
	}
	if !safetensors {
		return nil, fmt.Errorf("reading weights from %s: it is neither a safetensors file nor "+
			"one of torch.save (it begins with %.12q)", path, head)
	}
	return ReadSafetensors(path)
}

func otherKind(head []byte) string {
	text := strings.ToLower(strings.TrimLeft(string(head), " \t\r\n\ufeff"))
	if strings.HasPrefix(text, "{") {
		text = strings.Join(strings.Fields(text), "")
	}
	for _, k := range []struct{ magic, what string }{
		{"version https://git-lfs",
			"a Git LFS pointer, not the file itself: run git lfs pull in its repository"},
		{"<!doctype", "a web page: download the file itself (on the Hub, with …/resolve/main/…)"},
		{"<html", "a web page: download the file itself (on the Hub, with …/resolve/main/…)"},
		{"<?xml", "an XML text, perhaps a server's error: download the file again"},
		{"\x89HDF", "an HDF5 file (Keras): convert it to safetensors in Python"},
		{"GGUF", "a GGUF file: only safetensors and torch.save's files are read"},
		{"\x93NUMPY", "a NumPy array: save a state dict with torch.save or safetensors"},
		{"\x1f\x8b", "a gzip archive: unpack it"},
		{"{\"weight_map",
			"the index of weights in several files, which are not read: save them as one"},
		{"{\"metadata",
			"the index of weights in several files, which are not read: save them as one"},
		{"{", "a JSON text, not weights"},
	} {
		if strings.HasPrefix(text, k.magic) || strings.HasPrefix(string(head), k.magic) {
			return k.what
		}
	}
	switch {
	case len(head) == 0:
		return "empty: download the file again"
	case head[0] == 0x08 && strings.Contains(string(head[:min(len(head), 64)]), "pytorch"):
		return "an ONNX model: give the file of torch.save or safetensors that it was made from"
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "a tar archive: unpack it"
	case strings.HasPrefix(http.DetectContentType(head), "image/"):
		return "an image"
	case utf8.Valid(head) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && !unicode.IsSpace(r)
	}):
		return fmt.Sprintf("a text (%.40q), perhaps a server's answer: download the file again",
			head)
	}
	return ""
}

var hashInName = regexp.MustCompile(`-([0-9a-f]{8,64})\.[a-z]+$`)

func readChecked(path string) (*File, error) {
	if digits := hashInName.FindStringSubmatch(filepath.Base(path)); digits != nil {
		sum, err := download.SHA256(path)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(sum, digits[1]) {
			return nil, fmt.Errorf("%s is damaged: its SHA-256 starts with %.8s, its name says "+
				"%s; remove it", path, sum, digits[1])
		}
	}
	return Read(path)
}
