package dataset

import (
	"context"
	"errors"
)

// Untar gives the folder dest/u.Name.
func Untar(ctx context.Context, u URL, dest string, progress func(done, total int64)) (dir string, err error) {
	return "", errors.New("not there yet")
}
