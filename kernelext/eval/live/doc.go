// Package live runs the cells of a notebook in one process, in which variables keep their values from
// cell to cell.
package live
