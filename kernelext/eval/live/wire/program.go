package wire

// A Program is a cell's statements as a tree.
type Program struct {
	Func       string // the cell's name in stack traces
	Statements []*Node
}

// A Node is a statement, an expression, or the target of an assignment.
type Node struct {
	Op   string
	Line int      `json:",omitempty"` // of the cell, for a panic of this node
	Name string   `json:",omitempty"` // a name, an operator, or the text of a constant
	Path []int    `json:",omitempty"` // of fields; positions; a count
	Type *Type    `json:",omitempty"` // nil where it follows from the arguments
	Args []*Node  `json:",omitempty"`
	Keys []string `json:",omitempty"` // of the variables that a statement makes
}

const (
	Do     = "do"     // evaluate
	Show   = "show"   // show a value; Name is call for what a call returns
	Assign = "assign" // Path[0] targets, then the values; Name is the operator of an op=
	Zero   = "zero"   // set the targets to their zero values
	Send   = "send"   // a channel, a value
)

// Targets. An addressable expression is one too.
const (
	Blank  = "blank"
	Define = "define" // the variable of a key, which may be new; Type may be nil: the value's
	Local  = "local"  // a local variable, by number; also an expression
)

// Expressions.
const (
	Const    = "const"
	Nil      = "nil"
	Big      = "big"      // a constant that fits no type
	Var      = "var"      // a live variable, by key
	Symbol   = "symbol"   // a function or a variable of a package: Name is path.Name
	Function = "function" // one of the cells': Path[0] is the version that holds it
	Field    = "field"
	Index    = "index"
	Slice    = "slice" // Path holds a 1 for each bound that is given
	Deref    = "deref"
	Address  = "address"
	Unary    = "unary"
	Binary   = "binary"
	Receive  = "receive"
	Call     = "call" // the function, then the arguments; Name is ... for a slice of them
	Method   = "method"
	Builtin  = "builtin"
	Convert  = "convert"
	// of a struct: Path are the fields; of a list: indices; of a map: keys and values
	Literal = "literal"
	Assert  = "assert"
)

// How a [Method] is found: Args[0] is the receiver, Path the fields to what has the method, Keys
// the kind of receiver and the method's name.
const (
	OfValue     = "value"
	OfPointer   = "pointer"
	OfInterface = "interface"
)

// CommaOK is the Name of an index, an assertion or a receive with two results.
const CommaOK = ",ok"

// A Type is a type that a cell names.
type Type struct {
	Kind string // basic, named, pointer, slice, array, map, chan, func
	// of a basic type; path.Name of a package's; Name of the cells'
	Name string `json:",omitempty"`
	// of an array; the direction of a channel; a func's parameters
	Len      int     `json:",omitempty"`
	Variadic bool    `json:",omitempty"`
	Elem     []*Type `json:",omitempty"`
}
