// Package serve offers a trained learner to people and programs over HTTP: a photo comes in, a
// class and its bars go out.
//
//	learner, err := train.LoadLearner(eng, "pets.safetensors")
//	s, err := serve.New(learner, learner.Split().Classes, serve.Options{Model: "petnet10", Decode: learner.Config().Decode})
//	defer s.Close()
//	listener, err := net.Listen("tcp", "127.0.0.1:8080")
//	err = s.Run(ctx, listener) // until ctx ends; then running requests are finished
//
// A [Server] is an http.Handler over a [Predictor], so it can stand in any Go program and be tested
// without an engine. [Server.Run] adds what a service of its own needs: time limits for slow
// clients, a bound on connections, readiness, a graceful stop. It speaks plain HTTP and knows no
// users: put a proxy with TLS and accounts in front of whatever the world can reach.
//
// # Paths
//
//	GET  /         the page with the form; it works without script
//	POST /         a form with the file field "photo": the page with the picture and its bars, or JSON for "Accept: application/json"
//	POST /predict  the same form, or the bare bytes of a picture (Content-Type image/… or application/octet-stream): JSON
//	GET  /model    JSON: {"model", "classes": […]}
//	GET  /healthz  200 as long as the process serves
//	GET  /readyz   200 when predictions are served; 503 while the network is compiled, and once a stop has begun
//
// An answer, with as many classes as ?top=N says (5; 0 for all):
//
//	{"class": "Birman", "probability": 0.93, "top": [{"class": "Birman", "probability": 0.93}, …],
//	 "picture": {"format": "jpeg", "width": 4032, "height": 3024}, "model": "petnet10 after fit 2, epoch 4"}
//
// A refusal, of the same shape on every path, with the status beside it:
//
//	{"error": {"code": "too_many_pixels", "message": "…"}}
//
//	400 bad_form, no_photo, bad_request   the form or the query is not as above
//	403 cross_origin                      another site's page sent it through a visitor's browser
//	404 not_found, 405 method             no such path; no such method there (Allow says which)
//	408 slow_upload                       it did not arrive in time
//	413 too_large, too_many_pixels        more bytes than MaxBytes; more pixels than MaxPixels, told from the picture's header before anything is decoded
//	415 not_a_picture, content_type       neither JPEG, PNG, GIF nor WebP, whatever its name; a body of another type
//	422 damaged                           cut off or broken
//	429 too_many                          PerClient uploads of this address are on their way; Retry-After
//	500 failed                            the predictor failed; the log says why
//	503 busy, timeout, starting, stopping Retry-After
//
// # What it costs
//
// A picture takes up to some 25 bytes a pixel while it is decoded, and Concurrency pictures are at
// once: 25 million pixels, 4 at once, bound it to 2.5 GB, of which honest photographs take a tenth.
// Uploads that wait hold their bytes.
//
// Pictures that wait while the predictor is at work are predicted together, up to Batch: nobody
// waits for a batch to fill. batch.go tells what that gains.
//
// The log has a line for each request: path, status, time, bytes, format, how many were predicted
// together. Nothing in it comes from the visitor: no address, no file name, no picture, no unknown
// path.
//
// # Tried and left
//
//   - Waiting a few milliseconds for a batch to fill: a lone visitor pays, and under load the queue
//     fills batches by itself.
//   - Cancelling a decoder that is too slow: Go's cannot be. What makes one slow is counted before
//     instead (a JPEG's scans), and its place stays taken until it ends.
//   - Formats that browsers do not show (TIFF, BMP): two more parsers for strangers to try, and
//     nothing to see on the page.
//   - Echoing the upload on the page: the picture shown is drawn from what was decoded, so no byte
//     of the upload reaches another reader.
package serve
