package live

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"gopets/kernelext/eval/live/wire"
)

func (e *Engine) list(printf func(string, ...any)) {
	p := e.program
	put := func(title string, lines []string) {
		if len(lines) > 0 {
			printf("%s:\n", title)
			for _, l := range lines {
				printf("\t%s\n", l)
			}
		}
	}
	var imports, declared, vars []string
	for _, name := range sorted(p.imports) {
		imports = append(imports, fmt.Sprintf("%s %q", name, p.imports[name]))
	}
	for _, c := range p.cells {
		for _, d := range c.decls {
			line := strings.Join(d.names, ", ")
			line += fmt.Sprintf(" (cell %d)", c.number)
			if d.fault != "" {
				line += ": set aside: " + d.fault
			}
			declared = append(declared, line)
		}
	}
	for _, name := range sorted(p.vars) {
		vars = append(vars, fmt.Sprintf("%s (cell %d)", name, p.vars[name].cell))
	}
	put("Imports", imports)
	put("Declarations", declared)
	put("Variables", vars)
}

func (e *Engine) remove(names []string, printf func(string, ...any)) error {
	if len(names) == 0 {
		return errors.New("%rm: no name is given")
	}
	e.state.Lock()
	defer e.state.Unlock()
	p := e.program
	gone := map[string]bool{}
	var drop, unknown []string
	for _, name := range names {
		name = strings.TrimSuffix(name, ",")
		d := p.declared(name)
		known := p.imports[name] != "" || d != nil
		switch {
		case p.vars[name] != nil:
			printf(". removed var %s\n", name)
		case d != nil:
			printf(". removed %s %s\n", d.kind(), name)
		case known:
			printf(". removed import %s\n", name)
		}
		delete(p.imports, name)
		if v := p.vars[name]; v != nil {
			known = true
			drop = append(drop, v.key)
			delete(p.vars, name)
		}
		gone[name] = true
		for _, c := range p.cells {
			for _, d := range c.decls {
				for _, n := range d.names {
					if t, _, ok := strings.Cut(n, "~"); ok && t == name {
						gone[n] = true // a type's methods go with it
					}
				}
			}
		}
		if !known {
			unknown = append(unknown, name)
		}
	}
	p.cells = without(p.cells, gone)
	if len(drop) > 0 {
		if err := e.updateProcess(wire.Request{Op: wire.Drop, Args: drop}); err != nil {
			return err
		}
	}
	if len(unknown) > 0 {
		return fmt.Errorf("%%rm: nothing is called %s", strings.Join(unknown, ", "))
	}
	return nil
}

func (e *Engine) who(printf func(string, ...any)) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tTYPE\tSIZE\tCELL\tVALUE")
	known := e.describe()
	for _, name := range sorted(e.program.vars) {
		v := e.program.vars[name]
		d, alive := known[v.key]
		switch {
		case v.lost != "":
			fmt.Fprintf(w, "%s\t%s\t\t%d\t%s\n", name, e.program.userType(v.text), v.cell,
				"lost: "+v.lost)
		case alive:
			value := d.Value
			if d.Dyn != "" {
				value = strings.TrimSpace(plainNames(d.Dyn) + " " + value)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", name, e.program.userType(v.text), size(d),
				v.cell, value)
		}
	}
	w.Flush()
	if len(e.program.vars) == 0 {
		printf("no variables\n")
		return nil
	}
	printf("%s", b.String())
	return nil
}

func (e *Engine) describe() map[string]wire.Variable {
	found := map[string]wire.Variable{}
	e.mu.Lock()
	p := e.process
	e.mu.Unlock()
	if p == nil || p.ended() {
		return found
	}
	reply, err := p.call(wire.Request{Op: wire.Variables}, killAfter)
	if err != nil {
		return found
	}
	for _, v := range reply.Variables {
		found[v.Key] = v
	}
	return found
}

func size(d wire.Variable) string {
	n, more := d.Size, ""
	if d.More {
		more = "+"
	}
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MB%s", n>>20, more)
	case n >= 10<<10:
		return fmt.Sprintf("%d kB%s", n>>10, more)
	}
	return fmt.Sprintf("%d B%s", n, more)
}

func (p *program) userType(text string) string {
	k := &checked{program: p}
	return k.words(text)
}
