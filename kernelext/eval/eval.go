// Package eval is the interface between a notebook's front ends (a Jupyter kernel, a terminal, a
// headless runner) and the engines that run Go cells.
//
// Two engines implement [Engine]: package live, in whose process variables keep their values from
// cell to cell, and package gonb, which compiles each cell into a program of its own.
package eval

import (
	"context"
	"fmt"
)

// An Engine runs the cells of one notebook. [Engine.Eval] calls do not overlap; the other methods
// may be called at any time.
type Engine interface {
	// Eval returns when the cell's output is complete. Cancelling ctx interrupts the cell. A
	// failure of the cell is an *[Error]; any other error is the engine's.
	Eval(ctx context.Context, cell Cell, out Output) (Result, error)
	// Complete returns completions at the cursor, a count of runes.
	Complete(ctx context.Context, code string, cursor int) (Completion, error)
	// Inspect describes what is at the cursor, or returns the zero Inspection.
	Inspect(ctx context.Context, code string, cursor, detail int) (Inspection, error)
	// Close ends the engine's processes and removes its temporary files.
	Close() error
}

// Widgets is implemented by engines whose cells can use a front end's widgets.
type Widgets interface {
	// Comm takes a message of kind comm_open, comm_msg or comm_close.
	Comm(kind string, content map[string]any)
}

// A Cell is what a user sends: Go, and lines of % and ! commands.
type Cell struct {
	Number int // the execution count, which positions in errors name
	Source string
	Silent bool // no result is wanted
	// the front end does not support input: the standard input is empty
	NoInput bool
}

// A Result is a successful cell's, besides its output.
type Result struct {
	Value Bundle   // of the last expression, by MIME type; nil without one
	Pages []string // texts for a pager
}

// A Bundle holds the forms of one value, by MIME type; binary ones in base64.
type Bundle map[string]any

// A Display is a rich output. Update replaces earlier displays with the same ID.
type Display struct {
	Data, Metadata Bundle
	ID             string
	Update         bool
}

// Output receives what a cell writes, in order. Its methods may be called from any goroutine, also
// after Eval has returned: a goroutine of the cell may still print.
type Output interface {
	Stream(name, text string) // name is stdout or stderr; text holds whole characters
	Display(d Display)
	Clear(wait bool)
	// Input asks the user for a line; it fails where the front end does not support input.
	Input(ctx context.Context, prompt string, password bool) (string, error)
	// Comm sends a message of kind comm_open, comm_msg or comm_close.
	Comm(kind string, content map[string]any)
}

type Position struct{ Cell, Line, Column int }

func (p Position) String() string {
	if p.Column == 0 {
		return fmt.Sprintf("cell[%d]:%d", p.Cell, p.Line)
	}
	return fmt.Sprintf("cell[%d]:%d:%d", p.Cell, p.Line, p.Column)
}

// An Error is the failure of a cell, in Jupyter's terms.
type Error struct {
	Name      string   // CompileError, Panic, ExitError, Interrupted, …
	Value     string   // one line
	Traceback []string // for users: positions with the source line, a panic's stack
	Position  Position // the first place; zero where there is none
}

func (e *Error) Error() string { return e.Name + ": " + e.Value }

// A Completion lists what may replace the runes from Start to End.
type Completion struct {
	Matches    []Match
	Start, End int
}

type Match struct{ Text, Kind, Detail string }

type Inspection struct{ Data Bundle }
