package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

type runnerCommand struct {
	name, version string
	args          func(in, out string) []string
}

func findRunners(nb string) (found []runnerCommand, missing []string) {
	found = []runnerCommand{{"nb run", "this module's",
		func(in, out string) []string { return []string{nb, "run", in, "-o", out, "--no-html"} }}}
	for _, c := range []struct {
		runnerCommand
		version []string
	}{
		{runnerCommand{name: "nbclient",
			args: func(in, out string) []string {
				return []string{"jupyter", "execute", in,
					"--output", out}
			}}, []string{"jupyter", "execute", "--version"}},
		{runnerCommand{name: "nbconvert", args: func(in, out string) []string {
			return []string{"jupyter", "nbconvert", "--to", "notebook", "--execute", in, "--output",
				filepath.Base(out), "--output-dir", filepath.Dir(out)}
		}}, []string{"jupyter", "nbconvert", "--version"}},
		{runnerCommand{name: "papermill",
			args: func(in, out string) []string { return []string{"papermill", in, out} }},
			[]string{"papermill", "--version"}},
	} {
		version, err := exec.Command(c.version[0], c.version[1:]...).Output()
		if err != nil {
			missing = append(missing, c.name+": not installed, left out")
			continue
		}
		c.runnerCommand.version, _, _ = strings.Cut(strings.TrimSpace(string(version)), " ")
		found = append(found, c.runnerCommand)
	}
	return found, missing
}

func setUp(root, nb string) error {
	cmd := exec.Command(nb, "setup", "--offline")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("nb setup: %w\n%s", err, out)
	}
	return nil
}

type measure struct {
	wall, start time.Duration
	own, tree   int // bytes
}

func (c runnerCommand) measure(j job, dir string) (m measure, err error) {
	out := filepath.Join(dir, "executed.ipynb")
	started := filepath.Join(dir, "started")
	for _, file := range []string{out, started} {
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return m, err
		}
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return m, err
	}
	defer log.Close()
	args := c.args(j.path, out)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), j.env...), startedEnv+"="+started)
	cmd.Stdout, cmd.Stderr = log, log
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return m, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for ticks := time.NewTicker(50 * time.Millisecond); ; {
		select {
		case <-ticks.C:
			own, tree := memory(cmd.Process.Pid)
			m.own, m.tree = max(m.own, own), max(m.tree, tree)
			continue
		case err = <-done:
			m.wall = time.Since(begun)
			ticks.Stop()
		}
		break
	}
	if err != nil {
		text, _ := os.ReadFile(log.Name()) // without it the status has to do
		return m, fmt.Errorf("%w: %s", err, lastLine(text))
	}
	text, err := os.ReadFile(started)
	if err != nil {
		return m, fmt.Errorf("the first cell did not run: %w", err)
	}
	at, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return m, err
	}
	m.start = time.Unix(0, at).Sub(begun)
	return m, j.check(out)
}

func memory(pid int) (own, tree int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, 0
	}
	parent, rss := map[int]int{}, map[int]int{}
	for _, e := range entries {
		id, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // it has just ended
		}
		// The name, in parentheses, may hold anything; then come state, parent, …, resident pages
		// (22nd).
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) < 22 {
			continue
		}
		parent[id], _ = strconv.Atoi(string(fields[1]))
		pages, _ := strconv.Atoi(string(fields[21]))
		rss[id] = pages * os.Getpagesize()
	}
	for id, size := range rss {
		for p := id; p > 0; p = parent[p] {
			if p == pid {
				tree += size
				break
			}
		}
	}
	return rss[pid], tree
}

func lastLine(text []byte) string {
	text = bytes.TrimSpace(text)
	return string(text[bytes.LastIndexByte(text, '\n')+1:])
}
