//go:build !unix

package cell

import (
	"errors"
	"io"
)

func attach(string, int, int) error { return errors.ErrUnsupported }

func connect(string) (io.ReadWriter, error) { return nil, errors.ErrUnsupported }
