// Package gonb runs cells with GoNB (github.com/janpfeifer/gonb): it starts a GoNB as a child,
// sends it the cells in the form that it understands, and turns its answers into those of package
// eval.
//
// GoNB compiles each cell, with all that earlier cells declared, into a program of its own. So
// nothing in memory survives a cell, and all global variables are evaluated again in each; package
// live has an engine in which they keep their values.
//
// # What becomes of a cell
//
// It is taken apart (package cellsrc) and put in GoNB's order: imports, the other declarations, %%,
// the statements; the value of the last expression is shown (plan.go). Lines of raw strings that
// look like commands are hidden from GoNB (hide.go). GoNB then calls goimports and `go build`, for
// which it finds stand-ins of ours on its PATH (files.go). They ask the engine:
//
//   - imports.go does what goimports does, without starting it as long as the standard library is
//     enough.
//   - build.go (with questions.go) has the build see main.go as it shall be, the package cell and a go.work of its own
//     (work.go), by -overlay and $GOWORK: nothing of ours is in the user's folder, go.mod,
//     go.work or package scope. When the build fails, it fetches the module that is missing, takes
//     out an import that is not used, or sets a declaration aside that a newer one has broken, and
//     tries again. What is set aside is said, and tried again with each cell that declares
//     something.
//
// What the program prints and shows comes straight from it, in order (output.go, gonbui.go). GoNB's
// numbers of cells and lines are turned into the notebook's (errors.go, trace.go).
//
// # Limits
//
// Said as an error: //go:embed and its kin, cgo, two init functions in one cell, a call
// of another cell's main. Said as a warning:
// a cell that changes a variable of another cell, and variables that take over a second to evaluate
// again (globals.go). That a function changes a variable is not seen.
//
// # What was tried
//
//   - One stream for text and gonbui's bytes: two goroutines mix an image and a line.
//   - The standard error left with GoNB: it misses places that its reads cut in two, and cuts
//     characters.
//   - go build -overlay for gonbui: the go command does not replace files of the module cache, so
//     that a copy of it is used in its place.
//   - An init function in a cell instead of a file beside main.go: GoNB remembers it, and numbers
//     lines anew.
//   - Setting declarations aside by %rm: GoNB forgets them for good, and one more round trip.
package gonb
