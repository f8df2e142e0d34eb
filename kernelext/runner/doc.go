// Package runner runs a notebook without a browser: its cells in order, on a kernel of its own, with everything that is shown on the way
// written into the notebook as JupyterLab would.
//
//	nb, err := notebook.ReadFile("in.ipynb")
//	spec, err := jupyter.FindSpec("python3")
//	err = runner.SetParameters(nb, "python", []runner.Setting{{Name: "epochs", Value: "2"}})
//	report, err := runner.Run(ctx, nb, runner.Options{
//		Spec: spec,
//		Save: func() error { return nb.WriteFile("out.ipynb") },
//	})
//
// [Run] clears what the code cells showed, starts the kernel, executes cell after cell and saves after each, also after one that failed.
// It ends with the first cell that fails, and its error says how: [CellError], [TimeoutError], [DeadKernelError], [InputError], [SaveError], or the cause of
// the context's end. The kernel, all processes of its group and its temporary folder are gone when Run returns.
//
// The vocabulary of tags is nbclient's: a cell tagged raises-exception may fail, one tagged skip-execution is not run.
//
// # Tried and dropped
//
//   - Joining stream texts as strings: quadratic on 50 MB of output. A builder per output, encoded at each save: 700 MB of memory. A
//     [notebook.Log] encodes what comes, once.
//   - Trusting that idle comes after the reply: the two travel by different sockets; both are awaited, in any order.
//   - Routing outputs to the running cell: a background thread's output belongs to the cell that started it, known by the parent's id.
package runner
