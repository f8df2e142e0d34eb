// Package wire is the protocol between the engine and its process: JSON values over two pipes,
// requests one way, replies the other. Like all of the process it imports only the standard
// library.
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

// A Request is for the process. Requests are answered in any order.
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
	Failure   string // a kind of failure, or ""
	Text      string // of the panic, or the reason
	Status    int    // of an exit
	Frames    []Frame
	Elapsed   time.Duration // of a run
	Left      bool          // the cell's goroutine is left running
	Set       []string
	Folder    string   // the working folder, if the run changed it
	Environ   []string // the environment, if the run changed it
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
	Size  int64  // bytes that it reaches, up to a limit
	More  bool   // the limit was reached
}
