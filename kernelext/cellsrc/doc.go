// Package cellsrc parses the text of a Go notebook cell: lines of % and ! commands, imports,
// declarations, statements, the last expression. It runs nothing.
//
//	s := cellsrc.Parse("!ls\nimport \"fmt\"\nx := double(21)\nx + 1")
//	s.Shells            one ! command, on line 0
//	s.Chunks()          an import and two statements, each with its bytes in s.Go
//	cellsrc.ParseBody   statements as syntax
//
// Lines and columns count from 0, unless a name says otherwise.
//
// The dialect is GoNB's. A line that begins with % or ! is a command, unless it is within a raw
// string or a comment; \ at its end continues it. "//gonb:" before a command hides it from other Go
// tools. What follows %% or %main is the body of main. A cell that begins with %%bash or a similar
// command is not Go ([Source.Foreign]).
package cellsrc
