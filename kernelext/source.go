// Package kernelext holds what a Jupyter user needs beyond GoNB, in its folders; see nb for the command, kernel for the kernel.
//
// It exports only the source of package cell, which the kernel puts beside the cells of a workspace that does not have it.
package kernelext

import "embed"

// CellSource is the source of the packages cell and cell/show.
//
//go:embed cell/*.go cell/show/*.go
var CellSource embed.FS
