// Package gonb runs cells with GoNB (github.com/janpfeifer/gonb), a child process. GoNB compiles
// each cell, with all that earlier cells declared, into a program of its own: each cell evaluates
// global variables again.
//
// A cell is put in GoNB's order, and the value of its last expression shown (plan.go). Lines of raw
// strings that look like commands are hidden (hide.go). GoNB calls goimports and `go build`;
// replacements on its PATH (files.go) ask the engine:
//
//   - imports.go does what goimports does, mostly without starting it.
//   - questions.go and build.go show the build a changed main.go, package cell and a go.work
//     (work.go) by -overlay and $GOWORK: nothing is written into the user's folder. When a build
//     fails, a missing module is fetched, an unused import removed, or a declaration that a newer
//     one has broken set aside, with a warning, until it compiles.
//
// Output comes straight from the program, in order (output.go, gonbui.go). GoNB's numbers of cells
// and lines become the notebook's (errors.go, trace.go).
//
// # Limits
//
// Errors: //go:embed and similar directives, cgo, two init functions in a cell, a call of another
// cell's main. Warnings: a cell that changes another cell's variable, variables that take over a
// second to evaluate again (globals.go). A function that changes a variable is not noticed.
//
// # Tried and dropped
//
//   - One stream for text and gonbui's bytes: two goroutines mix an image and a line.
//   - GoNB's own standard error: it cuts positions and characters in two.
//   - go build -overlay for gonbui: it does not replace files of the module cache.
//   - An init function in a cell: GoNB remembers it, and numbers lines anew.
//   - Setting declarations aside by %rm: GoNB forgets them for good.
package gonb
