// Package live runs the cells of a notebook as native Go in one process, in which variables keep
// their values from cell to cell:
//
//	m := map[string]int{"cat": 1} // cell 1
//	m["dog"] = 2                  // cell 2
//	len(m)                        // cell 3: 2
//
// [New] returns an engine for a folder; [Engine.Eval] runs a cell.
//
// # How it works
//
//	cell ── commands ── check ── rewrite ── compile, link ──▶ process: load, run
//	          %, !      go/types   text       cell7.so        variables, types, goroutines
//
// All cells together are one package. go/types checks a cell against all earlier declarations, so
// errors take milliseconds, come all at once and have columns. A cell that only declares ends here.
//
// Otherwise the part of the program that the cell needs is written (generate.go). A variable x
// becomes (*p), where p points into the process's table of variables (package rt); variables of one
// cell are initialised in a package's order (order.go). The compiler and the linker are called
// directly (build.go) and make a plugin without the initialisation of loaded packages (inits.go).
// The process (package host) loads and runs it. Old versions stay loaded for goroutines and
// closures.
//
// All versions have the import path "main", and a linker script makes their functions and variables
// local to each plugin (version.go). Type descriptors stay shared, so a type T of a cell is the
// same type in all versions. When a type or a method changes, the next version begins an epoch,
// with another path. Variables whose fields changed are dropped, with a line that says so; values
// in interfaces get the types of the new epoch (host/newest.go, host/upgrade.go), as do operands of
// assertions and comparisons.
//
// A declaration that a new one breaks is set aside with a warning and tried again with each cell,
// as is a function that uses names not yet declared.
//
// # Without a build
//
// Most cells call, index, assign, show. lower.go makes a tree of such a cell (wire.Program), and
// the process evaluates it by reflection (package interp) in milliseconds. Imported packages have a
// table, a plugin that is built at first use and kept in the cache; the cells' own functions come
// from the newest version.
//
// The result must be that of the compiled cell, including the text of a panic. Otherwise a cell is
// compiled:
//
//   - control flow, function literals, generics, methods as values; declarations of functions and
//     types, and their first use; cgo, unsafe, %test
//   - the functions of packages that look at their callers: log, runtime, testing
//   - statements in which a call may change an earlier operand: x + f(), unless only the cells' own
//     statements can set x (shared.go)
//   - operands that may panic beside calls, products of floats in sums, lengths of arrays,
//     conversions of slices to arrays, types without a descriptor in compiled code
//
// [Options.Compile] compiles every cell. TestSameAsCompiled runs the cells in testdata/cells both
// ways.
//
// # Failures
//
// A panic in the cell's goroutine is an error of the cell. os.Exit, also in a library or log.Fatal,
// ends the goroutine that calls it, by one of the runtime's exit hooks (host/exit.go). An interrupt
// sets a flag that cells' code checks in each function and loop; a cell that is blocked elsewhere
// is left running after a second. When the process ends (a panic in another goroutine, concurrent
// map writes, a stack overflow, C), the error has the reason and what was lost; declarations stay.
//
// # Packages
//
// In a module, cells import its packages in the versions of its go.mod, which is never written.
// Elsewhere they use a module in the cache, in which `go get` runs by itself. What no engine has
// used for 30 days leaves the cache, except modules into which packages were got.
//
// # Limits
//
//   - Linux and macOS with a C compiler. On macOS every version is an epoch.
//   - A version costs about 2 MB of memory, until %restart.
//   - A package that the process has loaded stays in that version; a line says so when it changes.
//   - Values of an older epoch in channels, on stacks of goroutines, and in values of package sync,
//     net and others are not updated. A map with interfaces that a goroutine writes while an epoch
//     begins may end the process.
//   - The type of a value in an interface stays old if it is an instance of a generic type that
//     only statements of earlier cells name, until a cell names it.
//   - A type declared in a function is another type in each epoch; two that share a name begin one.
//   - A variable cannot have an unexported type of another package.
//   - Variables in C code belong to the version: they do not live from cell to cell.
//   - %wasm, coverage and the race detector need GoNB. `go test -race` covers the engine only.
//   - gonbui's widgets need a browser in which GoNB's script reaches the Jupyter server. The script
//     is that of the GoNB module that cells import; a vendored one lacks it.
//
// # Tried and dropped
//
//   - -linkshared, to leave the standard library out of each plugin: broken in Go 1.26.
//   - A type of its own for each version, with every assertion rewritten: cannot reach context
//     keys, sync.Map, atomic.Value and gob in libraries.
//   - An ordinary executable as the process, from packages compiled for plugins: crashes at start.
//   - Looking up a plugin's exported functions by name: finds every exported function of a user.
//   - GOGC=off for the linker, gold without gcc: hardly faster. A link is mostly reading symbols.
package live
