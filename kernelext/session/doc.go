// Package session keeps one worker process beside a notebook kernel, so that a cell, which GoNB
// compiles into a new program each time, can be a small client of a process with memory.
//
// [Worker.Open] finds the kernel's session or builds and starts the worker. [Session.Call] sends a
// request and returns the answer; events come before it. The worker's main calls serve.Serve with a
// [Handler]. [List] returns the live sessions.
//
// # Protocol
//
// HTTP over a Unix socket. POST /call/METHOD with a JSON body answers with one JSON [Event] a line,
// the last of the kind "result" or "error":
//
//	curl --unix-socket $DIR/sock -H "Session-Secret: $(cat $DIR/secret)" -d '{}' \
//		http://session/call/ping
//
// Closing the request cancels the work. So does DELETE /call/ID (the request's header
// Session-Call), after which the client still receives the outcome. GET /hello describes the
// session, POST /stop ends it.
//
// The socket (mode 0600) is in a folder of mode 0700: in $GONB_TMP_DIR under GoNB, else in the
// system's temporary folder. Requests carry the secret from there; on Linux the peer must be the
// same user.
//
// A session belongs to the kernel, outside GoNB to the process that opened it. It ends, and removes
// its folder, when its owner (process number and start time) or its socket is gone.
//
// # Tried and dropped
//
//   - Closing the connection as the only way to cancel: the client cannot learn that work was kept.
//   - A hash over the whole workspace: an edit elsewhere would invalidate a session with hours of
//     training.
//   - Signal 0 to see whether the kernel lives: zombies answer, and later processes of that number.
package session
