package runner

import (
	"gopets/kernelext/jupyter"
	"gopets/kernelext/notebook"
)

// An Event is one of the types below.
type Event interface{ event() }

// KernelReady reports that the kernel answers.
type KernelReady struct {
	Kernel *jupyter.Kernel
	Info   jupyter.KernelInfo
}

// Resumed reports how a run continues an earlier one.
type Resumed struct {
	Kept int // cells that had finished and are not run
	// finished cells that run again, for their kernel's memory
	Again int
}

type CellStart struct{ Place }

// Shown reports an output; of a stream only the new text.
type Shown struct {
	Place
	Output    notebook.Output
	DisplayID string // "" for none
	Update    bool   // it replaces earlier displays with its id
}

type Cleared struct{ Place }

// CellRetry reports that a cell failed and runs again.
type CellRetry struct {
	Place
	Try int // from 1
	Err error
}

// CellEnd reports a cell that has ended and is saved; a kept cell has no CellStart.
type CellEnd struct{ CellReport }

// Warning reports a problem that does not fail the run.
type Warning struct{ Err error }

func (KernelReady) event() {}
func (Resumed) event()     {}
func (CellStart) event()   {}
func (Shown) event()       {}
func (Cleared) event()     {}
func (CellRetry) event()   {}
func (CellEnd) event()     {}
func (Warning) event()     {}
