// Package kernel is a Jupyter kernel for Go that stands in front of GoNB: it speaks the protocol with the clients, has GoNB compile and run the
// cells, and adds what GoNB lacks. The command `nb kernel` is its main, `nb install` registers it, [Serve] is all of it.
//
// # Who talks to whom
//
//	JupyterLab, nb run, …            the kernel                                 GoNB (a child, in a process group of its own)
//	───────────────────────────────────────────────────────────────────────────────────────────────────────────────
//	shell, control, stdin, iopub  ⇄  front ── queue ── execute ── child      ⇄  its five sockets, in a private folder
//	                                   │                  │                        │ compiles
//	                                   │               output  ⇐ pipe, socket ⇐  the cell's program (package cell, gonbui)
//	                                   └── complete, inspect ── gopls
//	                                                                             guard (a process that outlives the kernel for a moment)
//
// One goroutine runs cells, one after the other. Everything else (kernel_info, is_complete, history, comm_info, complete, inspect, interrupt) is
// answered at once, while a cell runs too; as to front-ends the last status counts, a "busy" for the running cell follows such an answer.
//
// # What becomes of a cell
//
// A cell in GoNB's dialect is passed on as it is. Otherwise, see [source.plan]:
//
//   - A cell that mixes declarations and statements is sorted: the declarations, %%, the statements. A variable that such statements make with := is
//     used once at the end, as Go wants.
//   - A last expression is wrapped in a call of nb_show, which a file beside GoNB's main.go defines: it makes the execute_result. Behind %% only
//     an expression is, which Go would refuse as a statement; a call stays a call, so that GoNB's notebooks show the same here as there. Whether a call
//     has a value is not known without type checking: a function that turns out to have none is sent again without nb_show, and remembered.
//   - A shell command notes its failure in a file, which keeps later commands and the Go part from running, and prints into the cell's pipe.
//   - An unknown % command is an error; GoNB says so in passing.
//
// GoNB counts lines of what it was sent; its errors and stack traces are given back in the notebook's cells and lines.
//
// # Order of text and displays
//
// GoNB reads a cell's output in pieces, cuts characters between them, and takes displays from another pipe at another time. So the file beside main.go
// imports package cell, whose init makes a pipe of the kernel the standard output. What is shown comes over a socket, and the cell waits until the
// kernel has first taken all text out of the pipe and then published it. gonbui takes part by a copy with two lines replaced, which go.work puts in
// its place. Standard error stays with GoNB, which maps its stack traces. A cell with %capture stays with GoNB as a whole.
//
// # What was tried, and learnt
//
//   - One stream for text and gonbui's bytes (GONB_PIPE=/proc/self/fd/1): in order by itself, but two goroutines mix a picture and a line.
//   - go build -overlay instead of a copy of gonbui: the go command refuses to replace files of the module cache.
//   - zmq4's own listening sockets: a half-open connection blocks all that come later, a stalled subscriber starves the others, and the length of a frame
//     is believed. So the listening side is here (zmtp.go, socket.go), a few hundred lines; GoNB is spoken to with zmq4.
//   - An init function in a cell instead of a file beside main.go: GoNB remembers it, and would number lines anew.
//   - `go get` before each cell, as GoNB has it, takes longer than compiling: a stand-in for go runs it only when a build says that something is missing.
//   - GoNB forgets an interrupt that comes while it builds: the build is looked for among its children and ended.
//   - Whatever ends the kernel, GoNB and its cells end: the guard kills their process group and removes the folders. A death signal of the
//     system's (PDEATHSIG) would reach GoNB alone.
package kernel
