package weights

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

type origin struct {
	// torchvision's file names, the present one first, with the start of their SHA-256
	files []string
	// repository on the Hub with the same weights as model.safetensors, "" where its names differ
	hub  string
	size int64 // about, in bytes, for messages
}

// origins lists torchvision's first ImageNet weights (IMAGENET1K_V1), which are fastai v1's.
var origins = map[string]origin{
	"resnet18": {files: []string{"resnet18-f37072fd.pth", "resnet18-5c106cde.pth"},
		hub: "timm/resnet18.tv_in1k", size: 47 << 20},
	"resnet34": {files: []string{"resnet34-b627a593.pth", "resnet34-333f7ec4.pth"},
		hub: "timm/resnet34.tv_in1k", size: 87 << 20},
	"resnet50": {files: []string{"resnet50-0676ba61.pth", "resnet50-19c8e357.pth"},
		hub: "timm/resnet50.tv_in1k", size: 103 << 20},
	"mobilenet_v2":  {files: []string{"mobilenet_v2-b0353104.pth"}, size: 14 << 20},
	"convnext_tiny": {files: []string{"convnext_tiny-983f1562.pth"}, size: 114 << 20},
}

var embeddedNames = []string{"petnet10", "petnet18"}

//go:embed embedded
var embedded embed.FS

// Names returns the names of the networks that Load supports.
func Names() []string {
	names := slices.Clone(embeddedNames)
	for name := range origins {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func openEmbedded(arch string) (*File, Source, error) {
	content, err := embedded.ReadFile("embedded/" + arch + ".safetensors")
	if err != nil {
		return nil, Source{}, fmt.Errorf("weights for %s: they are not embedded in this build; "+
			"give a file (Options.Path), or start from random weights", arch)
	}
	file, err := decodeSafetensors(strings.NewReader(string(content)), int64(len(content)))
	if err != nil {
		return nil, Source{}, fmt.Errorf("weights for %s: embedded file: %w", arch, err)
	}
	return file, Source{Kind: "embedded"}, nil
}

type place struct {
	kind string
	path string
}

func places(arch, cache string) []place {
	from := origins[arch]
	var found []place
	for _, dir := range torchDirs() {
		for _, name := range from.files {
			found = append(found, place{"torch's cache", filepath.Join(dir, name)})
		}
	}
	if from.hub != "" {
		repo := "models--" + strings.ReplaceAll(from.hub, "/", "--")
		snapshots, _ := filepath.Glob(filepath.Join(globQuote(hubDir()), repo, "snapshots", "*",
			hubFile))
		for _, path := range snapshots {
			found = append(found, place{"Hugging Face's cache", path})
		}
		found = append(found, place{"gopets' cache", filepath.Join(cache, "weights",
			hubName(from.hub))})
	}
	for _, name := range from.files {
		found = append(found, place{"gopets' cache", filepath.Join(cache, "weights", name)})
	}
	return slices.DeleteFunc(found, func(p place) bool {
		info, err := os.Stat(p.path)
		return err != nil || !info.Mode().IsRegular()
	})
}

const hubFile = "model.safetensors"

func hubName(repo string) string { return strings.ReplaceAll(repo, "/", "--") + ".safetensors" }

func torchDirs() []string {
	var dirs []string
	if home := os.Getenv("TORCH_HOME"); home != "" {
		dirs = append(dirs, filepath.Join(home, "hub", "checkpoints"))
	} else if cache := xdgCache(); cache != "" {
		dirs = append(dirs, filepath.Join(cache, "torch", "hub", "checkpoints"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, ".torch", "models"))
	}
	return dirs
}

func hubDir() string {
	if dir := os.Getenv("HF_HUB_CACHE"); dir != "" {
		return dir
	}
	if home := os.Getenv("HF_HOME"); home != "" {
		return filepath.Join(home, "hub")
	}
	return filepath.Join(xdgCache(), "huggingface", "hub")
}

// xdgCache is ~/.cache on every system, as in the Python libraries.
func xdgCache() string {
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".cache")
}

func globQuote(path string) string {
	if runtime.GOOS == "windows" {
		return path
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
