// Package wire is what a cell (package pets) and its session (pets/worker) exchange, as JSON. Each
// request carries its object's description; lists of files are named by digest and sent once, when
// the session answers with [CodeFiles].
package wire
