// Package jupyter implements the client's side of the Jupyter messaging protocol over ZeroMQ.
//
// [Start] runs a kernel as a child process with a process group and a temporary folder of its own;
// [Kernel.Connect] connects to it and waits until it really listens ([Dial] and [Client.Ready] do
// the same for a kernel that somebody else started). Then a request is sent with [Client.Send], and
// everything the kernel says, on whichever channel, comes out of [Client.Recv] in the order in
// which it arrived:
//
//	spec, err := jupyter.FindSpec("python3")
//	k, err := jupyter.Start(spec, jupyter.StartOptions{Dir: "."})
//	defer k.Close()
//	c, info, err := k.Connect(ctx)
//	defer c.Close()
//	id, err := c.Send(jupyter.Shell, "execute_request", jupyter.ExecuteRequest{Code: "1+1"})
//	for {
//		m, err := c.Recv(ctx) // with k.Context(ctx): a dead kernel says nothing
//		…
//	}
//
// # What was learnt about ZeroMQ and kernels, and is obeyed here
//
//   - A subscriber that dials late loses what was published before. So iopub is dialled first, and
//     Ready repeats kernel_info_request until both the reply and a status on iopub came.
//   - go-zeromq queues ten messages per socket and then stops reading: every socket has a reader
//     that always drains, into a queue without bound.
//   - Some kernels (GoNB) answer control requests on the shell socket: both sockets share one
//     identity, and a reply is known by its parent.
//   - A send without a peer is dropped silently: a restarted kernel needs a new Client.
//   - The library checks no signatures: they are checked here, and a message that fails is counted
//     and dropped.
//   - A dead kernel leaves its sockets silent: callers watch [Kernel.Done], too.
//   - TCP ports are picked and then released before the kernel binds them, so that two kernels may
//     collide; where a kernel is known to support it, Unix sockets in its private folder avoid
//     that, and keep strangers out.
package jupyter
