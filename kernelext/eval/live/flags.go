package live

import (
	"fmt"
	"regexp"
	"strings"
)

var definesFlag = regexp.MustCompile(`\bflag\.\w+\((?:[^",()]+,\s*)?"([^"]+)"`)

// flags makes a cell with a main parse the flags of package flag, as GoNB does, and a cell that
// runs again define its flags anew, which package flag does not allow.
func (e *Engine) flags(s *script) {
	p := e.program
	code := s.source.Go()
	if !strings.Contains(code, "flag.") && p.imports["flag"] != "flag" ||
		p.vars["flag"] != nil || p.declared("flag") != nil {
		return
	}
	s.parse = "flag.Parse()\n"
	var again []string
	for _, m := range definesFlag.FindAllStringSubmatch(code, -1) {
		if e.defined[m[1]] {
			again = append(again, fmt.Sprintf("%q", m[1]))
		}
		e.defined[m[1]] = true
	}
	if len(again) > 0 {
		s.forget = fmt.Sprintf("{\n%[1]sold := flag.CommandLine\n"+
			"flag.CommandLine = flag.NewFlagSet(%[1]sold.Name(), %[1]sold.ErrorHandling())\n"+
			"%[1]sold.VisitAll(func(f *flag.Flag) {\nswitch f.Name {\ncase %[2]s:\ndefault:\n"+
			"flag.CommandLine.Var(f.Value, f.Name, f.Usage)\n}\n})\n}\n", mark,
			strings.Join(again, ", "))
	}
}
