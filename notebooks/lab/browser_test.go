package lab

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A page is a tab of a browser of its own.
type page struct {
	t       *testing.T
	out     *os.File
	session string

	mu      sync.Mutex
	last    int
	waiting map[int]chan answer
}

// An answer is Chromium's, to one command.
type answer struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// openBrowser starts Chromium with one empty page of the given size; it ends with the test.
func openBrowser(t *testing.T, width, height int) *page {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome",
		"google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium here: install it (Debian: apt-get install chromium) to run this test")
	}
	toBrowser, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in, fromBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless=new", "--remote-debugging-pipe", "--user-data-dir=" + t.TempDir(),
		fmt.Sprintf("--window-size=%d,%d", width, height),
		"--no-first-run", "--disable-gpu", "--disable-sync", "--disable-background-networking",
		"--disable-component-update", "--disable-dev-shm-usage"}
	if os.Getuid() == 0 {
		args = append(args, "--no-sandbox") // Chromium refuses to sandbox root's processes
	}
	cmd := exec.Command(program, args...)
	cmd.ExtraFiles = []*os.File{toBrowser, fromBrowser} // 3 and 4, as --remote-debugging-pipe wants
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	toBrowser.Close()
	fromBrowser.Close()
	p := &page{t: t, out: out, waiting: map[int]chan answer{}}
	go p.listen(in)
	t.Cleanup(func() {
		p.send("Browser.close", nil)
		out.Close()
		if err := waitOrKill(cmd, 10*time.Second); err != nil {
			t.Log("the browser's end:", err)
		}
	})
	var target struct {
		TargetID  string `json:"targetId"`
		SessionID string `json:"sessionId"`
	}
	p.do("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	p.do("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true},
		&target)
	p.session = target.SessionID
	p.do("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height,
		"deviceScaleFactor": 1, "mobile": false}, nil)
	return p
}

// waitOrKill waits for a program that was asked to end.
func waitOrKill(cmd *exec.Cmd, patience time.Duration) error {
	timer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer timer.Stop()
	return cmd.Wait()
}

// listen hands answers, which are separated by zero bytes, to those who wait for them; events are
// not of interest.
func (p *page) listen(in *os.File) {
	defer in.Close()
	r := bufio.NewReader(in)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			p.mu.Lock()
			defer p.mu.Unlock()
			for _, c := range p.waiting {
				close(c)
			}
			p.waiting = nil
			return
		}
		var a answer
		if json.Unmarshal(text[:len(text)-1], &a) != nil || a.ID == 0 {
			continue
		}
		p.mu.Lock()
		if c := p.waiting[a.ID]; c != nil {
			c <- a
			delete(p.waiting, a.ID)
		}
		p.mu.Unlock()
	}
}

// send sends a command and returns a channel for its answer.
func (p *page) send(method string, params any) (chan answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == nil {
		return nil, errors.New("the browser has ended")
	}
	p.last++
	command := map[string]any{"id": p.last, "method": method}
	if params != nil {
		command["params"] = params
	}
	if p.session != "" {
		command["sessionId"] = p.session
	}
	text, err := json.Marshal(command)
	if err != nil {
		return nil, err
	}
	c := make(chan answer, 1)
	p.waiting[p.last] = c
	_, err = p.out.Write(append(text, 0))
	return c, err
}

// do carries out a command and decodes its result.
func (p *page) do(method string, params, result any) {
	p.t.Helper()
	c, err := p.send(method, params)
	if err != nil {
		p.t.Fatalf("%s: %v", method, err)
	}
	select {
	case a, ok := <-c:
		if !ok {
			p.t.Fatalf("%s: the browser has ended", method)
		}
		if a.Error != nil {
			p.t.Fatalf("%s: %s", method, a.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(a.Result, result); err != nil {
				p.t.Fatalf("%s: %v", method, err)
			}
		}
	case <-time.After(time.Minute):
		p.t.Fatalf("%s: no answer within a minute", method)
	}
}

// eval evaluates an expression in the page and decodes its value, if result is not nil. A promise
// is waited for.
func (p *page) eval(result any, expression string) {
	p.t.Helper()
	var r struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		ExceptionDetails *struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	p.do("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true,
		"awaitPromise": true}, &r)
	if e := r.ExceptionDetails; e != nil {
		p.t.Fatalf("in the page: %s %s\n%s", e.Text, e.Exception.Description, expression)
	}
	if result != nil {
		if err := json.Unmarshal(r.Result.Value, result); err != nil {
			p.t.Fatalf("the page's answer %q: %v\n%s", r.Result.Value, err, expression)
		}
	}
}

// wait waits until a condition holds in the page.
func (p *page) wait(what string, patience time.Duration, condition string) {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		var ok bool
		p.eval(&ok, "Boolean("+condition+")")
		if ok {
			return
		}
		if time.Now().After(end) {
			p.shot("waited-in-vain.png")
			p.t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// open goes to an address.
func (p *page) open(url string) {
	p.t.Helper()
	p.do("Page.navigate", map[string]any{"url": url}, nil)
}

// capture takes an image of what is seen, as "png" or "jpeg".
func (p *page) capture(format string) []byte {
	p.t.Helper()
	var r struct {
		Data string `json:"data"`
	}
	p.do("Page.captureScreenshot", map[string]any{"format": format}, &r)
	data, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil {
		p.t.Fatal(err)
	}
	return data
}

// shot keeps an image of what is seen among the test's artifacts.
func (p *page) shot(name string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.t.ArtifactDir(), name), p.capture("png"),
		0o644); err != nil {
		p.t.Fatal(err)
	}
}
