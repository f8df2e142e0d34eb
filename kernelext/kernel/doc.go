// Package kernel is a Jupyter kernel for Go: Jupyter's protocol in front of an engine that runs the
// cells ([eval.Engine]). It is independent of the engines. The command `nb kernel` is its main, `nb
// install` registers it, [Serve] is all of it.
//
//	JupyterLab, nb run, …            the kernel                            an engine
//	──────────────────────────────────────────────────────────────────────────────────────────────
//	shell, control, stdin, iopub  ⇄  front ── queue ── execute ── Eval  ⇄  live: one process in which variables live
//	                                   │                 output ⇐          gonb: GoNB as a child
//	                                   └── complete, inspect
//
// A client's message comes in by front.go, over the sockets of package zmtp. A cell goes into a
// queue, from which one goroutine takes one after the other (execute.go); what it prints and shows
// is published as the engine passes it on (output.go). After a cell that failed the cells that wait
// are aborted, unless stop_on_error is false.
//
// Everything else (kernel_info, is_complete, history, comm_info, complete, inspect, interrupt) is
// answered at once, while a cell runs too. As to front ends the last status counts, a "busy" for
// the running cell follows such an answer.
//
// An interrupt cancels the context of the running cell. A cell that is only a question (?name) is
// answered by an inspection. A cell may print 64 MB; what follows is left out, and how much it was
// is said.
//
// Whatever ends the kernel, its engine ends: package guard kills the engine's processes and removes
// its folders. The kernel itself ends when the front end that started it does (parent.go).
package kernel
