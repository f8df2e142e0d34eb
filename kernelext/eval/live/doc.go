// Package live runs the cells of a notebook as native Go in one process, in which variables keep
// their values from cell to cell:
//
//	m := map[string]int{"cat": 1} // cell 1
//	m["dog"] = 2                  // cell 2
//	len(m)                        // cell 3: 2
//
// [New] makes an engine for a folder; [Engine.Eval] runs a cell. Jupyter's protocol, the terminal
// and `nb run` stand in front of package eval's interface, which an Engine satisfies.
//
// # How it works
//
//	cell ── commands ── check ── rewrite ── compile, link ──▶ process: load, run
//	          %, !      go/types   text       cell7.so        variables, types, goroutines
//
// All cells together are one package. A cell that is run is checked against all that was declared
// before (check.go), by go/types and the export data of the packages that are imported: so its
// errors come in milliseconds, all at once, with columns, before anything is built. A cell that
// only declares ends here.
//
// Else the part of the program that its statements need is written down (generate.go): functions,
// types with their methods, constants; a variable x becomes (*p), where p points into the process's
// table of variables (package rt). Line directives say which cell each line comes from. The
// compiler and the linker are called directly (build.go) and make a plugin, which the process
// (package host) loads and runs. Old versions stay loaded: goroutines and closures go on with the
// code that they have.
//
// All versions are compiled under the import path "main", and a linker script keeps their functions
// and variables to each plugin (version.go). The descriptors of types are not hidden: so a type T
// of a cell is the same type in all versions, also within an interface, as the key of a map, to
// errors.As and to reflection. When a type or a method changes, or a function that a method calls,
// the next version begins an epoch, with another path. Then the variables of a type whose fields
// have changed are dropped, which a line says; the other values that interfaces hold are given the
// types of the new epoch (host/newest.go, host/upgrade.go), and assertions, comparisons and
// errors.As in cells do so for what that has not reached.
//
// A declaration that a new one breaks is set aside with a warning, and tried again with each cell.
// A function that uses a name that no cell has declared yet waits for it in the same way.
//
// # Without a build
//
// Most cells call, index, assign, show. Such a cell takes milliseconds: lower.go makes a tree of its
// typed syntax (wire.Program), and the process evaluates that by reflection on the live values
// (package interp). Functions, variables and types of imported packages come from a table, a plugin
// that is built when a cell first uses the package and kept in the cache by the package's and its
// imports' builds; a cell's own come from the newest version that holds them as they are now.
// Constants have the values that go/types gives them.
//
// The rule is that the compiled cell would do the same, to the letter of a panic. Whatever is not
// surely so is compiled, without a word:
//
//   - loops, if, switch, select, go, defer; function literals, generic functions and types, methods
//     as values; declarations of functions and types, and their first use; cgo, unsafe, %test
//   - the functions of packages that look at their callers: log, runtime, testing
//   - statements in which a call may change what stands before it: x + f(), unless nothing but the
//     cells' own statements can set x (shared.go)
//   - operands that may panic beside calls, products of floats in sums, lengths of arrays,
//     conversions of slices to arrays, types of which no compiled code has a descriptor
//
// [Options.Compile] has every cell compiled. TestSameAsCompiled runs the cells in testdata/cells
// both ways.
//
// # Failures
//
// A panic in the cell's goroutine is an error of the cell. os.Exit, also in a library or within
// log.Fatal, ends the goroutine that calls it, by one of the runtime's exit hooks (host/exit.go).
// An interrupt sets a flag that cells' code looks at in each function and loop; a cell that is
// blocked elsewhere is left behind after a second. What ends the process (a panic in another
// goroutine, concurrent map writes, a stack overflow, C) is told with its reason and what was lost;
// declarations stay, and the use of a lost variable says which cell to run again.
//
// # Packages
//
// Beside a module, cells import its packages in the versions of its go.mod, which is never written.
// Elsewhere a module in the cache is used, in which `go get` runs by itself. Nothing of this
// package is in either: what cells are linked with is compiled from embedded source, of the
// standard library alone, under import paths of its own. A cell that imports "C" is a file for the
// cgo tool in each version that needs it.
//
// # Limits
//
//   - Linux and macOS with a C compiler; [New] says why elsewhere. On macOS every version is an
//     epoch.
//   - A version costs about 2 MB of memory, which the process keeps until %restart.
//   - A package that the process has loaded stays in that version; a line says so when it changes.
//   - Values of an older epoch in channels, on stacks of goroutines, and within values of package
//     sync, net and the like are not brought up to date. A map with interfaces in it that a
//     goroutine writes while an epoch begins may end the process.
//   - A type declared in a function is another type in each epoch; two that share a name begin one.
//   - A variable cannot have an unexported type of another package; the error says so.
//   - Variables in C code belong to the version: they do not live from cell to cell.
//   - %wasm, coverage and the race detector need GoNB; a line says so. `go test -race` of this
//     package covers the engine, not the process with the cells.
//   - gonbui's widgets need a browser in which GoNB's script reaches the Jupyter server, as on GoNB.
//     The script is taken from the module of GoNB that cells import: a vendored one lacks it.
//
// # What was tried
//
//   - -linkshared, which would leave the standard library out of each plugin: broken in Go 1.26.
//   - A type of its own for each version, with every assertion rewritten: context keys, sync.Map,
//     atomic.Value and gob in libraries cannot be reached so.
//   - The process linked as an ordinary executable from packages compiled for plugins: it crashes
//     at its start.
//   - A plugin's exported functions looked up by name: every exported function of a user would have
//     to be found.
//   - GOGC=off for the linker, and the linker called without the C compiler: no faster, or 20 ms
//     for wrong versions of libc's symbols. A cell that imports large packages takes longer
//     because all of them are linked into its plugin (read: 0.09 s of 136 packages).
package live
