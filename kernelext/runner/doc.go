// Package runner runs a notebook without a browser: its cells in order, on a kernel of its own,
// with their outputs written into the notebook as by JupyterLab.
//
//	nb, err := notebook.ReadFile("in.ipynb")
//	spec, err := jupyter.FindSpec("python3")
//	err = runner.SetParameters(nb, "python", []runner.Setting{{Name: "epochs", Value: "2"}})
//	report, err := runner.Run(ctx, nb, runner.Options{
//		Spec: spec,
//		Save: func() error { return nb.WriteFile("out.ipynb") },
//	})
//
// [Run] ends with the first cell that fails: [CellError], [TimeoutError], [DeadKernelError],
// [InputError], [SaveError], or the context's cause. A cell fails if its kernel replies so, or if
// it shows an error: IPython replies "ok" to errors of %time and of drawings. SystemExit with
// status 0 ends the notebook with success (Report.Exit).
//
// Saves of the whole file are at least a second apart and take a tenth of the time at most; other
// cells are saved alone (Options.SaveCells), so that a killed run loses only the running cell and
// widgets' states. Time is linear in cells; 300 MB of output hold about 600 MB.
//
// Tags, outputs, displays and widgets are as in nbclient: TestLikeNBClient compares the two.
//
// # Resuming
//
// Options.Resume is the notebook of a run that ended early. A cell has finished when the kernel's
// reply is in its metadata, without an error that was not allowed. Cells are compared by source, in
// order, so an edit or a changed parameter runs all later cells again; files and packages are not
// compared. The old kernel's memory is lost:
//
//   - Kernels like ipykernel run the finished cells again, except those tagged resume-keep.
//   - GoNB keeps declarations only: Options.Replay returns a finished cell's
//     (cellsrc.Declarations), which are sent without being shown. A cell tagged resume-rerun runs
//     again.
//
// Options.Only uses Replay too, so that a cell finds earlier declarations.
//
// # Tried and dropped
//
//   - Joining stream texts: quadratic on 50 MB. A builder encoded at each save: 700 MB of memory. A
//     [notebook.Log] encodes once.
//   - Relying on idle after the reply: they travel by different sockets.
//   - A file beside the notebook for resuming: it can be stale or lost.
//   - All declarations in one request: a name declared twice, as parameters are, is not a Go
//     program.
//   - Unix sockets for every kernel, TCP after a time limit: kernels that do not support them hang.
//   - Outputs to the running cell: a thread's belong to the cell that started it, by parent id.
package runner
