package gonb

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// gonbui, by which cells display things, writes to a pipe and goes on. Cells are built with a copy
// of it, by a replace line in their go.work, in which two lines differ: the pipe becomes the
// kernel's socket, and each message waits until the kernel has passed it on.

var gonbuiEdits = [][2]string{
	{"gonbWriterPipe, gonbPipesError = os.OpenFile(gonbWriterPath, os.O_WRONLY, 0600)",
		"gonbWriterPipe, gonbPipesError = nbOpen(gonbWriterPath)"},
	{"err := gonbEncoder.Encode(data)", "err := nbSend(data)"},
}

const gonbuiAddition = `package gonbui

import (
	"encoding/binary"
	"os"
	"syscall"
)

var nbSocket bool

func nbOpen(path string) (*os.File, error) {
	dir := os.Getenv("NB_CELL")
	if _, err := os.Stat(dir + "/plain"); dir == "" || err == nil {
		return os.OpenFile(path, os.O_WRONLY, 0600)
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(fd)
	for {
		if err = syscall.Connect(fd, &syscall.SockaddrUnix{Name: dir + "/sock"}); err != syscall.EINTR {
			break
		}
	}
	if err != nil {
		syscall.Close(fd)
		return nil, err
	}
	f := os.NewFile(uintptr(fd), dir+"/sock")
	var hello []byte
	for _, field := range []string{"gonbui", path} {
		hello = binary.BigEndian.AppendUint32(hello, uint32(len(field)))
		hello = append(hello, field...)
	}
	if _, err := f.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(hello))), hello...)); err != nil {
		return nil, err
	}
	nbSocket = true
	return f, nil
}

func nbSend(data any) error {
	if err := gonbEncoder.Encode(data); err != nil || !nbSocket {
		return err
	}
	var ack [1]byte
	_, err := gonbWriterPipe.Read(ack[:])
	return err
}
`

var gonbuiFolders = []string{"gonbui", "common", "cache", "version"}

// copyGonbui copies a gonb module into a folder, once, and returns the copy's path. If the lines to
// change are not found it returns an error.
func copyGonbui(folder, module string) (string, error) {
	main, err := os.ReadFile(filepath.Join(module, "gonbui", "gonbui.go"))
	if err != nil {
		return "", fmt.Errorf("reading gonbui: %w", err)
	}
	for _, edit := range gonbuiEdits {
		if bytes.Count(main, []byte(edit[0])) != 1 {
			return "",
				fmt.Errorf(
					"the gonbui in %s is not one that this kernel knows: it lacks the line %q",
					module, edit[0])
		}
		main = bytes.Replace(main, []byte(edit[0]), []byte(edit[1]), 1)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", module, main, gonbuiAddition))
	place := filepath.Join(folder, "gonbui-"+hex.EncodeToString(sum[:6]))
	if _, err := os.Stat(place); err == nil {
		return place, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(folder, ".gonbui-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	mod, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(tmp, "go.mod"), mod, 0o644); err != nil {
		return "", err
	}
	for _, part := range gonbuiFolders {
		if err := copyTree(filepath.Join(tmp, part), filepath.Join(module, part)); err != nil {
			return "", fmt.Errorf("copying gonbui: %w", err)
		}
	}
	for name, text := range map[string][]byte{"gonbui.go": main,
		"nb_unix.go": []byte("//go:build unix\n\n" + gonbuiAddition)} {
		if err := os.WriteFile(filepath.Join(tmp, "gonbui", name), text, 0o644); err != nil {
			return "", err
		}
	}
	if err := os.Rename(tmp, place); err != nil {
		if _, serr := os.Stat(place); serr == nil {
			return place, nil // another kernel was faster
		}
		return "", err
	}
	return place, nil
}

// copyTree copies a folder's files without tests. The copy is writable, unlike the module cache.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		if strings.HasSuffix(path, "_test.go") || !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o644)
	})
}
