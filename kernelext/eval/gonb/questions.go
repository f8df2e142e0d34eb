package gonb

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// GoNB compiles a cell by a command that it finds on the PATH: goScript, which asks here first what
// the build is to see, and what to do when it fails. So a declaration that a newer one has broken
// is set aside, a module that is missing is fetched, and what the kernel adds stays out of sight.

// serveBuilds answers the stand-ins until ctx ends.
func (e *Engine) serveBuilds(ctx context.Context) error {
	for _, name := range []string{"ask", "answer"} {
		if err := unix.Mkfifo(filepath.Join(e.dir, name), 0o600); err != nil {
			return fmt.Errorf("the pipe for builds: %w", err)
		}
	}
	ask, err := os.OpenFile(filepath.Join(e.dir, "ask"), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("the pipe for builds: %w", err)
	}
	go func() {
		<-ctx.Done()
		ask.Close()
	}()
	go func() {
		lines := bufio.NewScanner(ask)
		for lines.Scan() {
			verb, rest, _ := strings.Cut(lines.Text(), " ")
			if err := e.answer(e.handle(verb, rest)); err != nil {
				e.logf("answering a build: %v", err)
			}
		}
	}()
	return nil
}

// answer writes to the stand-in that waits; one that was killed meanwhile does not.
func (e *Engine) answer(text string) error {
	for end := time.Now().Add(2 * time.Second); ; time.Sleep(time.Millisecond) {
		fd, err := unix.Open(filepath.Join(e.dir, "answer"),
			unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		if err == nil {
			_, err = unix.Write(fd, []byte(text+"\n"))
			unix.Close(fd)
			return err
		}
		if time.Now().After(end) {
			return err
		}
	}
}

// handle answers one question; the zero answer has the stand-in go on by itself.
func (e *Engine) handle(verb, rest string) (answer string) {
	e.mu.Lock()
	x, c := e.current, e.child
	e.mu.Unlock()
	if x == nil || c == nil {
		return "plain"
	}
	x.building.Lock()
	defer x.building.Unlock()
	var err error
	switch verb {
	case "imports":
		answer, err = e.mendImports(x, c.dir, rest)
	case "build":
		verb, kind, _ := strings.Cut(rest, " ")
		x.build, err = e.newBuild(x, c.dir, verb == "test", kind)
		answer = "ready"
		if err == nil && x.build.overlay.copied {
			answer = "copy " + x.build.overlay.module
		}
	case "failed":
		answer, err = x.build.fix()
	}
	if err != nil {
		e.logf("%s of a cell: %v", verb, err)
		return "plain"
	}
	return answer
}

// lastBuild returns the build of a cell's program, nil if there was none or if one goes on, as it may
// when the cell was interrupted.
func (x *execution) lastBuild() *build {
	if !x.building.TryLock() {
		return nil
	}
	defer x.building.Unlock()
	return x.build
}
