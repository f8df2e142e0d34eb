// Package wire is what the engine and its process say to each other: JSON values over two pipes,
// requests one way, replies the other. The standard library's alone, as all that the process is
// made of.
package wire

import "time"

// The operations of a request.
const (
	Run       = "run"       // load a version and run it, or evaluate a tree
	Table     = "table"     // load the table of a package
	Interrupt = "interrupt" // stop the running cell
	Variables = "variables" // describe the live variables
	Drop      = "drop"      // forget variables, by key
	Chdir     = "chdir"     // change the working folder
	Setenv    = "setenv"    // set a variable of the environment
)

// A Request asks the process for something. Requests are answered in any order.
type Request struct {
	ID      int
	Op      string
	Plugin  string   // the file of a version or a table
	Number  int      // of the version
	Program *Program // what to evaluate in place of a version
	Args    []string // the program's arguments; keys; a folder; a name and a value
}

// The kinds of failure of a cell.
const (
	Panic       = "panic"
	Exit        = "exit"
	Interrupted = "interrupted"
	Load        = "load"    // the version could not be loaded
	Compile     = "compile" // the tree cannot be evaluated
)

// A Reply answers a request.
type Reply struct {
	ID        int
	Failure   string // a kind; "" if all went well
	Text      string // what the panic says; the reason
	Status    int    // of an exit
	Frames    []Frame
	Elapsed   time.Duration // of a run
	Left      bool          // the cell's goroutine goes on
	Set       []string
	Variables []Variable
}

// A Frame is a function call on a stack, the innermost first.
type Frame struct {
	Func string
	File string
	Line int
}

// A Variable describes a live variable.
type Variable struct {
	Key   string
	Type  string
	Value string // short
	Dyn   string // the dynamic type of an interface
	Size  int64  // bytes that it reaches, up to a bound
	More  bool   // the bound was met
}
