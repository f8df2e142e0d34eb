package gonb

import "gopets/kernelext/eval"

func (e *Engine) interruptCell(x *execution, reason string) {
	e.mu.Lock()
	c := e.child
	e.mu.Unlock()
	x.mu.Lock()
	again := x.interrupted
	x.interrupted = true
	if !again {
		x.reason = reason
	}
	x.mu.Unlock()
	if !again && c != nil {
		go e.interrupt(c, x.done)
	}
}

func (x *execution) isInterrupted() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.interrupted
}

func (x *execution) interruption() *eval.Error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.reason != "" {
		return plainError("InputRefused", x.reason)
	}
	return plainError("Interrupted", "the cell was interrupted")
}
