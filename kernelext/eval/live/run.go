package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/internal/cellio"
	"gopets/kernelext/eval/live/wire"
)

// run runs a cell: without a build if the result is certain to be the same, else compiled.
func (e *Engine) run(ctx context.Context, k *checked, out eval.Output) error {
	p, err := e.start(ctx)
	if err != nil {
		return err
	}
	reply, err := e.direct(ctx, p, k)
	if errors.Is(err, errCompile) {
		reply, err = e.compiled(ctx, p, k)
	}
	if errors.Is(err, errEnded) {
		return e.crashed(p, k)
	}
	if err != nil {
		return err
	}
	e.commit(k, reply.Set)
	e.folder = cmp.Or(reply.Folder, e.folder)
	if reply.Environ != nil {
		e.environ = reply.Environ
	}
	if k.cell.script.timed {
		e.output.sync()
		out.Stream("stdout", fmt.Sprintf("time: %v\n", reply.Elapsed.Round(time.Microsecond)))
	}
	return e.failure(reply, k)
}

func (e *Engine) compiled(ctx context.Context, p *process, k *checked) (wire.Reply, error) {
	e.number++
	v := k.generate(e.number)
	plugin, err := e.build(ctx, v, p.initialised)
	if err != nil {
		return wire.Reply{}, e.buildError(err, k)
	}
	defer os.Remove(plugin)
	linked := e.program.packages.deps(sorted(v.paths)...)
	e.program.packages.use(k.cell.number, linked)
	e.program.enter(v)
	reply, err := e.request(ctx, p, k, wire.Request{Op: wire.Run, Plugin: plugin, Number: v.number})
	if err == nil && reply.Failure != wire.Load {
		for _, pkg := range linked {
			p.initialised[pkg.ImportPath] = true
		}
	}
	return reply, err
}

func (e *Engine) request(ctx context.Context, p *process, k *checked, r wire.Request) (wire.Reply,
	error) {
	r.Args = append([]string{"cell"}, k.cell.script.args...)
	c, err := p.send(r)
	if err != nil {
		return wire.Reply{}, err
	}
	return e.wait(ctx, p, c)
}

const killAfter = 5 * time.Second

const lookEvery = 150 * time.Millisecond

// wait waits for the cell's end. An interrupt is passed on.
func (e *Engine) wait(ctx context.Context, p *process, c <-chan wire.Reply) (wire.Reply, error) {
	interrupted, late := ctx.Done(), (<-chan time.Time)(nil)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	reads, asking := 0, make(chan struct{}, 1)
	for {
		select {
		case reply := <-c:
			return reply, nil
		case <-p.done:
			select {
			case reply := <-c:
				return reply, nil
			default:
			}
			return wire.Reply{}, errEnded
		case <-interrupted:
			interrupted = nil
			_, _ = p.send(wire.Request{Op: wire.Interrupt})
			late = time.After(killAfter)
		case <-late:
			p.kill()
		case <-look.C:
			// The first time it may be a read that is about to return.
			if reads++; !cellio.ReadsInput(p.cmd.Process.Pid) {
				reads = 0
			} else if reads == 2 {
				reads = -1 << 30
				go func() {
					e.output.askFor(ctx, "", false)
					asking <- struct{}{}
				}()
			}
		case <-asking:
			reads = 0
		}
	}
}

func (e *Engine) start(ctx context.Context) (*process, error) {
	select {
	case <-e.ready:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if e.readyErr != nil {
		return nil, e.readyErr
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errors.New("live: the engine is closed")
	}
	if e.process != nil && !e.process.ended() {
		return e.process, nil
	}
	if e.process != nil {
		e.lose("the process ended between cells: " + e.process.reason)
	}
	p, err := startProcess(e.support.program, e.folder, e.processEnv(), e.output)
	if err != nil {
		return nil, err
	}
	for _, path := range e.support.paths {
		p.initialised[path] = true
	}
	e.process = p
	e.o.Cleanup.Watch(p.cmd.Process.Pid, "")
	go func() {
		<-p.done
		e.o.Cleanup.Over(p.cmd.Process.Pid)
	}()
	return p, nil
}

func (e *Engine) processEnv() []string {
	set := map[string]string{
		"NB_CELL": e.dir, "GONB_PIPE": filepath.Join(e.dir, "gonb"),
		"GONB_PIPE_BACK": filepath.Join(e.dir, backName),
		"GONB_DIR":       e.o.Dir, "GONB_TMP_DIR": e.dir,
	}
	if e.scratch { // where !* commands run, as in GoNB
		set["GONB_TMP_DIR"] = e.tool.dir
	}
	var env []string
	for _, v := range e.tool.env.all() {
		name, _, _ := strings.Cut(v, "=")
		if _, ours := set[name]; !ours {
			env = append(env, v)
		}
	}
	for _, name := range sorted(set) {
		env = append(env, name+"="+set[name])
	}
	return env
}
