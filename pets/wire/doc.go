// Package wire holds what travels between a notebook's cell (package pets) and its session
// (pets/worker): descriptions of live objects, requests, results and events, all JSON, all plain
// values. It imports nothing but the standard library, for every cell links it.
//
// A description ([Data], [Learner], [Interp]) is everything that a live object is made from. Each
// request carries the whole of it, so the session can compare it with what the object was made
// from: [Difference] names what has changed. File lists are large and seldom change: a description
// holds a list's digest, and the list itself follows once, when the session answers with
// [CodeFiles].
package wire
