package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gopets/kernelext/jupyter"
	"gopets/kernelext/session"
)

type check struct {
	Name     string `json:"name"`
	OK       bool   `json:"ok"`
	Optional bool   `json:"optional,omitempty"` // nothing fails without it
	Detail   string `json:"detail"`
	Fix      string `json:"fix,omitempty"`
}

func doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is there, what is missing, how to get it, and which sessions live",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks := examine(cmd.Context())
			sessions, err := session.List()
			if err != nil {
				checks = append(checks, check{Name: "sessions", Detail: err.Error()})
			}
			bad := false
			for _, c := range checks {
				bad = bad || !c.OK && !c.Optional
			}
			out := cmd.OutOrStdout()
			if asJSON {
				if sessions == nil {
					sessions = []session.Info{}
				}
				e := json.NewEncoder(out)
				e.SetIndent("", "  ")
				if err := e.Encode(map[string]any{"ok": !bad, "checks": checks,
					"sessions": sessions}); err != nil {
					return err
				}
			} else {
				report(out, checks, sessions)
			}
			if bad {
				return exitError(1)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "for machines")
	return cmd
}

func report(out io.Writer, checks []check, sessions []session.Info) {
	for _, c := range checks {
		state := "ok     "
		switch {
		case !c.OK && c.Optional:
			state = "absent "
		case !c.OK:
			state = "MISSING"
		}
		fmt.Fprintf(out, "%s  %s: %s\n", state, c.Name, c.Detail)
		if !c.OK && c.Fix != "" {
			fmt.Fprintf(out, "         → %s\n", c.Fix)
		}
	}
	if len(sessions) == 0 {
		fmt.Fprintln(out, "sessions: none alive")
	}
	for _, s := range sessions {
		fmt.Fprintf(out, "session  %s: process %d for kernel %d, alive for %v, log %s\n", s.Name,
			s.PID, s.Owner, time.Since(s.Started).Round(time.Second), s.Log)
	}
}

func examine(ctx context.Context) []check {
	var checks []check
	add := func(name, detail string, err error, fix string) bool {
		c := check{Name: name, OK: err == nil, Detail: detail}
		if err != nil {
			c.Detail, _, _ = strings.Cut(err.Error(), "\n")
			c.Fix = fix
		}
		checks = append(checks, c)
		return err == nil
	}
	version, err := goOutput(ctx, ".", "version")
	if !add("go", strings.TrimSpace(string(version)), err, "install Go from https://go.dev/dl") {
		return checks
	}
	cc, err := goOutput(ctx, ".", "env", "CC")
	compiler := strings.TrimSpace(string(cc))
	if err == nil {
		_, err = exec.LookPath(strings.Fields(compiler + " ")[0])
	}
	add("C compiler", compiler, err, "install gcc; XLA's plugins are loaded through cgo")
	w, err := findWorkspace(ctx, ".")
	if !add("workspace", describe(w), err,
		"correct its go.mod, or set NB_WORKSPACE to another module") {
		return checks
	}
	for _, name := range []string{"gonb", "goimports"} {
		p := filepath.Join(binDir(), name)
		var err error
		if !exists(p) {
			err = fmt.Errorf("%s is not built", p)
		}
		add(name, p, err, "nb setup")
	}
	for _, pkg := range w.workers {
		checks = append(checks, examineWorker(ctx, w.worker(pkg))...)
	}
	checks = append(checks, examineKernel(liveKernel), examineKernel(gonbKernel))
	return append(checks,
		optional("jupyter",
			"JupyterLab, to step through notebooks in a browser: pip install jupyterlab"),
		examineGopls())
}

func examineGopls() check {
	if !exists(goplsPath()) {
		return check{Name: "gopls", Optional: true, Detail: "not built",
			Fix: "nb setup, for completion in JupyterLab (it builds " + goplsVersion + ")"}
	}
	return check{Name: "gopls", OK: true, Optional: true, Detail: goplsPath()}
}

func optional(program, why string) check {
	p, err := exec.LookPath(program)
	if err != nil {
		return check{Name: program, Optional: true, Detail: "not on the PATH", Fix: why}
	}
	return check{Name: program, OK: true, Optional: true, Detail: p}
}

func describe(w *workspace) string {
	if w == nil {
		return ""
	}
	if w.root == "" {
		return "none around this folder; cells have a module of their own"
	}
	return fmt.Sprintf("module %s in %s", w.module, w.root)
}

func examineWorker(ctx context.Context, w session.Worker) []check {
	program, err := w.Program()
	if err != nil || !exists(program) {
		return []check{{Name: w.Name + " session", Detail: "its program is not built",
			Fix: "nb setup"}}
	}
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, "doctor", "--json").Output()
	var answer struct {
		Checks []check `json:"checks"`
	}
	if jerr := json.Unmarshal(out, &answer); jerr != nil {
		return []check{{Name: w.Name + " session",
			Detail: fmt.Sprintf("%s doctor --json did not answer (%v)", program, err),
			Fix:    "nb setup"}}
	}
	for i := range answer.Checks {
		answer.Checks[i].Name = w.Name + ": " + answer.Checks[i].Name
	}
	return append([]check{{Name: w.Name + " session", OK: true, Detail: program}}, answer.Checks...)
}

func examineKernel(name string) check {
	c := check{Name: "Jupyter kernel " + name, Optional: true}
	spec, err := jupyter.FindSpec(name)
	if err != nil {
		c.Detail, c.Fix = "not installed",
			"nb install --user, to step through notebooks in JupyterLab"
		return c
	}
	c.OK = true
	if mark := readMark(spec.Dir); mark != nil {
		c.Detail = spec.Dir + " (nb " + mark.Version + ")"
	} else {
		c.Detail = spec.Dir + " (not by nb)"
	}
	return c
}
