package kernel

// magics are GoNB's commands, with what an inspection says about them.
var magics = []struct{ name, help string }{
	{"%", "%% [arguments]: what follows is the body of func main, run with these arguments"},
	{"main", "%main [arguments]: what follows is the body of func main, run with these arguments"},
	{"args", "%args [arguments]: the cell's program is run with these arguments"},
	{"exec", "%exec NAME [arguments]: run a function without parameters instead of main"},
	{"test", "%test [flags]: run the cell's tests and benchmarks; flags are those of a test program, such as -test.v"},
	{"wasm", "%wasm: compile the cell to WebAssembly and run it in the browser"},
	{"widgets", "%widgets: install the front-end's side of gonbui's widgets"},
	{"widgets_hb", "%widgets_hb: see whether the front-end's side of gonbui's widgets answers"},
	{"env", "%env NAME VALUE, or NAME=VALUE: set a variable of the environment for later commands and cells"},
	{"cd", "%cd [folder]: change the folder in which commands and cells run, or tell it"},
	{"goflags", "%goflags [flags]: flags for go build from now on"},
	{"autoget", "%autoget: get modules that are missing"},
	{"noautoget", "%noautoget: get no modules"},
	{"help", "%help: GoNB's page of help"},
	{"version", "%version: GoNB's version"},
	{"reset", "%reset [go.mod]: forget all declarations, or only the modules"},
	{"ls", "%ls: list the remembered declarations"},
	{"list", "%list: list the remembered declarations"},
	{"rm", "%rm NAME…: forget declarations; a method is called Type~Method"},
	{"remove", "%remove NAME…: forget declarations; a method is called Type~Method"},
	{"with_inputs", "%with_inputs: the next ! command may ask for input"},
	{"with_password", "%with_password: the next ! command may ask for a password"},
	{"track", "%track [file or folder]: have completion follow a file, or tell which it follows"},
	{"untrack", "%untrack FILE: the opposite of %track"},
	{"goworkfix", "%goworkfix: add replace lines for the modules of go.work to go.mod"},
	{"capture", "%capture [-a] FILE: write the cell's output into a file too; -a appends"},
}

// magicHelp says what a command is for; "" if GoNB does not have it.
func magicHelp(name string) string {
	for _, m := range magics {
		if m.name == name {
			return m.help
		}
	}
	return ""
}
