// Package runner runs a notebook without a browser: its cells in order, on a kernel of its own,
// with everything that is shown on the way written into the notebook as JupyterLab would.
//
//	nb, err := notebook.ReadFile("in.ipynb")
//	spec, err := jupyter.FindSpec("python3")
//	err = runner.SetParameters(nb, "python", []runner.Setting{{Name: "epochs", Value: "2"}})
//	report, err := runner.Run(ctx, nb, runner.Options{
//		Spec: spec,
//		Save: func() error { return nb.WriteFile("out.ipynb") },
//	})
//
// [Run] clears what the code cells showed, starts the kernel, executes cell after cell and saves
// after each, also after one that failed. It ends with the first cell that fails, and its error
// says how: [CellError], [TimeoutError], [DeadKernelError], [InputError], [SaveError], or the cause
// of the context's end. The kernel, all processes of its group and its temporary folder are gone
// when Run returns.
//
// A cell fails if its kernel replies so, or if an error is among its outputs at its end: IPython
// publishes the errors of %time and of drawings and replies "ok". SystemExit with status 0 is no
// failure but the end of the notebook: Report.Exit names the cell, and those behind it are not run.
//
// # Cost
//
// Time and memory grow as the work does. A save writes the whole file, so saves are a second apart
// and take a tenth of the run's time at most; what ends in between is saved alone
// (Options.SaveCells), so that a run that is killed loses the cell that was running, and what
// widgets were set to. Options.MaxOutput
// bounds what one cell can show. Ten thousand small cells on ipykernel take ten times what a thousand take; 300 MB of output
// hold about 500 MB.
//
// The vocabulary of tags is nbclient's: a cell tagged raises-exception may fail, one tagged
// skip-execution is not run and stays as it is. So is the treatment of outputs, displays and
// widgets, whose state goes into the notebook's metadata, an Output widget's captures, too;
// TestLikeNBClient compares the two and lists the differences.
//
// # Going on
//
// A run that ended early is gone on with by giving its notebook as Options.Resume. The record is
// that file alone: a cell has finished when the kernel's reply stands in its metadata and no error
// that was not allowed in its outputs. Cells are compared in order, by their sources, so a changed
// parameter or an edit makes all that comes behind it run again. What the notebook read from
// elsewhere (files, packages, the clock) is not looked at.
//
// The kernel of that run is gone and its memory with it, and what that means depends on the
// language:
//
//   - Where a kernel keeps values in memory, as ipykernel does, there is no way around running the
//     finished cells again: nothing is saved but what their author saved. A cell whose results lie
//     on disk can be tagged resume-keep; it is not run again and keeps its outputs.
//   - GoNB keeps declarations only, and evaluates them anew in every cell in any case. So
//     Options.Replay gives of a finished cell what it declares (see kernel.Declarations), that is
//     sent without being shown, and what the cell did is not done again. A cell that makes
//     something live, say a session's learner, can be tagged resume-rerun.
//
// The same Replay serves Options.Only, so that a chosen cell finds the declarations of those before
// it.
//
// # Tried and dropped
//
//   - Joining stream texts as strings: quadratic on 50 MB of output. A builder per output, encoded
//     at each save: 700 MB of memory. A [notebook.Log] encodes what comes, once.
//   - Trusting that idle comes after the reply: the two travel by different sockets; both are
//     awaited, in any order.
//   - A state of its own beside the notebook, for going on: it can be stale or lost, and the
//     notebook says it all.
//   - All declarations of the finished cells in one request: a name that is declared twice, as
//     every parameter is, makes it no Go program.
//   - Unix sockets for every kernel, TCP after a time-out: kernels that do not know them hang.
//   - Routing outputs to the running cell: a background thread's output belongs to the cell that
//     started it, known by the parent's id.
package runner
