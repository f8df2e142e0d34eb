package session

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// HTTP/1.1 over a Unix socket, with os and syscall alone: package net/http would be two thirds of a
// cell's linking.

type response struct {
	status int
	body   io.Reader
	conn   *os.File
	stop   func() bool
}

func (r *response) close() {
	r.stop()
	r.conn.Close()
}

func roundTrip(ctx context.Context, socket, verb, path string, header map[string]string,
	body []byte) (*response, error) {
	conn, err := dialUnix(socket)
	if err != nil {
		return nil, err
	}
	r := &response{conn: conn, stop: context.AfterFunc(ctx, func() { conn.Close() })}
	if err := r.exchange(verb, path, header, body); err != nil {
		r.close()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, err
	}
	return r, nil
}

func (r *response) exchange(verb, path string, header map[string]string, body []byte) error {
	var b strings.Builder
	fmt.Fprintf(&b,
		"%s %s HTTP/1.1\r\nHost: session\r\nConnection: close\r\nContent-Length: %d\r\n", verb,
		path, len(body))
	for name, value := range header {
		if strings.ContainsAny(value, "\r\n") {
			return fmt.Errorf("the header %s has two lines", name)
		}
		fmt.Fprintf(&b, "%s: %s\r\n", name, value)
	}
	b.WriteString("\r\n")
	// in one write: the server may answer a request without a body and hang up
	if _, err := r.conn.Write(append([]byte(b.String()), body...)); err != nil {
		return err
	}
	in := bufio.NewReaderSize(r.conn, 32<<10)
	line, err := headerLine(in)
	if err != nil {
		return err
	}
	words := strings.SplitN(line, " ", 3)
	if len(words) < 2 || !strings.HasPrefix(words[0], "HTTP/1.") {
		return fmt.Errorf("it is not HTTP: %.40q", line)
	}
	if r.status, err = strconv.Atoi(words[1]); err != nil {
		return fmt.Errorf("it is not HTTP: %.40q", line)
	}
	r.body = in // to the end of the connection, unless a header says otherwise
	for {
		if line, err = headerLine(in); err != nil || line == "" {
			return err
		}
		name, value, _ := strings.Cut(line, ":")
		switch strings.ToLower(name) {
		case "content-length":
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil || n < 0 {
				return fmt.Errorf("content length %q", value)
			}
			r.body = io.LimitReader(in, n)
		case "transfer-encoding":
			r.body = &chunked{in: in}
		}
	}
}

const maxHeader = 64 << 10

func headerLine(in *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == bufio.ErrBufferFull && len(line) < maxHeader:
		case err == io.EOF:
			return "", io.ErrUnexpectedEOF
		case err != nil:
			return "", err
		default:
			return strings.TrimRight(string(line), "\r\n"), nil
		}
	}
}

type chunked struct {
	in   *bufio.Reader
	left int64
	done bool
}

func (c *chunked) Read(p []byte) (int, error) {
	if c.done {
		return 0, io.EOF
	}
	if c.left == 0 {
		line, err := headerLine(c.in)
		if err == nil && line == "" { // the end of the chunk before
			line, err = headerLine(c.in)
		}
		if err != nil {
			return 0, err
		}
		size, _, _ := strings.Cut(line, ";")
		if c.left, err = strconv.ParseInt(strings.TrimSpace(size), 16, 64); err != nil ||
			c.left < 0 {
			return 0, fmt.Errorf("chunk of length %.20q", line)
		}
		if c.left == 0 {
			c.done = true
			return 0, io.EOF
		}
	}
	n, err := c.in.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// dialUnix connects to a Unix socket. Closing the file ends reads.
func dialUnix(path string) (*os.File, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	syscall.CloseOnExec(fd)
	for {
		err = syscall.Connect(fd, &syscall.SockaddrUnix{Name: path})
		if err != syscall.EINTR {
			break
		}
	}
	if err == nil {
		err = syscall.SetNonblock(fd, true) // so that the runtime waits, and Close ends a read
	}
	if err != nil {
		syscall.Close(fd)
		return nil, os.NewSyscallError("connect", err)
	}
	return os.NewFile(uintptr(fd), path), nil
}

func failureOf(r *response) error {
	text, _ := io.ReadAll(io.LimitReader(r.body, 1<<16))
	var failure Error
	if json.Unmarshal(text, &failure) == nil && failure.Message != "" {
		return &failure
	}
	return fmt.Errorf("session: status %d: %s", r.status, strings.TrimSpace(string(text)))
}
