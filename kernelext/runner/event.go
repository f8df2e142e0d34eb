package runner

import (
	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// An Event is something that happens during a run: one of the types below.
type Event interface{ event() }

// KernelReady says that the kernel answers.
type KernelReady struct {
	Kernel *jupyter.Kernel
	Info   jupyter.KernelInfo
}

// Resumed says how a run goes on with an earlier one.
type Resumed struct {
	Kept int // cells that had finished and are not run
	// cells that had finished and are run again, for what they left in their kernel's memory
	Again int
}

// CellStart says that a cell begins.
type CellStart struct{ Place }

// Shown says that a cell shows something. Of a stream Output.Text is only what is new.
type Shown struct {
	Place
	Output    notebook.Output
	DisplayID string // "" for none
	Update    bool   // it replaces what was shown before under its display id
}

// Cleared says that a cell's outputs were cleared.
type Cleared struct{ Place }

// CellRetry says that a try of a cell failed and the cell runs again.
type CellRetry struct {
	Place
	Try int // from 1
	Err error
}

// CellEnd says how a cell ended, and that it is saved; of a cell that is kept there is no start.
type CellEnd struct{ CellReport }

// Warning is something that went wrong beside the run.
type Warning struct{ Err error }

func (KernelReady) event() {}
func (Resumed) event()     {}
func (CellStart) event()   {}
func (Shown) event()       {}
func (Cleared) event()     {}
func (CellRetry) event()   {}
func (CellEnd) event()     {}
func (Warning) event()     {}
