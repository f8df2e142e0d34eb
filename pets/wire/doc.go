// Package wire holds what travels between a cell (package pets) and its session (pets/worker), as
// JSON: methods with their questions and answers, and events in between. Each request carries its
// object's whole description; only lists of files are named by digest and sent once, when the
// session answers with [CodeFiles].
package wire
