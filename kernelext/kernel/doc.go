// Package kernel is a Jupyter kernel for Go that stands in front of GoNB: it speaks the protocol
// with the clients, has GoNB compile and run the cells, and adds what GoNB lacks. The command `nb
// kernel` is its main, `nb install` registers it, [Serve] is all of it.
//
// # Who talks to whom
//
//	JupyterLab, nb run, …            the kernel                                 GoNB (a child, in a process group of its own)
//	───────────────────────────────────────────────────────────────────────────────────────────────────────────────
//	shell, control, stdin, iopub  ⇄  front ── queue ── execute ── child      ⇄  its five sockets, in a private folder
//	                                   │                  │                        │ compiles
//	                                   │               output  ⇐ pipes, socket ⇐ the cell's program (package cell, gonbui)
//	                                   └── complete, inspect ── gopls
//	                                                                             guard (a process that outlives the kernel for a moment)
//
// A client's message comes in by front.go, over sockets of this package's own (socket.go, zmtp.go).
// A cell goes into a queue, from which one goroutine takes one after the other (execute.go): it
// reads the cell (cellsource.go), plans what GoNB gets (rewrite.go), sends that to the GoNB that it
// keeps (gonb.go), waits for the reply, and turns GoNB's words into an answer (errors.go). GoNB
// makes of it a main.go with all that earlier cells declared, compiles and starts it. What that
// program prints and shows does not go through GoNB, but straight to the kernel (output.go).
//
// Everything else (kernel_info, is_complete, history, comm_info, complete, inspect, interrupt) is
// answered at once, while a cell runs too. As to front-ends the last status counts, a "busy" for
// the running cell follows such an answer.
//
// # What becomes of a cell
//
// A cell in GoNB's dialect is passed on as it is. Otherwise, see [source.plan]. The cell on the
// left becomes what is on the right:
//
//	x := double(21)                              func double(n int) int { return 2 * n }
//	func double(n int) int { return 2 * n }      %%
//	x + 1                                        x := double(21)
//	                                             nb_show(x + 1)
//	                                             _ = x
//
// The rules are these:
//
//   - A cell that mixes declarations and statements is sorted: imports, the other declarations, %%,
//     the statements. A variable that such statements make with := is used once at the end, as Go
//     wants it; it is gone with its cell, and a later "undefined: x" says so.
//   - A last expression is wrapped in a call of nb_show, which a file beside GoNB's main.go
//     defines: it makes the execute_result (a call in nb_results: a nil error, all that many give,
//     is none). Behind %% only an expression is, which Go would refuse as a statement; a call stays
//     a call, so that GoNB's notebooks show the same here as there. Whether a call has a value is
//     not known without type checking: a function that turns out to have none is sent again
//     without, and remembered.
//   - A line of a raw string or comment that begins with % or !, or with "package", is Go. GoNB
//     would take it for a command, or drop it, so that it gets the string in two pieces (hide.go).
//   - A shell command notes its failure in a file, which keeps later commands and the Go part from
//     running, and prints into the cell's pipes.
//   - An unknown % command is an error; GoNB says so in passing. What %args gives goes to the %%
//     that is added, which would do away with it.
//
// GoNB counts lines of what it was sent; its errors are given back in the notebook's cells and
// lines. What no parser can read is told in the kernel's own words, for GoNB's speak of braces that
// it added (syntax.go). A panic's stack speaks of lines of main.go; the declaration there is looked
// for in the cells (trace.go).
//
// # Order of text and displays
//
// GoNB reads a cell's output in pieces, cuts characters between them, and takes displays from
// another pipe at another time. So the file beside main.go imports package cell, whose init makes
// pipes of the kernel the standard output and the standard error. What is shown comes over a
// socket, and the cell waits until the kernel has first taken all text out of the pipes and then
// published it. gonbui takes part by a copy with two lines replaced, which go.work puts in its
// place. Between the two pipes the order is that of arrival, and text that is printed to both
// within milliseconds may change places, as in other kernels. A cell with %capture stays with GoNB
// as a whole.
//
// # Input
//
// A cell asks through gonbui or %with_inputs, which GoNB passes on as an input_request. One that
// simply reads its standard input, such as with fmt.Scan, is noticed on Linux by what the system
// says its threads wait for, and the client is asked as well (stdin.go). A client that cannot ask
// anybody (allow_stdin is false) has the first end with an error, and the second find the end of
// its input.
//
// # What was tried, and learnt
//
//   - One stream for text and gonbui's bytes (GONB_PIPE=/proc/self/fd/1): in order by itself, but
//     two goroutines mix a picture and a line.
//   - The standard error left with GoNB, for it adds cells and lines to stack traces: it misses the
//     places that its reads cut in two, which under load is one panic in ten, and it cuts
//     characters there as well.
//   - Syntax errors found before GoNB sees the cell: a parser here may be stricter than GoNB one
//     day; so only the words for them are from here.
//   - go build -overlay instead of a copy of gonbui: the go command refuses to replace files of the
//     module cache.
//   - zmq4's own listening sockets: a half-open connection blocks all that come later, a stalled
//     subscriber starves the others, and the length of a frame is believed. So the listening side
//     is here (zmtp.go, socket.go), a few hundred lines; GoNB is spoken to with zmq4.
//   - An init function in a cell instead of a file beside main.go: GoNB remembers it, and would
//     number lines anew.
//   - `go get` before each cell, as GoNB has it, takes longer than compiling: a stand-in for go
//     runs it only when a build says that something is missing.
//   - GoNB forgets an interrupt that comes while it builds: the build is looked for among its
//     children and ended.
//   - Whatever ends the kernel, GoNB and its cells end: the guard kills their process group and
//     removes the folders. A death signal of the system's (PDEATHSIG) would reach GoNB alone. The
//     kernel itself ends when the front-end that started it does (parent.go).
package kernel
