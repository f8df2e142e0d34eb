// Package jupyter implements the client's side of the Jupyter messaging protocol over ZeroMQ.
//
// [Start] runs a kernel as a child process; [Kernel.Connect] waits until it listens ([Dial] and
// [Client.Ready] for another program's kernel). [Client.Send] sends a request, and [Client.Recv]
// returns the messages of all channels in the order of arrival:
//
//	spec, err := jupyter.FindSpec("python3")
//	k, err := jupyter.Start(spec, jupyter.StartOptions{Dir: "."})
//	defer k.Close()
//	c, info, err := k.Connect(ctx)
//	defer c.Close()
//	id, err := c.Send(jupyter.Shell, "execute_request", jupyter.ExecuteRequest{Code: "1+1"})
//	for {
//		m, err := c.Recv(ctx) // with k.Context(ctx): a dead kernel's sockets are silent
//		…
//	}
//
// What ZeroMQ and kernels require:
//
//   - A late subscriber loses what was published: iopub is dialled first, and Ready repeats
//     kernel_info_request until both the reply and a status came.
//   - go-zeromq queues ten messages per socket: every socket is drained into an unbounded queue.
//   - GoNB answers control requests on the shell socket: both sockets share one identity.
//   - A send without a peer is dropped silently: a restarted kernel needs a new Client.
//   - The library checks no signatures: messages that fail are dropped and counted here.
//   - TCP ports are released before the kernel binds them, and may be taken; Unix sockets in its
//     private folder avoid that for kernels that support them.
package jupyter
