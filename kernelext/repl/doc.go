// Package repl runs Go cells of an engine ([eval.Engine]) in a terminal: `nb repl`.
//
//	engine, err := live.New(ctx, live.Options{})
//	err = repl.Run(ctx, repl.Options{Engine: engine, History: "history.jsonl"})
//
// A cell goes on while brackets are open or an operand is missing; one that begins with %%bash (or
// a similar command) or a comment ends with an empty line. The editor
// (github.com/reeflective/readline) edits all lines of a cell, searches the history (Ctrl-R) and
// reads ~/.inputrc. Tab completes, Ctrl-C interrupts the cell or clears the input, Ctrl-D leaves,
// ?name describes a name.
//
// Without a terminal, cells are read from the input, and the first failure ends the run.
//
// Limits: displays are shown by their text, widgets not at all; an update is drawn in place unless
// something was printed since.
//
// Tried and dropped: golang.org/x/term's Terminal and github.com/peterh/liner, which edit one line
// at a time.
package repl
