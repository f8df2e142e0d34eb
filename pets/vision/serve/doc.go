// Package serve is an HTTP service for a trained learner: it answers a photo with its most probable
// classes, as a page or as JSON.
//
//	learner, err := train.LoadLearner(eng, "pets.safetensors")
//	s, err := serve.New(learner, learner.Split().Classes, serve.Options{
//		Model: "petnet10", Decode: learner.Config().Decode})
//	defer s.Close()
//	listener, err := net.Listen("tcp", "127.0.0.1:8080")
//	err = s.Run(ctx, listener) // until ctx ends; then running requests are finished
//
// A [Server] is an http.Handler, without accounts or TLS: put a proxy with both in front of it.
//
//	GET  /         the page with the form; it works without script
//	POST /         a form with the file field "photo": the page, or JSON for Accept: application/json
//	POST /predict  the same form, or the bytes of an image: JSON
//	GET  /model    JSON: {"model", "classes": […]}
//	GET  /healthz  200 as long as the process serves
//	GET  /readyz   200 when predictions are served; 503 while compiling, and after a stop
//
// An answer, with ?top=N classes (5; 0 for all), and an error:
//
//	{"class": "Birman", "probability": 0.93,
//	 "top": [{"class": "Birman", "probability": 0.93}, …],
//	 "image": {"format": "jpeg", "width": 4032, "height": 3024},
//	 "model": "petnet10 after fit 2, epoch 4"}
//	{"error": {"code": "too_many_pixels", "message": "…"}}
//
//	400 bad_form, no_photo, bad_request   the form or the query is not as above
//	403 cross_origin                      another site's page sent it through a visitor's browser
//	404 not_found, 405 method             no such path; no such method there (Allow says which)
//	408 slow_upload                       it did not arrive in time
//	413 too_large, too_many_pixels        more than MaxBytes; more pixels than can be read
//	415 not_an_image, content_type        neither JPEG, PNG, GIF nor WebP; a body of another type
//	422 damaged                           cut off or broken
//	429 too_many                          PerClient uploads of this address are running; Retry-After
//	500 failed                            the predictor failed; see the log
//	503 busy, timeout, starting, stopping Retry-After
//
// Decoding takes up to 15 bytes a pixel, for Concurrency images at once: 1.5 GB for 4 of 25 million
// pixels. Larger JPEGs are read at a half, a quarter or an eighth of their size. The log holds no
// visitor's data.
//
// # Tried and dropped
//
//   - Waiting some milliseconds for a full batch: slower for one visitor, and load fills batches.
//   - Cancelling a slow decoder: impossible; what makes one slow (a JPEG's scans) is bounded.
//   - TIFF and BMP: two more parsers for hostile bytes, and browsers do not show them.
package serve
