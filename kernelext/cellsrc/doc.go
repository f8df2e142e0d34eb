// Package cellsrc takes the text of a Go notebook cell apart: lines of % and ! commands, imports,
// declarations, statements, the last expression. It runs nothing and is independent of the kernels;
// engines, the runner and completion read cells by it, so that a cell means the same to all.
//
//	s := cellsrc.Parse("!ls\nimport \"fmt\"\nx := double(21)\nfunc double(n int) int { return 2 * n }\nx + 1")
//	s.Shells            one ! command, on line 0
//	s.Chunks()          an import, a declaration and two statements, each with its bytes in s.Go
//	cellsrc.ParseBody   statements as syntax
//
// Lines and columns count from 0 here, unless a name says otherwise.
//
// # The dialect
//
// It is GoNB's. A line that begins with % or ! is a command, unless it stands within a raw string
// or a comment; one that ends with \ goes on in the next line. "//gonb:" before a command hides it
// from other Go tools. What follows %% or %main is the body of main. A cell that begins with %%bash
// and its kin is not Go at all ([Source.Foreign]).
package cellsrc
