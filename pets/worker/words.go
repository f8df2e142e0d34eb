package main

import (
	"errors"
	"strings"

	"gopets/kernelext/session"
)

// cellWords says in a cell's words what the libraries below call by their own names.
var cellWords = strings.NewReplacer(
	"set Size ", "set pets.Size ",
	"set Batch ", "set pets.BatchSize ",
	"use a Batch ", "use a pets.BatchSize ",
	"set Skip to ", "give the data the option pets.SkipBroken() to ",
	"try a smaller MaxLR (LRFind shows", "try a smaller pets.MaxLR (LRFind shows",
	"Options.Path", "the option pets.WeightsFile",
)

// inCellWords keeps an error's code.
func inCellWords(err error) error {
	coded := new(session.Error)
	if !errors.As(err, &coded) {
		coded = &session.Error{Message: err.Error()}
	}
	return &session.Error{Code: coded.Code, Message: cellWords.Replace(coded.Message)}
}
