package gonb

import (
	"context"
	"errors"

	"gopets/kernelext/eval"
)

type discard struct{}

func (discard) Stream(string, string)       {}
func (discard) Display(eval.Display)        {}
func (discard) Clear(bool)                  {}
func (discard) Comm(string, map[string]any) {}

func (discard) Input(context.Context, string, bool) (string, error) {
	return "", errors.New(noInput)
}
