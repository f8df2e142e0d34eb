package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gopets/kernelext/runner"
)

// A byteSize is a flag's number of bytes: 500MB, 1.5GB, 2000, or none (-1).
type byteSize int64

const defaultOutput byteSize = runner.DefaultMaxOutput

// Longer units come first.
var sizeUnits = []struct {
	name  string
	bytes float64
}{{"KIB", 1 << 10}, {"MIB", 1 << 20}, {"GIB", 1 << 30}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9},
	{"TB", 1e12}, {"K", 1e3}, {"M", 1e6}, {"G", 1e9}, {"B", 1}, {"", 1}}

func (s *byteSize) String() string {
	switch n := int64(*s); {
	case n < 0:
		return "none"
	case n >= 1e9 && n%1e9 == 0:
		return fmt.Sprintf("%dGB", n/1e9)
	case n >= 1e6 && n%1e6 == 0:
		return fmt.Sprintf("%dMB", n/1e6)
	default:
		return strconv.FormatInt(n, 10)
	}
}

func (s *byteSize) Set(text string) error {
	text = strings.ToUpper(strings.ReplaceAll(text, " ", ""))
	if text == "NONE" {
		*s = -1
		return nil
	}
	for _, unit := range sizeUnits {
		number, ok := strings.CutSuffix(text, unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if n *= unit.bytes; err != nil || !(n >= 1) || n >= math.MaxInt64 {
			break
		}
		*s = byteSize(n)
		return nil
	}
	return errors.New("want a size as 500MB or 2GB, or none")
}

func (s *byteSize) Type() string { return "size" }
