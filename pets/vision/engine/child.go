package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// childVar asks this package's init to do one job and exit: "trial xla:/path" or "install /folder".
// So any program that uses the package, tests included, can be its own child.
const childVar = "GOPETS_ENGINE_CHILD"

const (
	// loading and compiling take under a second; the rest is for an overloaded machine
	cpuTrialTime = 60 * time.Second
	// a first start of CUDA loads a gigabyte and tunes its convolutions
	cudaTrialTime = 180 * time.Second
	probeTime     = 4 * time.Second // asking a network or nvidia-smi whether it is there
)

// logLevelVar is the severity from which XLA logs; go-xla sets it to 3, fatal errors only.
const logLevelVar = "TF_CPP_MIN_LOG_LEVEL"

func init() {
	job, ok := os.LookupEnv(childVar)
	if !ok {
		return
	}
	_ = os.Unsetenv(childVar)
	verb, argument, _ := strings.Cut(job, " ")
	var err error
	switch verb {
	case "trial":
		err = RunTrial(argument)
	case "install":
		err = installCPU(argument)
	default:
		err = fmt.Errorf("$%s: unknown job %q", childVar, verb)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// try runs a candidate's trial in a child and writes the result into v.
func try(c candidate, o Options, v *result) {
	limit := cpuTrialTime
	if c.name == CUDA {
		limit = cudaTrialTime
	}
	if o.trialTime > 0 {
		limit = o.trialTime
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd, err := childCommand(ctx, o.Trial, "trial "+c.spec)
	if err != nil {
		v.Refused = "it could not be tried: " + err.Error()
		return
	}
	cmd.Env = append(cmd.Env, additions(c.plugin, o.cacheDir())...)
	if os.Getenv(logLevelVar) == "" {
		cmd.Env = append(cmd.Env, logLevelVar+"=1") // warnings say what is wrong with CUDA
	}
	if value, differs := v.Flags.add(); differs {
		cmd.Env = append(cmd.Env, flagsVar+"="+value)
	}
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	start := time.Now()
	err = cmd.Run()
	v.Took = time.Since(start)

	r, reported := findReport(out.String())
	v.Major, v.Minor = r.Major, r.Minor
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		v.Refused = fmt.Sprintf("its trial did not end within %v", limit)
	case reported && r.Error != "":
		v.Refused = "its trial failed: " + explain(r.Error, stderr.String())
	case errors.As(err, &exit):
		v.Refused = explain(fmt.Sprintf("its trial crashed (%v)%s", exit,
			lastLine(stderr.String())),
			stderr.String())
	case err != nil:
		v.Refused = "it could not be tried: " + err.Error()
	case !reported:
		v.Refused = "its trial ended without a report"
	}
}

func childCommand(ctx context.Context, program []string, job string) (*exec.Cmd, error) {
	if len(program) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		program = []string{self}
	}
	cmd := exec.CommandContext(ctx, program[0], program[1:]...)
	cmd.WaitDelay = 2 * time.Second
	cmd.Env = append(os.Environ(), childVar+"="+job, "GOMLX_NO_AUTO_INSTALL=1")
	return cmd, nil
}

func findReport(output string) (r report, ok bool) {
	for line := range strings.Lines(output) {
		if text, found := strings.CutPrefix(line, reportMark); found {
			ok = json.Unmarshal([]byte(text), &r) == nil
		}
	}
	return r, ok
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	line := strings.TrimSpace(lines[len(lines)-1])
	if line == "" {
		return ""
	}
	const most = 300
	if len(line) > most {
		line = line[:most] + "…"
	}
	return ": " + line
}

func outputWithin(limit time.Duration, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	return string(out), err
}
