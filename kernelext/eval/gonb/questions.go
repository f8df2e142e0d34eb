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

// GoNB compiles a cell by goScript, which asks here what the build should see, and what to do when
// it fails.

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

// handle answers a question; "" lets the script go on by itself.
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

// lastBuild returns the cell's build, nil if there is none or it still runs, as after an interrupt.
func (x *execution) lastBuild() *build {
	if !x.building.TryLock() {
		return nil
	}
	defer x.building.Unlock()
	return x.build
}
