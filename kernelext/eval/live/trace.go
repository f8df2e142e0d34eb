package live

import (
	"fmt"
	"go/token"
	"regexp"
	"strings"

	"gopets/kernelext/eval"
	"gopets/kernelext/eval/live/wire"
)

var ours = regexp.MustCompile(mark + `(?:f_|v_|old_|rt\.)?|main'[0-9]+`)

func plainNames(text string) string {
	if !strings.Contains(text, mark) && !strings.Contains(text, "main'") {
		return text
	}
	return ours.ReplaceAllStringFunc(text, func(s string) string {
		if strings.HasPrefix(s, "main") {
			return "main"
		}
		return ""
	})
}

func (f frame) place() eval.Position {
	return position(token.Position{Filename: f.File, Line: f.Line})
}

type frame wire.Frame

func firstPlace(frames []wire.Frame) (at eval.Position) {
	for _, f := range frames {
		if at := frame(f).place(); at.Cell > 0 {
			return at
		}
	}
	return at
}

const maxFrames = 30

// trace returns a stack's lines: calls in cells with their source, others in one line each.
func (k *checked) trace(frames []wire.Frame) (lines []string) {
	for i, f := range frames {
		if i == maxFrames {
			return append(lines, fmt.Sprintf("and %d more", len(frames)-i))
		}
		at := frame(f).place()
		name := plainNames(f.Func)
		switch {
		case at.Cell > 0:
			if strings.HasSuffix(f.Func, "."+runName) || strings.HasSuffix(f.Func, "."+bodyName) {
				name = "the cell"
			}
			lines = append(lines, fmt.Sprintf("%s, in %s%s", at, name, excerpt(at, k.lines)))
		case strings.Contains(f.Func, mark), strings.HasPrefix(f.Func, "nb/"), f.File == mainName:
		default:
			lines = append(lines, fmt.Sprintf("%s:%d, in %s", f.File, f.Line, name))
		}
	}
	return lines
}
