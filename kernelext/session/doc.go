// Package session keeps one long-lived worker process beside a notebook kernel, so that a cell,
// which GoNB compiles into a new program each time, can be a thin client of something that
// remembers. It is independent of what the worker does.
//
// # Which function
//
// A client describes its [Worker] and calls [Worker.Open]: it finds the kernel's session or starts
// it, building the worker's program from the workspace first, so that cells and worker come from
// the same source. [Session.Call] sends a request and hands over the events that come back. The
// worker's main function calls [Serve] with a [Handler]. [List] tells which sessions live,
// [CacheDir] where everything is kept that outlives them.
//
// # On the wire
//
// HTTP over a Unix socket. POST /call/METHOD with a JSON body answers with one JSON object a line:
// [Event]s, of which the last has the kind "result" or "error". Look at it with curl:
//
//	curl --unix-socket $DIR/sock -H "Session-Secret: $(cat $DIR/secret)" -d '{}' http://session/call/ping
//
// Closing the request cancels the work. So does DELETE /call/ID, ID being the request's header
// Session-Call; then the stream stays open and the client hears how it ended. GET /hello says who
// serves, POST /stop ends it.
//
// # Who may call
//
// The socket (mode 0600) is in a folder of mode 0700 that belongs to the user: under GoNB in
// $GONB_TMP_DIR, else in the system's folder for temporary files. A request has to carry the secret
// kept there, and on Linux the caller's user is asked of the socket as well.
//
// # Life and death
//
// Under GoNB a session belongs to the kernel, elsewhere to the process that opened it. The worker
// runs in a process session of its own with no inherited file but its log; twice a second it looks
// whether its owner (number and start time) and its socket are still there, and ends when one is
// not, taking its folder with it. A client may die at any time. Two clients that start a session at
// once are ordered by a lock.
//
// # Tried and left
//
//   - Closing the connection as the only way to cancel: the client cannot hear that its work was
//     kept.
//   - A hash over all files of the workspace: editing a package that the worker does not use would
//     refuse a session with hours of training in it. The hash covers the packages that the worker
//     is built from.
//   - Signal 0 to see whether the kernel lives: a zombie answers, and so does a stranger that got
//     the number.
package session
