package gonb

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"gopets/kernelext/eval"
	"gopets/kernelext/jupyter"
)

type child struct {
	kernel *jupyter.Kernel
	client *jupyter.Client
	dir    string // where it compiles
	count  int    // of the cells that it was sent, as it counts them
	end    func()

	mu      sync.Mutex
	running string // the id of the message with the cell that runs
	replies chan *jupyter.Message
}

const gonbModule = "github.com/janpfeifer/gonb"

// prepareGonbui makes a copy of gonbui that keeps displays in order with text. If it fails, cells
// use GoNB's.
func (e *Engine) prepareGonbui(ctx context.Context) {
	dir, err := gonbDir(ctx, e.o.GoNB)
	if err == nil {
		e.gonbSource = dir
		e.gonbui, err = copyGonbui(cmp.Or(e.o.Cache, e.dir), dir)
	}
	if err != nil {
		e.logf("displays are not in order with text: %v", err)
	}
}

func gonbDir(ctx context.Context, program string) (string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", err
	}
	if info.Main.Path != gonbModule {
		return "", fmt.Errorf("%s was built from %s, not from %s", program, info.Main.Path,
			gonbModule)
	}
	out, err := exec.CommandContext(ctx, "go", "env", "GOMODCACHE").Output()
	if err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), gonbModule+"@"+info.Main.Version)
	_, err = os.Stat(dir)
	return dir, err
}

func (e *Engine) startChild(ctx context.Context) (*child, error) {
	argv := []string{e.o.GoNB, "-kernel", "{connection_file}", "-raw_error"}
	if e.o.Workspace != "" {
		argv = append(argv, "-go_work="+e.o.Workspace)
	}
	spec := jupyter.Spec{Argv: argv, Name: "gonb"}
	// Widgets' scripts find the Jupyter server's kernel by the id.
	id := os.Getenv("GONB_JUPYTER_KERNEL_ID")
	kernel, err := jupyter.Start(spec, jupyter.StartOptions{ID: id, IPC: true, Env: []string{
		"NB_CELL=" + e.dir, "GOWORK=", "PATH=" + e.bin() + string(filepath.ListSeparator) +
			os.Getenv("PATH"),
	}})
	if err != nil {
		return nil, err
	}
	e.o.Cleanup.Watch(kernel.Pid(), kernel.TempDir)
	client, _, err := kernel.Connect(ctx)
	if err != nil {
		kernel.Close()
		return nil, err
	}
	c := &child{kernel: kernel, client: client, replies: make(chan *jupyter.Message, 16)}
	found, _ := filepath.Glob(filepath.Join(kernel.TempDir, "gonb_*"))
	for _, dir := range found {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			c.dir = dir
		}
	}
	if c.dir == "" {
		client.Close()
		kernel.Close()
		return nil, fmt.Errorf("GoNB has made no folder to compile in, under %s", kernel.TempDir)
	}
	life, cancel := kernel.Context(context.Background())
	c.end = cancel
	go e.pump(life, c)
	return c, nil
}

func (c *child) isCell(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return id == c.running
}

func (c *child) execute(code string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, err := c.client.Send(jupyter.Shell, "execute_request", jupyter.ExecuteRequest{Code: code,
		StoreHistory: true, AllowStdin: true, StopOnError: true})
	c.count++
	c.running = id
	return err
}

func (e *Engine) closeChild(c *child) {
	c.end()
	c.client.Close()
	if c.kernel.Close() == nil {
		e.o.Cleanup.Over(c.kernel.Pid())
	}
}

func (c *child) send(ch jupyter.Channel, kind string, content any) error {
	_, err := c.client.Send(ch, kind, content)
	return err
}

func (c *child) comm(kind string, content map[string]any) error {
	return c.send(jupyter.Shell, kind, content)
}

func (e *Engine) pump(ctx context.Context, c *child) {
	for {
		m, err := c.client.Recv(ctx)
		if err != nil {
			close(c.replies)
			return
		}
		switch m.Header.Type {
		case "status":
			var s jupyter.StatusContent
			if m.Decode(&s) == nil && s.ExecutionState == "idle" && c.isCell(m.Parent.ID) {
				c.replies <- m
			}
		case "execute_reply":
			if c.isCell(m.Parent.ID) {
				c.replies <- m
			}
		case "input_request":
			e.ask(m)
		case "stream", "error":
			e.stream(m)
		case "comm_open", "comm_msg", "comm_close", "display_data", "update_display_data",
			"clear_output":
			e.passOn(m)
		}
	}
}

func (e *Engine) passOn(m *jupyter.Message) {
	var content map[string]any
	if m.Decode(&content) != nil {
		return
	}
	e.output.after(func(out eval.Output) {
		switch m.Header.Type {
		case "clear_output":
			wait, _ := content["wait"].(bool)
			out.Clear(wait)
		case "display_data", "update_display_data":
			d := eval.Display{Update: m.Header.Type == "update_display_data"}
			d.Data, _ = content["data"].(map[string]any)
			d.Metadata, _ = content["metadata"].(map[string]any)
			transient, _ := content["transient"].(map[string]any)
			d.ID, _ = transient["display_id"].(string)
			out.Display(d)
		default:
			out.Comm(m.Header.Type, content)
		}
	})
}

// killAfter is how long an interrupted program may take. (GoNB kills later, and not its children.)
const killAfter = 4500 * time.Millisecond

// interrupt stops GoNB's work, until done: it ends a build, which GoNB does not; a program gets the
// signal once, then is killed with its children.
func (e *Engine) interrupt(c *child, done <-chan struct{}) {
	signalled, alone := false, 0
	begin := time.Now()
	for {
		building := false
		children := childrenOf(c.kernel.Pid())
		if alone++; len(children) > 0 {
			alone = 0
		}
		if alone == 3 {
			// GoNB itself is busy
			_, _ = c.client.Send(jupyter.Control, "interrupt_request", struct{}{})
		}
		for _, p := range children {
			switch {
			case p.name == "go" || p.name == "goimports":
				building = true
				signalTree(p.pid, syscall.SIGINT)
			case !signalled && p.name != "gopls":
				signalled = true
				for _, grandchild := range childrenOf(p.pid) {
					if p.name == "bash" || p.name == "sh" {
						signalTree(grandchild.pid, syscall.SIGINT)
					}
				}
				// if GoNB is gone, so is the cell
				_, _ = c.client.Send(jupyter.Control, "interrupt_request", struct{}{})
			case time.Since(begin) > killAfter:
				signalTree(p.pid, syscall.SIGKILL)
			}
		}
		wait := 50 * time.Millisecond
		if building {
			wait = 300 * time.Millisecond
		}
		select {
		case <-done:
			return
		case <-time.After(wait):
		}
	}
}
