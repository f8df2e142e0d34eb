// Package kernelext holds what a Jupyter user needs beyond GoNB, in its folders. Nothing here knows
// what notebooks are about.
//
//	nb         the command: run, test, render, install, setup, doctor
//	kernel     a Jupyter kernel: the protocol, in front of an engine
//	eval       what an engine is; eval/live keeps variables alive, eval/gonb has GoNB run the cells
//	cellsrc    a cell's text taken apart
//	cell       what that kernel links into a cell: output in order, displays updated in place; cell/show gives values their forms
//	session    one process beside each kernel that remembers from cell to cell
//	runner     a notebook run without a browser
//	compare    what two runs of a cell show, and in what they differ
//	render     a notebook as one HTML page, or as Markdown
//	notebook   notebook files, read and written without losing a byte of what is not understood
//	jupyter    Jupyter's messages over ZeroMQ, from the client's side; jupyter/kerneltest is a kernel for tests
//	junit      test results as XML
//	atomicfile files written as a whole or not at all
//	terminal   what a reader sees of text that was written for a terminal
//	release    what a program was built from
//
// It exports only the source of package cell, which the kernel puts beside the cells of a workspace
// that does not have it.
package kernelext

import "embed"

// CellSource is the source of the packages cell and cell/show.
//
//go:embed cell/*.go cell/show/*.go
var CellSource embed.FS
