// Package programs keeps what XLA compiled, so that another process loads it: two seconds for a
// training step of ResNet-34, which takes twelve to compile on two cores.
//
// PJRT can write a compiled program and read it again; go-xla has no call for it yet (the change
// that it would need is in ../serialization.md). So [Keep] puts a call of its own into the plugin's
// table in place of PJRT_Client_Compile: everything that GoMLX compiles passes it.
//
// A program's file is named by a hash of all that its code depends on: the graph, the options,
// $XLA_FLAGS, the plugin, the processor and its number of cores. It holds machine code that runs in
// the process, so its folder must be one that nobody else can write to, and a file whose checksum
// is wrong is compiled anew.
package programs
