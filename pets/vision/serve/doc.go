// Package serve is an HTTP service for a trained learner: it answers a photo with its most probable
// classes, as a page or as JSON.
//
//	learner, err := train.LoadLearner(eng, "pets.safetensors")
//	s, err := serve.New(learner, learner.Split().Classes, serve.Options{Model: "petnet10", Decode: learner.Config().Decode})
//	defer s.Close()
//	listener, err := net.Listen("tcp", "127.0.0.1:8080")
//	err = s.Run(ctx, listener) // until ctx ends; then running requests are finished
//
// A [Server] is an http.Handler over a [Predictor], so it can stand in any Go program and be tested
// without an engine. [Server.Run] adds what a service of its own needs: time limits for slow
// clients, a bound on connections, readiness, a graceful stop. It serves plain HTTP and has no
// accounts: put a proxy with TLS and accounts in front of it.
//
// # Paths
//
//	GET  /         the page with the form; it works without script
//	POST /         a form with the file field "photo": the page with the image and its bars, or JSON for "Accept: application/json"
//	POST /predict  the same form, or the bare bytes of an image (Content-Type image/… or application/octet-stream): JSON
//	GET  /model    JSON: {"model", "classes": […]}
//	GET  /healthz  200 as long as the process serves
//	GET  /readyz   200 when predictions are served; 503 while the network is compiled, and once a stop has begun
//
// An answer, with as many classes as ?top=N says (5; 0 for all):
//
//	{"class": "Birman", "probability": 0.93, "top": [{"class": "Birman", "probability": 0.93}, …],
//	 "image": {"format": "jpeg", "width": 4032, "height": 3024}, "model": "petnet10 after fit 2, epoch 4"}
//
// A refusal, of the same shape on every path, with the status beside it:
//
//	{"error": {"code": "too_many_pixels", "message": "…"}}
//
//	400 bad_form, no_photo, bad_request   the form or the query is not as above
//	403 cross_origin                      another site's page sent it through a visitor's browser
//	404 not_found, 405 method             no such path; no such method there (Allow says which)
//	408 slow_upload                       it did not arrive in time
//	413 too_large, too_many_pixels        more bytes than MaxBytes; more pixels than can be read, refused from the header alone
//	415 not_an_image, content_type       neither JPEG, PNG, GIF nor WebP, whatever its name; a body of another type
//	422 damaged                           cut off or broken
//	429 too_many                          PerClient uploads of this address are on their way; Retry-After
//	500 failed                            the predictor failed; the log says why
//	503 busy, timeout, starting, stopping Retry-After
//
// # What it costs
//
// An image takes up to some 15 bytes a pixel while it is decoded, and Concurrency images are
// decoded at once: 25 million pixels, 4 at once, bound it to 1.5 GB, of which ordinary photos take
// a tenth. A JPEG with more pixels, as phones of 50 or 200 million make them, is read at a half, a
// quarter or an eighth of its size. Uploads that wait hold their bytes.
//
// Images that wait while the predictor is at work are predicted together, up to Batch: none waits
// for a batch to fill. batch.go says what that gains.
//
// # Concurrency
//
// A [Server] is safe for concurrent use. A *train.Learner is not: the server calls it from one
// goroutine at a time, [Server.Warm] included, and it must not be used otherwise until
// [Server.Close] has returned. Two servers need two learners.
//
// The log has a line for each request: path, status, time, bytes, format, how many were predicted
// together. Nothing in it comes from the visitor: no address, no file name, no image, no unknown
// path.
//
// # Tried and dropped
//
//   - Waiting a few milliseconds for a batch to fill: a lone visitor pays, and under load the queue
//     fills batches by itself.
//   - Cancelling a decoder that is too slow: it cannot be. What makes one slow is bounded instead
//     (a JPEG's scans), and its place stays taken until it ends.
//   - Formats that browsers do not show (TIFF, BMP): two more parsers for strangers to try, and
//     nothing to see on the page.
//   - Echoing the upload on the page: the image shown is drawn from what was decoded, so no byte of
//     the upload reaches another reader.
package serve
