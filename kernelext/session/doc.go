// Package session keeps one long-lived worker process beside a notebook kernel, so that a cell,
// which GoNB compiles into a new program each time, can be a thin client of something that
// remembers. It is independent of what the worker does.
//
// A client describes its [Worker] and calls [Worker.Open]: it finds the kernel's session or starts
// it, after building the worker's program from the workspace. [Session.Call] sends a request and
// returns the answer; events come before it. The worker's main function calls serve.Serve with a
// [Handler]. [List] returns the sessions that live.
//
// # Protocol
//
// HTTP over a Unix socket. POST /call/METHOD with a JSON body answers with one JSON object a line:
// [Event]s, of which the last has the kind "result" or "error":
//
//	curl --unix-socket $DIR/sock -H "Session-Secret: $(cat $DIR/secret)" -d '{}' \
//		http://session/call/ping
//
// Closing the request cancels the work. So does DELETE /call/ID, ID being the request's header
// Session-Call; then the client hears how it ended. GET /hello describes the session, POST /stop
// ends it.
//
// The socket (mode 0600) is in a folder of mode 0700 that belongs to the user: under GoNB in
// $GONB_TMP_DIR, else in the system's folder for temporary files. A request carries the secret kept
// there; on Linux the socket's peer must be the same user.
//
// # Lifetime
//
// Under GoNB a session belongs to the kernel, elsewhere to the process that opened it. The worker
// runs in a process session of its own and inherits only its log. It ends, and removes its folder,
// when its owner (process number and start time) or its socket is gone. A client may die at any
// time.
//
// # Tried and left
//
//   - Closing the connection as the only way to cancel: the client cannot hear that its work was
//     kept.
//   - A hash over the whole workspace: editing a package that the worker does not use would refuse a
//     session with hours of training. The hash covers what the worker is built from.
//   - Signal 0 to see whether the kernel lives: a zombie answers, and so does a later process with
//     that number.
package session
