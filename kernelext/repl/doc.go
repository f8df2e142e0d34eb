// Package repl is a terminal in front of an engine that runs Go cells ([eval.Engine]): `nb repl`.
//
//	>>> engine, err := live.New(ctx, live.Options{})
//	    err = repl.Run(ctx, repl.Options{Engine: engine, History: "history.jsonl"})
//
// A cell is what is typed up to a complete statement or declaration; while brackets are open or an
// operand is missing it goes on in the next line. What follows %%, %%bash and their kin, and a
// comment, goes on up to an empty line. The line editor (github.com/reeflective/readline) edits all
// lines of a cell, keeps whole cells in its history, searches it (Ctrl-R) and reads ~/.inputrc.
//
//	Tab      completions, of live variables too
//	Ctrl-C   interrupts the running cell, or clears what is typed
//	Ctrl-D   leaves
//	?name    describes a name
//
// Without a terminal, cells are read from the input likewise, and the first one that fails ends the
// run, as in other interpreters that read a script from a pipe.
//
// # Limits
//
// A display is shown by its text; widgets are not. An update of a display is drawn in its place as
// long as nothing was printed since.
//
// # What was tried
//
//   - golang.org/x/term's Terminal and github.com/peterh/liner: one line at a time, so that a
//     function that was typed over five lines comes back in five pieces.
package repl
