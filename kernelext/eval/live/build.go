package live

import (
	"bytes"
	"context"
	"fmt"
	"go/build"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A builder calls the compiler and the linker itself: the go command would take as long again.
type builder struct {
	tool     *toolchain
	packages *packages
	extld    string // the script that stands before the C compiler when it links
}

// linkerScript runs the C compiler. It answers the Go linker's three trial compilations, which find
// out its flags and take longer than the link.
const linkerScript = `#!/bin/sh
case "$*" in
*Qunused-arguments*trivial.c | *compress-debug-sections*trivial.c) exit 1 ;;
*trivial.c) exit 0 ;;
*-shared*) exec %s "$@" ;;
esac
exec %s "$@"
`

func newBuilder(tool *toolchain, p *packages, dir string) (*builder, error) {
	b := &builder{tool: tool, packages: p, extld: filepath.Join(dir, "extld")}
	shared := tool.cc
	if _, err := exec.LookPath("ld.gold"); err == nil && tool.goos == "linux" {
		shared += " -fuse-ld=gold" // takes half as long as the usual linker
	}
	return b, os.WriteFile(b.extld, fmt.Appendf(nil, linkerScript, shared, tool.cc), 0o700)
}

type importConfig struct{ lines, maps []string }

func (c *importConfig) file(path, file string) {
	c.lines = append(c.lines, "packagefile "+path+"="+file)
}

func (c *importConfig) mapped(from, to string) {
	c.maps = append(c.maps, "importmap "+from+"="+to)
}

func (c *importConfig) packages(all []*pkg) {
	for _, k := range all {
		if k.Export != "" {
			c.file(k.ImportPath, k.Export)
		}
	}
}

func (c *importConfig) write(file string, withMaps bool) error {
	lines := c.lines
	if withMaps {
		lines = append(slices.Clone(c.maps), lines...)
	}
	return os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}

type compilation struct {
	path   string // of the package
	dir    string // left out of positions
	config *importConfig
	files  []string
	out    string
	loose  bool // functions may lack a body
	lang   string
	embed  string // the file that says what //go:embed stands for
}

// compilerFlags are those of all packages. Large global maps are initialised with their package:
// otherwise the linker leaves out maps that the first plugin with the package does not use, and
// they stay empty in later ones. Without DWARF the linker reads less.
var compilerFlags = []string{"-d=wrapglobalmapctl=1", "-dwarf=false"}

func flagsOfAll() string { return "-gcflags=all=" + strings.Join(compilerFlags, " ") }

func (b *builder) compile(ctx context.Context, c compilation) error {
	config := c.out + ".cfg"
	if err := c.config.write(config, true); err != nil {
		return err
	}
	args := append([]string{"-o", c.out, "-p", c.path, "-dynlink", "-pack", "-importcfg", config,
		"-trimpath", c.dir + "=>"}, compilerFlags...)
	if !c.loose {
		args = append(args, "-complete")
	}
	if c.lang != "" {
		args = append(args, "-lang="+c.lang)
	}
	if c.embed != "" {
		args = append(args, "-embedcfg", c.embed)
	}
	return b.tool.build(ctx, c.dir, b.tool.compiler, append(args, c.files...)...)
}

type linking struct {
	config *importConfig
	dir    string
	main   string
	out    string
	args   []string
}

func (b *builder) link(ctx context.Context, l linking) error {
	config := l.out + ".cfg"
	if err := l.config.write(config, false); err != nil {
		return err
	}
	args := append([]string{"-importcfg", config, "-s", "-w", "-buildid=", "-extld", b.extld, "-o",
		l.out}, l.args...)
	return b.tool.build(ctx, l.dir, b.tool.linker, append(args, l.main)...)
}

func (b *builder) fits(name string, text []byte) bool {
	c := build.Default
	c.GOOS, c.GOARCH, c.CgoEnabled = b.tool.goos, b.tool.goarch, true
	ok, err := matchFile(c, name, text)
	return err == nil && ok
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func matchFile(c build.Context, name string, text []byte) (bool, error) {
	c.OpenFile = func(string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(text)),
			nil
	}
	return c.MatchFile("/", name)
}
