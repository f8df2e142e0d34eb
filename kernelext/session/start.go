package session

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"syscall"
	"time"

	"gopets/kernelext/session/internal/discovery"
)

// Open returns this kernel's session (outside GoNB: this process's), started if necessary.
func (w Worker) Open(ctx context.Context) (*Session, error) {
	p, err := discovery.FindPlace(w.Name)
	if err != nil {
		return nil, err
	}
	if s, err := connect(ctx, p); err == nil {
		return s, nil
	}
	if err := p.Make(); err != nil {
		return nil, err
	}
	lock, err := discovery.LockFile(p.Lock(), true)
	if err != nil {
		return nil, fmt.Errorf("session: waiting for another start: %w", err)
	}
	defer lock.Unlock()
	if s, err := connect(ctx, p); err == nil { // another cell was quicker
		return s, nil
	}
	return w.start(ctx, p)
}

const patience = 60 * time.Second

// start builds and starts the worker and waits for its first answer. The place's lock is held.
func (w Worker) start(ctx context.Context, p discovery.Place) (*Session, error) {
	program, src, err := w.build(ctx)
	if err != nil {
		return nil, err
	}
	note, err := json.Marshal(src)
	if err != nil {
		return nil, err
	}
	if err := WriteFile(p.Source(), note); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	if err := WriteFile(p.Secret(), []byte(rand.Text())); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	os.Remove(p.Socket()) // of a worker that was killed
	logPath, logFile, err := newLog(w.Name)
	if err != nil {
		return nil, fmt.Errorf("session: its log: %w", err)
	}
	defer logFile.Close()
	discovery.KeepFilesOut()
	cmd := exec.Command(program, "session", "-name", w.Name, "-dir", p.Dir, "-owner",
		p.Owner.String(), "-build", src.Hash, "-log", logPath)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Dir = CacheDir()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("session: starting %s: %w", program, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	limit := time.After(patience)
	for {
		if s, err := connect(ctx, p); err == nil {
			return s, nil
		}
		select {
		case err := <-ended:
			return nil, fmt.Errorf("session: the worker ended at once (%v); its log %s says:\n%s",
				err, logPath, tail(logPath, 20))
		case <-ctx.Done():
			cmd.Process.Kill()
			return nil, ctx.Err()
		case <-limit:
			cmd.Process.Kill()
			return nil,
				fmt.Errorf("session: the worker did not answer within %v; its log %s:\n%s",
					patience, logPath, tail(logPath, 20))
		case <-time.After(10 * time.Millisecond):
		}
	}
}

const keptLogs = 10

func newLog(name string) (string, *os.File, error) {
	dir := filepath.Join(CacheDir(), "logs")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, err
	}
	if old, err := filepath.Glob(filepath.Join(dir, name+"-*.log")); err == nil &&
		len(old) > keptLogs {
		sort.Strings(old) // by date
		for _, path := range old[:len(old)-keptLogs] {
			os.Remove(path)
		}
	}
	path := filepath.Join(dir, fmt.Sprintf("%s-%s-%d.log", name,
		time.Now().Format("20060102-150405"), os.Getpid()))
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return path, f, err
}

func (w Worker) noticeLater(text string) (done func()) {
	if w.Notice == nil {
		return func() {}
	}
	printed := make(chan struct{})
	timer := time.AfterFunc(time.Second, func() { w.Notice(text); close(printed) })
	return func() {
		if !timer.Stop() {
			<-printed
		}
	}
}
