// Package wire holds what travels between a notebook's cell (package pets) and its session
// (pets/worker): the methods with the types of their questions and answers, and the events in
// between, all JSON. What the questions are about are the options of pets/spec.
//
// Each request carries the whole description of its object, so the session can compare it with
// what the object was made from. Lists of files are the exception: a description holds a list's
// digest, and the list itself follows once, when the session answers with [CodeFiles].
package wire
