// Package kernelext contains what a Jupyter user needs beyond GoNB, whatever notebooks are about.
//
//	nb         the command: run, test, render, lab, repl, install, setup, doctor
//	kernel     a Jupyter kernel: the protocol, in front of an engine
//	repl       a terminal in front of an engine
//	eval       the engines' interface; eval/live keeps variables alive, eval/gonb uses GoNB
//	cellsrc    parses a cell's text
//	cell       is linked into GoNB's cells; cell/show shows values
//	session    a worker process beside each kernel
//	runner     runs a notebook without a browser
//	render     makes an HTML page or Markdown of a notebook
//	notebook   reads and writes notebook files
//	jupyter    is the client's side of Jupyter's protocol
//	release    the version of a program
//	internal   comparison of outputs, JUnit reports, atomic files, ZeroMQ, terminals, test kernels
//
// It exports only the source of package cell, for workspaces that do not have it.
package kernelext

import "embed"

// CellSource is the source of the packages cell and cell/show.
//
//go:embed cell/*.go cell/show/*.go
var CellSource embed.FS
