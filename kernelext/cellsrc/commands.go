package cellsrc

import (
	"slices"
	"strings"
)

// A CommandHelp is a % command with its help.
type CommandHelp struct{ Name, Help string }

// Commands are the % commands of the dialect, without the first character.
var Commands = []CommandHelp{
	{"%", "%% [arguments]: what follows is the body of func main, run with these arguments"},
	{"main", "%main [arguments]: what follows is the body of func main, run with these arguments"},
	{"args", "%args [arguments]: the cell is run with these arguments"},
	{"exec", "%exec NAME [arguments]: run a function without parameters instead of main"},
	{"test",
		"%test [flags]: run the cell's tests and benchmarks; flags are those of a test program, " +
			"such as -test.v"},
	{"wasm", "%wasm: compile the cell to WebAssembly and run it in the browser"},
	{"widgets", "%widgets: install the front end's side of gonbui's widgets"},
	{"widgets_hb", "%widgets_hb: check that the front end's side of gonbui's widgets answers"},
	{"env",
		"%env NAME VALUE, or NAME=VALUE: set an environment variable for later commands and cells"},
	{"cd", "%cd [folder]: change the folder in which commands and cells run, or print it"},
	{"goflags", "%goflags [flags]: flags for go build from now on"},
	{"autoget", "%autoget: get modules that are missing"},
	{"noautoget", "%noautoget: get no modules"},
	{"help", "%help: list the commands"},
	{"version", "%version: print the versions of the kernel and of Go"},
	{"reset", "%reset [go.mod]: forget all declarations, or only the modules"},
	{"ls", "%ls: list the remembered declarations"},
	{"list", "%list: list the remembered declarations"},
	{"rm", "%rm NAME…: forget declarations; a method is called Type~Method"},
	{"remove", "%remove NAME…: forget declarations; a method is called Type~Method"},
	{"who", "%who: list the variables: name, type, size, cell"},
	{"time", "%time STATEMENT, or %%time as the first line: print how long it takes"},
	{"%time", "%%time: print how long the cell takes"},
	{"timeit", "%timeit STATEMENT: run it many times and print how long it takes"},
	{"restart", "%restart: start anew, with no variables and declarations"},
	{"with_inputs", "%with_inputs: the next ! command may ask for input"},
	{"with_password", "%with_password: the next ! command may ask for a password"},
	{"track",
		"%track [file or folder]: have completion follow a file, or list those that it follows"},
	{"untrack", "%untrack FILE: the opposite of %track"},
	{"goworkfix", "%goworkfix: add replace lines for the modules of go.work to go.mod"},
	{"capture", "%capture [-a] FILE: write the cell's output into a file too; -a appends"},
}

// Help returns a command's help, or "".
func Help(name string) string {
	i := slices.IndexFunc(Commands, func(c CommandHelp) bool { return c.Name == name })
	if i < 0 {
		return ""
	}
	return Commands[i].Help
}

// Unknown returns the first unknown % command.
func (s *Source) Unknown() (CommandAt, bool) {
	i := slices.IndexFunc(s.Commands, func(c CommandAt) bool { return Help(c.Name) == "" })
	if i < 0 {
		return CommandAt{}, false
	}
	return s.Commands[i], true
}

// Unknown returns the message about an unknown command.
func (c CommandAt) Unknown() string {
	if slices.Contains(Foreign, "%"+c.Name) {
		return "%" + c.Name + ": want it on the first line of a cell"
	}
	return "%" + c.Name + ": unknown command: %help lists those there are"
}

// HelpAt returns the help of the command on the line at a byte of the cell; "" for Go.
func (s *Source) HelpAt(at int) string {
	line := strings.Count(s.Code[:at], "\n")
	switch {
	case s.Foreign != "" && line == 0:
		return "what follows is not Go: %%writefile [-a] FILE, %%bash, %%sh or %%script COMMAND"
	case s.Foreign != "" || s.Kinds[line] == Go:
		return ""
	}
	for _, c := range s.Commands {
		if line >= c.Line && line <= c.Last {
			return Help(c.Name)
		}
	}
	return "!COMMAND: run a shell command; !*COMMAND runs it in the folder where cells are compiled"
}

// Question returns the name in a cell like ?name, name? or ??name; "" for other cells.
func Question(code string) string {
	text := strings.TrimSpace(code)
	name := strings.Trim(text, "?")
	if name == text || strings.ContainsAny(name, " \t\n?") || strings.HasPrefix(name, "!") {
		return ""
	}
	return name
}
