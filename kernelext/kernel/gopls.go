package kernel

type gopls struct{}

func newGopls(program, workspace, dir string) *gopls { return &gopls{} }
func (g *gopls) close()                              {}
func (k *Kernel) complete(code string, cursor int) object {
	return object{"status": "ok", "matches": []string{}, "cursor_start": cursor, "cursor_end": cursor, "metadata": object{}}
}
func (k *Kernel) inspect(code string, cursor int) object {
	return object{"status": "ok", "found": false, "data": object{}, "metadata": object{}}
}
