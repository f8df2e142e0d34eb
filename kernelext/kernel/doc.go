// Package kernel is a Jupyter kernel for Go: the protocol in front of an engine that runs the cells
// ([eval.Engine]). `nb kernel` runs [Serve], `nb install` registers it.
//
//	JupyterLab, nb run, …            the kernel                            an engine
//	─────────────────────────────────────────────────────────────────────────────────
//	shell, control, stdin, iopub  ⇄  front ── queue ── execute ── Eval  ⇄  live, gonb
//	                                   │                 output ⇐
//	                                   └── complete, inspect
//
// One goroutine runs the queued cells; output is published as it comes, 64 MB of text a cell. After
// a failed cell the queue is aborted, unless stop_on_error is false. Other requests are answered at
// once; as front ends show the last status, a "busy" for the running cell follows.
//
// An interrupt cancels the running cell's context. When the kernel ends, package cleanup ends the
// engine's processes and removes its folders. The kernel ends with the front end that started it.
package kernel
